"""What the operator set: the keys, the address, the ways to reach people."""

import sqlalchemy as sa

from app.checks.finding import LOOK, OK, WRONG, Asked, Finding
from app.errors import SettingError
from app.languages import mark
from app.models import SealingKey
from app.services.sealing import load_keyring

KEYS, ADDRESS, PUSH, MAIL = mark("Keys"), mark("Address"), mark("Push"), mark("E-mail")


def check_keys(asked: Asked) -> Finding:
    """Keys. Every one the database gave to phones is there."""
    with asked.database.reading() as session:
        ids = session.scalars(sa.select(SealingKey.id)).all()
        if not ids:
            return Finding(KEYS, OK, mark("None is needed yet: the first start makes one."))
        try:
            load_keyring(session, asked.settings.instance, asked.now)
        except (SettingError, ValueError):
            return Finding(
                KEYS,
                WRONG,
                mark("A key this database needs is missing or is another one. It needs {keys}."),
                mark("Put back the folder of the keys; answers on phones could not be opened without it."),
                {"keys": ", ".join(ids)},
            )
    return Finding(KEYS, OK, mark("All that this database needs are there."))


def check_address(asked: Asked) -> Finding:
    """Address. Phones keep what they hold safe over HTTPS only."""
    values: dict[str, object] = {"url": asked.settings.public_url}
    if asked.settings.secure_cookies:
        return Finding(ADDRESS, OK, "{url}", "", values)
    return Finding(
        ADDRESS,
        LOOK,
        mark("{url} works on this machine only."),
        mark("For a clinic set BETWEEN_PUBLIC_URL to its https:// address."),
        values,
    )


def check_push(asked: Asked) -> Finding:
    """Push. Whether reminders can reach a phone by themselves."""
    if asked.settings.vapid_contact is None:
        return Finding(
            PUSH,
            LOOK,
            mark("Off: reminders go to the clinic’s call list."),
            mark("Set BETWEEN_VAPID_CONTACT to reach phones."),
        )
    return Finding(
        PUSH,
        OK,
        mark("On. Push services may write to {contact}."),
        "",
        {"contact": asked.settings.vapid_contact},
    )


def check_mail(asked: Asked) -> Finding:
    """E-mail. Whether clinicians without a phone can be told of alerts."""
    if asked.settings.mail is None:
        return Finding(
            MAIL,
            LOOK,
            mark("Off: clinicians are told of alerts by push and on the desk only."),
            mark("Set BETWEEN_SMTP_HOST and BETWEEN_SMTP_FROM."),
        )
    return Finding(MAIL, OK, mark("On, through {host}."), "", {"host": asked.settings.mail.host})
