"""E-mail over SMTP, with nothing in it but that something waits. Not set up, it is off and says so."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from app.channels.errors import ChannelError
from app.config import MailSettings, Settings

TIMEOUT_SECONDS = 10
ACCEPTED = 250


@dataclass(frozen=True)
class Letter:
    """One message to one address. `name` stays the same when it is sent again, so that it arrives once."""

    to: str
    subject: str
    body: str
    name: str


class EmailChannel:
    """Sends through the operator's mail server, one connection a message; threads may share it."""

    def __init__(self, settings: Settings) -> None:
        self._mail = settings.mail

    @property
    def is_on(self) -> bool:
        """Whether a mail server is set up."""
        return self._mail is not None

    def send(self, letter: Letter) -> int:
        """The status with which the server took it. Raises ChannelError."""
        if self._mail is None:
            raise ChannelError(permanent=True)
        try:
            self._send(self._mail, letter)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _words in error.recipients.values()]
            raise _refusal(max(codes)) from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code) from error
        except (smtplib.SMTPException, OSError) as error:
            raise ChannelError(permanent=False) from error
        except ValueError as error:
            # An address that no header can carry.
            raise ChannelError(permanent=True) from error
        return ACCEPTED

    def _send(self, mail: MailSettings, letter: Letter) -> None:
        with _connect(mail) as server:
            if mail.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if mail.user:
                server.login(mail.user, mail.password)
            server.send_message(_write(mail, letter), from_addr=mail.sender, to_addrs=[letter.to])


def _connect(mail: MailSettings) -> smtplib.SMTP:
    if mail.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(mail.host, mail.port, timeout=TIMEOUT_SECONDS, context=context)
    return smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT_SECONDS)


def _write(mail: MailSettings, letter: Letter) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Between <{mail.sender}>"
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{letter.name}@{mail.sender.rpartition('@')[2]}>"
    # A robot's answer, out of office above all, would reach nobody.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    return message


def _refusal(status: int) -> ChannelError:
    """5xx is for ever, but for a password that an operator may mend meanwhile."""
    return ChannelError(permanent=500 <= status < 600 and status not in (530, 534, 535), status=status)
