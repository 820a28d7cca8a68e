"""Caddy and nginx as deploy/ sets them up, on ports of their own, in front of a real server."""

import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.certificate import Certificate
from tests.browser.server import REPOSITORY, free_port

NAME = "between.example.org"
DEPLOY = REPOSITORY / "deploy"
PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Place:
    """Where everything is for one run: the proxy's two ports, the server's one, and the folder for files."""

    plain: int
    secured: int
    behind: int
    folder: Path
    certificate: Certificate


def changed(text: str, *changes: tuple[str, str]) -> str:
    """The example with other ports and paths. What is not in it any more is an error, not a silent skip."""
    for old, new in changes:
        if old not in text:
            raise LookupError(f"The example has no {old!r} any more.")
        text = text.replace(old, new)
    return text


def caddy_command(place: Place) -> list[str]:
    """The example's sites, with a certificate of our own where Caddy would get one by itself."""
    example = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    ours = f"tls {place.certificate.server} {place.certificate.key}\n\timport between"
    sites = changed(
        example,
        ("127.0.0.1:8000", f"127.0.0.1:{place.behind}"),
        (f"\n{NAME} {{\n\timport between", f"\n{NAME} {{\n\t{ours}"),
    )
    ports = f"http_port {place.plain}\n\thttps_port {place.secured}"
    written = place.folder / "Caddyfile"
    options = f"{{\n\tadmin off\n\t{ports}\n\tauto_https disable_redirects\n}}\n"
    written.write_text(options + sites, encoding="utf-8")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(written)]


def nginx_command(place: Place) -> list[str]:
    """The example inside the smallest whole configuration."""
    example = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    letsencrypt = f"/etc/letsencrypt/live/{NAME}"
    site = changed(
        example,
        ("127.0.0.1:8000", f"127.0.0.1:{place.behind}"),
        ("listen 80", f"listen 127.0.0.1:{place.plain}"),
        ("listen 443", f"listen 127.0.0.1:{place.secured}"),
        (f"{letsencrypt}/fullchain.pem", str(place.certificate.server)),
        (f"{letsencrypt}/privkey.pem", str(place.certificate.key)),
        ("/var/log/nginx/", f"{place.folder}/"),
    )
    site = "\n".join(line for line in site.splitlines() if "listen [::]" not in line)
    temporary = "\n".join(
        f"{kind}_temp_path {place.folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # As Debian has it: what the example says of compression must hold against it.
    whole = f"pid {place.folder}/pid;\nevents {{}}\nhttp {{\n{temporary}\ngzip on;\n{site}\n}}\n"
    written = place.folder / "nginx.conf"
    written.write_text(whole, encoding="utf-8")
    return [
        "nginx",
        "-g",
        "daemon off; master_process off;",
        "-c",
        str(written),
        "-e",
        f"{place.folder}/errors",
    ]


COMMANDS: dict[str, Callable[[Place], list[str]]] = {"caddy": caddy_command, "nginx": nginx_command}


class Front:
    """One of the two, running."""

    def __init__(self, kind: str, behind: int, folder: Path, certificate: Certificate) -> None:
        folder.mkdir()
        self.kind = kind
        self.place = Place(free_port(), free_port(), behind, folder, certificate)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Front":
        """Start it and wait until it listens. Raises with its own words when it does not."""
        command = COMMANDS[self.kind](self.place)
        command[0] = find(self.kind) or command[0]
        said = self.place.folder / "said"
        with said.open("wb") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.place.folder, env=self._environment()
            )
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.place.secured), timeout=1):
                return self
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"{self.kind} did not start. It said:\n{said.read_text(errors='replace')}")

    def stop(self) -> None:
        """End it and wait for it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE_SECONDS)
            self._process = None

    def _environment(self) -> dict[str, str]:
        """Caddy keeps files of its own, and keeps them here."""
        folders = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "HOME")
        return os.environ | dict.fromkeys(folders, str(self.place.folder))

    def connect(self, *, secured: bool = True, source: str = "127.0.0.1", name: str = NAME) -> socket.socket:
        """A connection to it from an address of our own, its certificate checked as browsers do."""
        port = self.place.secured if secured else self.place.plain
        made = socket.create_connection(("127.0.0.1", port), timeout=60, source_address=(source, 0))
        if not secured:
            return made
        context = ssl.create_default_context(cafile=str(self.place.certificate.authority))
        return context.wrap_socket(made, server_hostname=name)


def find(kind: str) -> str | None:
    """The program's path; nginx lies where only root's PATH looks."""
    return shutil.which(kind) or shutil.which(kind, path="/usr/sbin:/usr/local/sbin")
