"""Settings, from the environment as `NAME` or `NAME_FILE`. A wrong value stops the start with a sentence."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from app.errors import SettingError

HOST = "127.0.0.1"
LARGEST_BODY = 4 * 1024 * 1024
US_CRISIS = {"call": "988", "text": "988", "emergency": "911"}
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMS = ("json", "plain")
HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
SHORTEST_TOKEN = 20
DIALABLE = re.compile(r"^\+?[0-9][0-9 ()\-]{1,18}$")


@dataclass(frozen=True)
class MailSettings:
    """The operator's mail server. `security`: starttls, tls, or none for a server on this machine."""

    host: str
    port: int
    security: str
    sender: str
    user: str
    password: str


@dataclass(frozen=True)
class Settings:
    """What an operator may set. Paths are absolute; `public_url` has no trailing slash."""

    instance: Path
    database_url: str
    public_url: str
    port: int
    threads: int
    proxies: int
    demo: bool
    vapid_contact: str | None
    push_origins: tuple[str, ...]
    crisis: Mapping[str, str]
    mail: MailSettings | None = None
    worker: bool = True
    more_hosts: tuple[str, ...] = ()
    metrics_token: str | None = None
    log_level: str = "info"
    log_form: str = "json"
    limits: int = 1

    @property
    def hosts(self) -> frozenset[str]:
        """The names this server answers to, without ports."""
        return frozenset((urlsplit(self.public_url).hostname or "", *self.more_hosts))

    @property
    def secure_cookies(self) -> bool:
        """Loopback is served over plain HTTP, where `Secure` cookies and `__Host-` names cannot be set."""
        return self.public_url.startswith("https://")


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read all settings. Raises SettingError with one sentence that names the setting and what it takes."""
    instance = Path(_text(environ, "BETWEEN_INSTANCE", "instance")).resolve()
    port = _whole_number(environ, "BETWEEN_PORT", 8000, 1, 65535)
    return Settings(
        instance=instance,
        database_url=_database_url(environ, instance),
        public_url=_public_url(environ, port),
        port=port,
        threads=_whole_number(environ, "BETWEEN_THREADS", 16, 2, 256),
        proxies=_whole_number(environ, "BETWEEN_PROXIES", 0, 0, 9),
        demo=_switch(environ, "BETWEEN_DEMO", True),
        vapid_contact=_vapid_contact(environ),
        push_origins=_origins(environ, "BETWEEN_PUSH_ORIGINS"),
        crisis=_crisis(environ),
        mail=_mail(environ),
        worker=_switch(environ, "BETWEEN_WORKER", True),
        more_hosts=_hosts(environ, "BETWEEN_HOSTS"),
        metrics_token=_token(environ, "BETWEEN_METRICS_TOKEN"),
        log_level=_one_of(environ, "BETWEEN_LOG_LEVEL", "info", LOG_LEVELS),
        log_form=_one_of(environ, "BETWEEN_LOG_FORMAT", "json", LOG_FORMS),
        limits=_whole_number(environ, "BETWEEN_LIMITS", 1, 0, 1000),
    )


def _text(environ: Mapping[str, str], name: str, default: str) -> str:
    path = environ.get(f"{name}_FILE")
    if path is None:
        return environ.get(name, default).strip()
    if name in environ:
        raise SettingError(f"Set {name} or {name}_FILE, not both.")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingError(f"{name}_FILE names {path}, which cannot be read ({error.strerror}).") from error


def _whole_number(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    value = _text(environ, name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise SettingError(f"{name} must be a whole number from {low} to {high}, not {value!r}.")
    return int(value)


def _switch(environ: Mapping[str, str], name: str, default: bool) -> bool:
    value = _text(environ, name, "1" if default else "0")
    if value not in ("0", "1"):
        raise SettingError(f"{name} must be 1 (on) or 0 (off), not {value!r}.")
    return value == "1"


def _one_of(environ: Mapping[str, str], name: str, default: str, choices: tuple[str, ...]) -> str:
    value = _text(environ, name, default)
    if value not in choices:
        raise SettingError(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def _hosts(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    hosts = tuple(_text(environ, name, "").lower().split())
    for host in hosts:
        if not HOST_NAME.fullmatch(host):
            raise SettingError(f"{name} must be host names without ports, separated by spaces, not {host!r}.")
    return hosts


def _token(environ: Mapping[str, str], name: str) -> str | None:
    value = _text(environ, name, "")
    if value and not re.fullmatch(rf"[!-~]{{{SHORTEST_TOKEN},}}", value):
        raise SettingError(
            f"{name} must be {SHORTEST_TOKEN} or more letters, digits and signs without spaces."
        )
    return value or None


def _database_url(environ: Mapping[str, str], instance: Path) -> str:
    url = _text(environ, "DATABASE_URL", f"sqlite:///{instance / 'between.db'}")
    if url.startswith(("postgres://", "postgresql://")):
        return with_driver(url)
    if url.startswith(("sqlite:////", "postgresql+psycopg://")):
        return url
    raise SettingError("DATABASE_URL must start with postgresql:// or with sqlite://// and an absolute path.")


def with_driver(url: str) -> str:
    """The address of a PostgreSQL database as SQLAlchemy wants it."""
    return "postgresql+psycopg://" + url.split("://", 1)[1]


def _public_url(environ: Mapping[str, str], port: int) -> str:
    url = _text(environ, "BETWEEN_PUBLIC_URL", f"http://localhost:{port}").rstrip("/")
    parts = urlsplit(url)
    loopback = parts.hostname in ("localhost", "127.0.0.1")
    if (
        parts.path
        or not parts.hostname
        or not (parts.scheme == "https" or (parts.scheme == "http" and loopback))
    ):
        raise SettingError(
            f"BETWEEN_PUBLIC_URL must be https://host (or http://localhost for trying out), not {url!r}."
        )
    return url


def _vapid_contact(environ: Mapping[str, str]) -> str | None:
    """RFC 8292 §2.1 `sub`; Apple answers 403 BadJwtToken to localhost and to malformed addresses."""
    contact = _text(environ, "BETWEEN_VAPID_CONTACT", "")
    if not contact:
        return None
    mail = re.fullmatch(r"mailto:[^@\s<>]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}", contact)
    parts = urlsplit(contact)
    page = parts.scheme == "https" and "." in (parts.hostname or "")
    if not mail and not page:
        raise SettingError(
            "BETWEEN_VAPID_CONTACT must be mailto:name@domain.example or an https address: "
            f"push services refuse {contact!r}."
        )
    return contact


def _origins(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    origins = tuple(_text(environ, name, "").split())
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
            raise SettingError(f"{name} must be origins like https://push.example.org, not {origin!r}.")
    return origins


def _mail(environ: Mapping[str, str]) -> MailSettings | None:
    """All of it or nothing: half a mail server would be found out on the night it is needed."""
    host, sender = _text(environ, "BETWEEN_SMTP_HOST", ""), _text(environ, "BETWEEN_SMTP_FROM", "")
    port = _whole_number(environ, "BETWEEN_SMTP_PORT", 587, 1, 65535)
    security = _text(environ, "BETWEEN_SMTP_SECURITY", "starttls")
    user, password = _text(environ, "BETWEEN_SMTP_USER", ""), _text(environ, "BETWEEN_SMTP_PASSWORD", "")
    if security not in ("starttls", "tls", "none"):
        raise SettingError(f"BETWEEN_SMTP_SECURITY must be starttls, tls or none, not {security!r}.")
    if not host:
        if sender or user:
            raise SettingError("Set BETWEEN_SMTP_HOST, or none of the BETWEEN_SMTP_ settings.")
        return None
    if not re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+", sender):
        raise SettingError(
            f"BETWEEN_SMTP_FROM must be an address like between@clinic.example, not {sender!r}."
        )
    if bool(user) != bool(password):
        raise SettingError("Set BETWEEN_SMTP_USER and BETWEEN_SMTP_PASSWORD together, or neither.")
    if user and security == "none":
        raise SettingError("BETWEEN_SMTP_SECURITY must be starttls or tls where a password is sent.")
    return MailSettings(host, port, security, sender, user, password)


def _crisis(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Outside the US no number is assumed: a wrong crisis number is worse than a start that stops."""
    country = _text(environ, "BETWEEN_COUNTRY", "US")
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise SettingError(f"BETWEEN_COUNTRY must be a two-letter country code like US, not {country!r}.")
    defaults = US_CRISIS if country == "US" else dict.fromkeys(US_CRISIS, "")
    numbers = {
        kind: _text(environ, f"BETWEEN_CRISIS_{kind.upper()}", value) for kind, value in defaults.items()
    }
    for kind, number in numbers.items():
        if not DIALABLE.match(number):
            raise SettingError(
                f"BETWEEN_CRISIS_{kind.upper()} must be a number that can be dialled, not {number!r}."
            )
    return numbers
