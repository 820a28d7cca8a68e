"""The demo clinic and everybody in it."""

from app.demo.people.ansel import ANSEL
from app.demo.people.dev import DEV
from app.demo.people.hana import HANA
from app.demo.people.ines import INES
from app.demo.people.june import JUNE
from app.demo.people.marcus import MARCUS
from app.demo.people.marisol import MARISOL
from app.demo.people.noor import NOOR
from app.demo.people.renata import RENATA
from app.demo.people.tomas import TOMAS
from app.demo.plan import ClinicPlan, StaffPlan, Story

ZONE = "America/New_York"
SIGN_IN_WORDS = "quiet harbor morning light"

CLINIC = ClinicPlan(
    name="Harbor Clinic",
    phone="(555) 010-0142",
    zone=ZONE,
    hours={
        "en": "Mon to Fri, 8 AM to 5 PM",
        "es": "de lunes a viernes, de 8 a.m. a 5 p.m.",
    },
    answer_words={"en": "within 1 working day", "es": "en 1 día hábil"},
)

STAFF = (
    StaffPlan("lindqvist", "Dr. Amara Lindqvist", "amara@harbor.example"),
    StaffPlan("mensah", "Dr. Osei Mensah", "osei@harbor.example"),
    StaffPlan("adeyemi", "Ruth Adeyemi", "ruth@harbor.example", "nurse"),
    StaffPlan("weiss", "Jonah Weiss", "jonah@harbor.example", "front_desk"),
    StaffPlan("arroyo", "Elena Arroyo", "elena@harbor.example", "administrator"),
)

STORIES: tuple[Story, ...] = (JUNE, MARCUS, RENATA, ANSEL, HANA, DEV, TOMAS, MARISOL, INES, NOOR)
