"""What the panel says of the answer is true in every state it can be in, in both languages."""

import re
import time
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.patient import (
    PANEL,
    answer_above_zero,
    back_to,
    close_panel,
    leave_for_hours,
    open_panel,
    sign_in_as,
)
from tests.browser.server import LiveServer

SIGN_OFF = """INSERT INTO sign_off (clinic_id, check_in_id, membership_id, signed_at)
SELECT c.clinic_id, c.id, p.lead_id, c.arrived_at FROM check_in c JOIN patient p ON p.id = c.patient_id
WHERE c.kind = 'partial'"""


@dataclass(frozen=True)
class Said:
    """The sentences, as patterns: a time is a time."""

    only_here: str
    waits: str
    has_it: str
    unread: str
    read: str
    changed: str
    began: str
    by_itself: str
    will_go: str
    stays: str


SAID = {
    "en": Said(
        only_here=r"This answer is only on this phone\. Nobody at the clinic has seen it\.",
        waits=r"It waits on this phone until it can be sent\. Nobody at the clinic has seen it yet\.",
        has_it=r"The clinic has it since \d+:\d\d [AP]M\. They usually look within 1 working day\.",
        unread=r"They usually look within 1 working day\. Not read yet\.",
        read=r"The clinic has it since \d+:\d\d [AP]M\. Dr\. Amara Lindqvist read it: \d+:\d\d [AP]M\.",
        changed=r"You changed this answer\. The clinic has the one before since \d+:\d\d [AP]M; "
        r"the new one is only on this phone\.",
        began=r"You began this check-in yesterday at \d+:\d\d [AP]M\. This answer is only on this phone\.",
        by_itself=r"It was sent by itself, as you chose\. The clinic has it since \d+:\d\d [AP]M\.",
        will_go=r"If you leave this check-in for 12 hours, this answer is sent by itself",
        stays=r"It is sent only when you send it\.",
    ),
    "es": Said(
        only_here=r"Esta respuesta está solo en este teléfono\. Nadie en la clínica la ha visto\.",
        waits=r"Espera en este teléfono hasta que se pueda enviar\. "
        r"Nadie en la clínica la ha visto todavía\.",
        has_it=r"La clínica ya la tiene \(llegada: \d+:\d\d [ap]\.m\.\)\. "
        r"Normalmente la revisan en 1 día hábil\.",
        unread=r"Normalmente la revisan en 1 día hábil\. Aún no se ha leído\.",
        read=r"La clínica ya la tiene \(llegada: \d+:\d\d [ap]\.m\.\)\. "
        r"Lectura: Dr\. Amara Lindqvist, \d+:\d\d",
        changed=r"Cambió esta respuesta\. La clínica tiene la anterior \(llegada: \d+:\d\d [ap]\.m\.\); "
        r"la nueva está solo en este teléfono\.",
        began=r"Empezó este cuestionario ayer a las? \d+:\d\d [ap]\.m\. Esta respuesta está solo",
        by_itself=r"Se envió por sí sola, como usted eligió\. La clínica ya la tiene \(llegada: \d+:\d\d",
        will_go=r"Si deja este cuestionario 12 horas, esta respuesta se envía por sí sola",
        stays=r"Se envía solo cuando usted la envía\.",
    ),
}
NOTHING = re.compile("^$")


def says(page: Page, pattern: str) -> None:
    # A time and its AM never part: a space that does not break is a space.
    expect(page.locator(f"{PANEL} .answer-state .state")).to_have_text(
        re.compile(pattern.replace(" ", r"\s")), timeout=20_000
    )


def goes_on(page: Page, pattern: str | re.Pattern[str]) -> None:
    expect(page.locator(f"{PANEL} .answer-state .next")).to_have_text(re.compile(pattern))


@pytest.mark.parametrize("language", ["en", "es"])
def test_offline_sent_unread_read_changed(phone: Page, live_server: LiveServer, language: str) -> None:
    said = SAID[language]
    sign_in_as(phone, live_server, "june", language)
    answer_above_zero(phone, live_server, language)
    says(phone, f"^{said.only_here}$")
    goes_on(phone, said.will_go)
    live_server.stop()
    phone.locator(f"{PANEL} .tell").click()
    says(phone, f"^{said.waits}$")
    goes_on(phone, NOTHING)
    expect(phone.locator(f"{PANEL} .tell")).to_be_hidden()
    live_server.start()
    phone.evaluate("dispatchEvent(new Event('online'))")
    says(phone, f"^{said.has_it}$")
    # The overview lists it now: the clinic has it, and nobody signed it off.
    phone.reload()
    open_panel(phone)
    says(phone, said.unread)
    live_server.change(SIGN_OFF)
    phone.reload()
    open_panel(phone)
    says(phone, f"^{said.read}")
    close_panel(phone)
    phone.locator("#phq9-9 input[value='2']").check()
    open_panel(phone)
    says(phone, f"^{said.changed}$")
    goes_on(phone, said.will_go)
    expect(phone.locator(f"{PANEL} .tell")).to_be_visible()
    expect(phone.locator("#state")).to_have_text(re.compile(said.changed.replace(" ", r"\s")))


@pytest.mark.parametrize("language", ["en", "es"])
def test_abandoned_and_sent_by_itself(phone: Page, live_server: LiveServer, language: str) -> None:
    said = SAID[language]
    sign_in_as(phone, live_server, "june", language)
    answer_above_zero(phone, live_server, language)
    goes_on(phone, said.will_go)
    leave_for_hours(phone)
    phone.goto(f"{live_server.url}/today")
    expect(phone.locator(".sync")).to_contain_text(
        {"en": "was sent by itself, as you chose.", "es": "se envió por sí sola, como usted eligió."}[
            language
        ]
    )
    phone.goto(f"{live_server.url}/check-in/{language}")
    open_panel(phone)
    says(phone, f"^{said.by_itself}")
    goes_on(phone, NOTHING)


@pytest.mark.parametrize("language", ["en", "es"])
def test_abandoned_and_kept_as_chosen(phone: Page, live_server: LiveServer, language: str) -> None:
    said = SAID[language]
    before = live_server.sql("SELECT count(*) FROM check_in")[0][0]
    live_server.change("UPDATE agreement SET sends_unfinished = false")
    sign_in_as(phone, live_server, "june", language)
    phone.clock.install(time=_start_of_day(-1))
    answer_above_zero(phone, live_server, language)
    goes_on(phone, said.stays)
    phone.clock.set_system_time(time.time())
    phone.goto(f"{live_server.url}/check-in/{language}")
    back_to(phone, "phq9-9")
    open_panel(phone)
    says(phone, f"^{said.began}")
    goes_on(phone, said.stays)
    assert live_server.sql("SELECT count(*) FROM check_in")[0][0] == before


def _start_of_day(ahead: int) -> float:
    """Midnight on the phone, which shows Greenwich time: yesterday whatever the hour of the test."""
    return time.time() // 86_400 * 86_400 + ahead * 86_400
