"""Devices and sign-ins in words: which browser on what, since when, and what came of it."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from app.languages import gettext as _
from app.languages import mark
from app.models import Entry
from app.pages.dates import Dates
from app.services.devices import Device

# The first that fits: most browsers name others too.
BROWSERS = (
    (r"EdgA?/|EdgiOS/", "Edge"),
    (r"OPR/|OPT/", "Opera"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"Chrome/|CriOS/", "Chrome"),
    (r"Safari/", "Safari"),
)
SYSTEMS = (
    (r"iPhone", "iPhone"),
    (r"iPad", "iPad"),
    (r"Android", "Android"),
    (r"CrOS", "Chromebook"),
    (r"Windows", "Windows"),
    (r"Macintosh", "Mac"),
    (r"Linux", "Linux"),
)
OUTCOMES = {
    "entered": mark("Signed in with the pass-phrase"),
    "proved": mark("Second step shown"),
    "passkey": mark("Signed in with a passkey"),
    "recovery": mark("A code from paper was used"),
    "wrong_words": mark("A wrong pass-phrase was typed"),
    "wrong_code": mark("A wrong code was typed"),
    "code_made": mark("The clinic made a code for a new pass-phrase"),
    "new_words": mark("A new pass-phrase was set"),
    "factor_reset": mark("The clinic removed the second step"),
}


@dataclass(frozen=True)
class DeviceWords:
    """One device. `sends`: it may hand in answers; `is_signed_in`: it shows them; `rings`: it is reminded."""

    id: uuid.UUID
    name: str
    when: str
    is_this: bool
    is_signed_in: bool
    sends: bool
    rings: bool


@dataclass(frozen=True)
class EntryWords:
    """One line of the list of sign-ins."""

    when: str
    what: str
    name: str


def word_devices(devices: Iterable[Device], dates: Dates) -> list[DeviceWords]:
    """Each device as its owner would name it."""
    return [
        DeviceWords(
            one.id,
            name_device(one.name),
            _("Last used {when}", when=dates.near(one.seen_at)),
            one.is_this,
            one.session_id is not None,
            one.credential_id is not None,
            bool(one.push_ids),
        )
        for one in devices
    ]


def word_entries(entries: Iterable[Entry], dates: Dates) -> list[EntryWords]:
    """Each try, newest first as given."""
    return [
        EntryWords(
            dates.near(one.at), _(OUTCOMES[one.outcome]), name_device(one.device) if one.device else ""
        )
        for one in entries
    ]


def name_device(user_agent: str) -> str:
    """'Chrome on Android'; a browser that does not say is just a browser."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if browser and system:
        return _("{browser} on {system}", browser=browser, system=system)
    return browser or system or _("A browser")


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for pattern, name in known if re.search(pattern, user_agent)), "")
