"""`flask --app app phone`: Between on a real phone of the same network, over HTTPS, for trying it out.

It serves a demo clinic of its own, never the clinic's database: everybody in the network reaches it.
"""

import socket
from dataclasses import replace

import click
from flask import Flask

from app.config import Settings
from app.errors import SettingError
from app.http import Parts


def install_phone(app: Flask) -> None:
    """The command `flask --app app phone`."""

    @app.cli.command("phone")
    @click.option(
        "--address", help="The address of this machine in the network; found by itself if left out."
    )
    @click.option("--port", default=8443, show_default=True, type=click.IntRange(1024, 65534))
    def phone(address: str | None, port: int) -> None:
        """Serve a demo clinic to phones of this network over HTTPS, until Ctrl+C."""
        # Only here: every other start would pay for it.
        from app.phone_server import serve_phones

        parts: Parts = app.extensions["between"]
        # Nothing may hold a connection over the server's fork.
        parts.database.dispose()
        serve_phones(settings_for(parts.settings, address or own_address(), port))


def own_address() -> str:
    """Where this machine is found in its network. Raises SettingError when it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # An address for documents: nothing is sent, the machine only chooses where it would send from.
            probe.connect(("192.0.2.1", 9))
        except OSError as error:
            raise SettingError("This machine is in no network. Name its address with --address.") from error
        address: str = probe.getsockname()[0]
    return address


def settings_for(settings: Settings, address: str, port: int) -> Settings:
    """The same settings for a clinic of its own at that address: no mail, no proxies, a database apart."""
    instance = settings.instance / "phone"
    return replace(
        settings,
        instance=instance,
        database_url=f"sqlite:///{instance / 'between.db'}",
        public_url=f"https://{address}:{port}",
        port=port,
        proxies=0,
        demo=True,
        mail=None,
        more_hosts=(),
        metrics_token=None,
    )
