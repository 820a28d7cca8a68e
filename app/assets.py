"""The static tree, made once at start: hashed as a whole, compressed, served immutable with our headers."""

import base64
import gzip
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import TYPE_CHECKING

import brotli
from whitenoise import WhiteNoise

from app.languages import LANGUAGES, phone_strings
from app.response_headers import SECURITY_HEADERS, STATIC_POLICY

if TYPE_CHECKING:
    from wsgiref.headers import Headers

    from flask import Flask

PACKAGE = Path(__file__).parent
SOURCE = PACKAGE / "static" / "pwa"
# What the worker keeps of the pages, and what the words are made from; a change here is a new version even
# when no static file changed.
PAGES = ("templates/shell.html", "templates/check_in", "domain", "pwa.py")
WORDS = ("languages", "translations")
CHECK_IN_STYLES = ("styles/vars.css", "styles/base.css", "styles/help.css", "styles/check-in.css")
LATER = re.compile(r'\bimport\("(\.[^"]+\.js)"\)')
IMPORTED = re.compile(r'^(?:import|export)\b[^"\n]*"(\.[^"]+\.js)"', re.MULTILINE)
COMPRESSED = {".js", ".css", ".json", ".svg", ".md", ".webmanifest", ".txt"}
BUILDS_KEPT = 4


@dataclass(frozen=True)
class Assets:
    """One build of the phone's files. `version` names it in every URL, in the worker and in its caches."""

    version: str
    root: Path
    files: tuple[str, ...]
    import_map: str
    check_in_css: str

    @property
    def base(self) -> str:
        return f"/static/{self.version}/"

    def url(self, path: str) -> str:
        """The address of a file by its path under app/static/pwa; an unknown one is a slip in a template."""
        if path not in self.files:
            raise LookupError(f"There is no file {path} in app/static/pwa.")
        return f"{self.base}pwa/{path}"

    def modules(self, entry: str) -> list[str]:
        """Every module `entry` needs, so that a page can ask for all of them at once."""
        return _reached([entry], IMPORTED)

    def later(self, entry: str) -> list[str]:
        """Every module that `entry` imports while it runs, with what those need."""
        first = self.modules(entry)
        return [path for path in _reached(first, IMPORTED, LATER) if path not in first]

    def urls(self) -> list[str]:
        strings = [f"{self.base}strings.{language}.json" for language in LANGUAGES]
        return [self.url(path) for path in self.files if _is_wanted_offline(path)] + strings

    @property
    def import_map_hash(self) -> str:
        return csp_hash(self.import_map)

    @property
    def check_in_css_hash(self) -> str:
        return csp_hash(self.check_in_css)


def _reached(found: list[str], *imports: re.Pattern[str]) -> list[str]:
    found = list(found)
    for path in found:
        text = (SOURCE / path).read_text(encoding="utf-8")
        folder = PurePosixPath(path).parent
        for name in (name for pattern in imports for name in pattern.findall(text)):
            module = normpath(folder / name)
            if module not in found:
                found.append(module)
    return found


def csp_hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def build_assets(instance: Path) -> Assets:
    """Copy and compress the tree below `instance/static/<hash>`; one that is there already is used."""
    files = tuple(path.relative_to(SOURCE).as_posix() for path in _walk(SOURCE))
    version = _content_hash()
    root = instance / "static"
    if not (root / version).is_dir():
        _write_build(root, version)
    _drop_old_builds(root, version)
    return Assets(version, root, files, _import_map(version, files), _styles(CHECK_IN_STYLES))


def serve_assets(app: "Flask", assets: Assets) -> None:
    """WhiteNoise answers before Flask does, so `after_request` never sees these: headers are added here."""
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=assets.root,
        prefix="static/",
        max_age=31_536_000,
        add_headers_function=_add_headers,
        immutable_file_test=lambda _path, _url: True,
    )


def _add_headers(headers: "Headers", _path: str, _url: str) -> None:
    for name, value in SECURITY_HEADERS.items():
        headers[name] = value
    headers["Content-Security-Policy"] = STATIC_POLICY


def _is_wanted_offline(path: str) -> bool:
    if path.startswith("vendor/"):
        return path.endswith(".js")
    return path != "sw.js" and not path.endswith(".md")


def _walk(folder: Path) -> Iterator[Path]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith("."))
    # What Python keeps beside its modules is another one on each machine.
    return (path for path in found if path.suffix != ".pyc")


def _strings(language: str) -> bytes:
    return json.dumps(phone_strings(language), ensure_ascii=False, sort_keys=True).encode()


def _content_hash() -> str:
    """Of what a build is made from: every start would wait for its words, were they made to name it."""
    digest = hashlib.sha256()
    for path in _sources():
        body = path.read_bytes()
        digest.update(f"{path.relative_to(PACKAGE).as_posix()}\0{len(body)}\0".encode() + body)
    return digest.hexdigest()[:12]


def _sources() -> Iterator[Path]:
    yield from _walk(SOURCE)
    for page in (*PAGES, *WORDS):
        path = PACKAGE / page
        yield from _walk(path) if path.is_dir() else [path] if path.is_file() else []


def _write_build(root: Path, version: str) -> None:
    """Written beside and renamed: of two workers that start together one wins, none serves half a tree."""
    root.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".build-", dir=root))
    try:
        shutil.copytree(SOURCE, made / "pwa")
        for language in LANGUAGES:
            (made / f"strings.{language}.json").write_bytes(_strings(language))
        for path in list(_walk(made)):
            if path.suffix in COMPRESSED:
                _compress(path)
        made.chmod(0o755)
        made.rename(root / version)
    except OSError:
        if not (root / version).is_dir():
            raise
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _compress(path: Path) -> None:
    body = path.read_bytes()
    path.with_name(path.name + ".br").write_bytes(brotli.compress(body, quality=11))
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(body, 9, mtime=0))


def _drop_old_builds(root: Path, current: str) -> None:
    """A page that is open keeps its own build's files a few versions long."""
    os.utime(root / current)
    builds = sorted((path for path in root.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for old in builds[:-BUILDS_KEPT]:
        if not old.name.startswith(".build-"):
            shutil.rmtree(old, ignore_errors=True)


def _import_map(version: str, files: tuple[str, ...]) -> str:
    vendored = [path for path in files if path.startswith("vendor/") and path.endswith(".js")]
    imports = {Path(path).stem: f"/static/{version}/pwa/{path}" for path in vendored}
    return json.dumps({"imports": imports}, separators=(",", ":"))


def _styles(paths: tuple[str, ...]) -> str:
    css = "".join((SOURCE / path).read_text(encoding="utf-8") for path in paths)
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)).strip()
