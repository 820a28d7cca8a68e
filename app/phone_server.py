"""The server that phones of the same network reach, and what its operator is told to do on them."""

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import click
import segno

from app.certificate import Certificate, certificate_for
from app.config import Settings
from app.demo.build import demo_sign_ins
from app.gatherer import PlainWorker
from app.ready import prepare
from app.server import Server, run

STEPS = """
iPhone, once: scan the first code with the camera and allow the download. Settings > General > VPN & Device
Management > the profile > Install. Settings > General > About > Certificate Trust Settings: switch it on.
Android, once: scan the first code. Settings > Security > Encryption & credentials > Install a certificate >
CA certificate > Install anyway > between.crt (the words differ from phone to phone).
Compare the fingerprint with what the phone shows (More details): {fingerprint}
It can vouch for this address only, for 90 days. Remove it on the same screens when you are done.

Then scan the second code, and add the page to the home screen.
"""


def serve_phones(settings: Settings) -> None:
    """Make ready, tell what to do, and serve until stopped."""
    (address,) = settings.hosts
    prepare(settings)
    certificate = certificate_for(settings.instance / "certificate", address, datetime.now(UTC))
    tell(settings, address, certificate)
    # Its own process: a thread would not be safe beside the server's fork. It ends with this one.
    offer = [sys.executable, "-m", "app.handout", address, str(settings.port + 1), str(certificate.authority)]
    with subprocess.Popen(offer, stdin=subprocess.PIPE):  # noqa: S603 (this very program)
        run(PhoneServer(settings, address, certificate))


class PhoneServer(Server):
    """Listens in the network, over HTTPS. gunicorn's own way of gathering: the other one reads no TLS."""

    def __init__(self, settings: Settings, address: str, certificate: Certificate) -> None:
        self._address, self._certificate = address, certificate
        super().__init__(settings)

    def options(self) -> dict[str, Any]:
        """As on loopback, with a certificate."""
        return super().options() | {
            "bind": f"{self._address}:{self.settings.port}",
            "worker_class": PlainWorker,
            "certfile": str(self._certificate.server),
            "keyfile": str(self._certificate.key),
        }


def tell(settings: Settings, address: str, certificate: Certificate) -> None:
    """What to do on the phone, with two codes to scan."""
    authority = f"http://{address}:{settings.port + 1}/between.crt"
    for title, url in (("1. The certificate", authority), ("2. Between", settings.public_url)):
        click.echo(f"\n{title}: {url}\n")
        segno.make(url, error="m").terminal(compact=True)
    click.echo(STEPS.format(fingerprint=certificate.fingerprint))
    click.echo(
        "Everybody in this network can open it. It holds invented people only, and nothing of your clinic."
    )
    sign_ins = demo_sign_ins()
    click.echo(f"Every pass-phrase is: {sign_ins[0].passphrase}")
    for one in sign_ins:
        click.echo(f"  {one.role:<10} {one.email:<28} {one.name}")
    click.echo("Stop it with Ctrl+C.")
