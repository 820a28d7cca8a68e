"""All tables, one noun per file."""

from app.models.agreement import Agreement
from app.models.alert import Alert, AlertAnswer, AlertAttempt, AlertHandover, AlertWords
from app.models.at_rest import LeftPlain, NotOpenedError, Opened, PatientKey, WrappingKey
from app.models.audit import AuditLink, AuditRow
from app.models.base import Base, table_of
from app.models.baseline import Baseline, PastTotal
from app.models.break_glass import BreakGlass
from app.models.care_end import CareEnd
from app.models.check_in import (
    CheckIn,
    CheckInVisit,
    Envelope,
    InstrumentScore,
    Note,
    SignOff,
)
from app.models.clinic import Clinic
from app.models.cover import Absence, StandingPlan
from app.models.credential import AppendCredential, SealingKey, Throttle, WebSession
from app.models.entry import Entry, ResetCode, ResetLetter
from app.models.erasure import Erasure, LegalHold
from app.models.escalation import AlertNotice, AlertStep
from app.models.gap import GapReview, SeriesEnd
from app.models.invitation import Invitation
from app.models.membership import CareLink, Membership, Patient, TeamMember
from app.models.paper import PaperForm, TabletPass
from app.models.person import Person
from app.models.reminder import Delivery, PushSubscription, Reminder
from app.models.repair import Dismissal
from app.models.second_factor import Challenge, Passkey, RecoveryCode, Totp
from app.models.upkeep import Upkeep
from app.models.visit import Cadence, Visit

__all__ = [
    "Absence",
    "Agreement",
    "Alert",
    "AlertAnswer",
    "AlertAttempt",
    "AlertHandover",
    "AlertNotice",
    "AlertStep",
    "AlertWords",
    "AppendCredential",
    "AuditLink",
    "AuditRow",
    "Base",
    "Baseline",
    "BreakGlass",
    "Cadence",
    "CareEnd",
    "CareLink",
    "Challenge",
    "CheckIn",
    "CheckInVisit",
    "Clinic",
    "Delivery",
    "Dismissal",
    "Entry",
    "Envelope",
    "Erasure",
    "GapReview",
    "InstrumentScore",
    "Invitation",
    "LeftPlain",
    "LegalHold",
    "Membership",
    "NotOpenedError",
    "Note",
    "Opened",
    "PaperForm",
    "Passkey",
    "PastTotal",
    "Patient",
    "PatientKey",
    "Person",
    "PushSubscription",
    "RecoveryCode",
    "Reminder",
    "ResetCode",
    "ResetLetter",
    "SealingKey",
    "SeriesEnd",
    "SignOff",
    "StandingPlan",
    "TabletPass",
    "TeamMember",
    "Throttle",
    "Totp",
    "Upkeep",
    "Visit",
    "WebSession",
    "WrappingKey",
    "table_of",
]
