"""All tables, one noun per file."""

from app.models.agreement import Agreement
from app.models.alert import Alert, AlertAnswer, AlertAttempt, AlertHandover, AlertWords
from app.models.audit import AuditRow
from app.models.base import Base
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
from app.models.escalation import AlertNotice, AlertStep
from app.models.gap import GapReview, SeriesEnd
from app.models.invitation import Invitation
from app.models.membership import CareLink, Membership, Patient, TeamMember
from app.models.person import Person
from app.models.reminder import Delivery, PushSubscription, Reminder
from app.models.repair import Dismissal
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
    "AuditRow",
    "Base",
    "Cadence",
    "CareLink",
    "CheckIn",
    "CheckInVisit",
    "Clinic",
    "Delivery",
    "Dismissal",
    "Envelope",
    "GapReview",
    "InstrumentScore",
    "Invitation",
    "Membership",
    "Note",
    "Patient",
    "Person",
    "PushSubscription",
    "Reminder",
    "SealingKey",
    "SeriesEnd",
    "SignOff",
    "StandingPlan",
    "TeamMember",
    "Throttle",
    "Upkeep",
    "Visit",
    "WebSession",
]
