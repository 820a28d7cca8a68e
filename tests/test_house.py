"""The house rules that a reviewer would otherwise have to remember."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import load_settings

REPOSITORY = Path(__file__).parents[1]
PHONE = REPOSITORY / "app" / "static" / "pwa"
VENDOR = PHONE / "vendor"
MACHINE_MADE = {".git", ".venv", "instance", "build", "dist", "node_modules", "__pycache__"}
MACHINE_MADE |= {".pytest_cache", ".hypothesis", ".mypy_cache", ".ruff_cache", ".import_linter_cache"}
TEXT = {"", ".py", ".js", ".css", ".html", ".md", ".toml", ".txt", ".json", ".po", ".svg", ".mako", ".sh"}


def find(folder: Path, *suffixes: str) -> list[Path]:
    """Our own files below `folder`, without what machines make and what others published."""
    return sorted(
        path
        for path in _walk(folder)
        if (not suffixes or path.suffix in suffixes) and VENDOR not in path.parents
    )


def _walk(folder: Path) -> Iterator[Path]:
    # In a second working tree `.git` is a file.
    for path in folder.iterdir():
        if path.name in MACHINE_MADE or path.name.endswith(".egg-info"):
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def too_long(paths: list[Path], most: int) -> list[str]:
    return [f"{name(path)}: {len(lines(path))} lines" for path in paths if len(lines(path)) > most]


def test_python_files_stay_readable_at_one_sitting() -> None:
    history = REPOSITORY / "app" / "migrations" / "versions"
    tests = REPOSITORY / "tests"
    written = [path for path in find(REPOSITORY, ".py") if not {history, tests} & set(path.parents)]
    assert too_long(written, 300) == []
    # A file of cases is read case by case.
    assert too_long(find(tests, ".py"), 400) == []


def test_phone_modules_stay_small() -> None:
    assert too_long(find(REPOSITORY, ".js"), 249) == []
    assert too_long([PHONE / "sw.js"], 149) == []


def test_the_launcher_stays_a_launcher() -> None:
    """`mypy app` never checks app.py, so nothing may live in it."""
    assert too_long([REPOSITORY / "app.py"], 14) == []


def test_every_file_is_named_for_what_it_is() -> None:
    vague = re.compile(r"(^|_|-)(utils?|helpers?|misc|common|stuff)($|_|-)")
    assert [name(path) for path in find(REPOSITORY) if vague.search(path.stem)] == []
    assert [
        name(path) for path in find(REPOSITORY) if any(vague.search(part) for part in path.parts[-3:-1])
    ] == []


INLINE = {
    "a style attribute": re.compile(r"""<[^>]*\sstyle\s*=""", re.IGNORECASE),
    "an event handler": re.compile(r"""<[^>]*\son[a-z]+\s*=\s*["']""", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    # The two that the CSP allows by their hash are made by us at start.
    "text marked safe": re.compile(
        r"(?<!assets\.check_in_css)(?<!assets\.import_map)\|\s*safe\b|autoescape false"
    ),
}


@pytest.mark.parametrize("what", INLINE)
def test_templates_hold_nothing_the_csp_refuses(what: str) -> None:
    templates = find(REPOSITORY / "app" / "templates", ".html", ".svg")
    assert templates, "the templates moved and this guard looks at nothing"
    assert [name(path) for path in templates if INLINE[what].search(path.read_text(encoding="utf-8"))] == []


def test_no_html_is_built_from_strings() -> None:
    sink = re.compile(
        r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySetInnerHTML|DOMParser|"
        r"createContextualFragment|srcdoc)\b|\beval\(|new Function\("
    )
    assert [name(path) for path in find(PHONE, ".js") if sink.search(path.read_text(encoding="utf-8"))] == []
    markup = re.compile(r"\bMarkup\(|render_template_string")
    sources = find(REPOSITORY / "app", ".py")
    assert [name(path) for path in sources if markup.search(path.read_text(encoding="utf-8"))] == []


def test_vendored_files_are_as_published() -> None:
    listed = dict(
        re.findall(r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$", (VENDOR / "VENDORED.md").read_text(), re.M)
    )
    here = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.name != "VENDORED.md" and not path.name.endswith(".LICENSE")
    }
    assert here
    assert listed == here


class Recorder(dict[str, str]):
    """An empty environment that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.asked.add(key.removesuffix("_FILE"))
        return default


def test_every_setting_is_documented() -> None:
    environ = Recorder()
    load_settings(environ)
    told = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    assert environ.asked
    assert [setting for setting in sorted(environ.asked) if f"`{setting}`" not in told] == []


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(), re.M))


def test_the_documents_name_commands_that_exist() -> None:
    documents = [REPOSITORY / "README.md", *find(REPOSITORY / "docs", ".md")]
    named = {
        (name(path), command)
        for path in documents
        for command in re.findall(r"`make ([a-z]+)`|^ *(?:\$ )?make ([a-z]+)", path.read_text(), re.M)
        for command in command
        if command
    }
    assert named
    assert [pair for pair in sorted(named) if pair[1] not in targets()] == []


def test_the_documents_link_to_files_that_exist() -> None:
    documents = [REPOSITORY / "README.md", *find(REPOSITORY / "docs", ".md")]
    broken = [
        f"{name(path)} → {link}"
        for path in documents
        for link in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text(encoding="utf-8"))
        if not (path.parent / link).exists()
    ]
    assert broken == []


def test_continuous_integration_runs_exactly_make_test() -> None:
    commands = [line for line in lines(REPOSITORY / ".ci" / "run") if line and not line.startswith("#")]
    assert commands[-1] == "exec make test"
    assert len([line for line in commands if "make" in line]) == 1


def test_nothing_names_one_machine_or_one_registry() -> None:
    # Spelled in halves, so that this file may be searched too.
    here = [
        "/wo" + "rk/",
        "/ro" + "ot/",
        "/home/" + r"[a-z]",
        "/Us" + "ers/",
        r"pypi\." + "org",
        r"pythonhosted\." + "org",
    ]
    here += [r"registry\." + "npmjs", "index-" + "url", "find-" + "links"]
    bad = re.compile("|".join(here))
    found = [
        f"{name(path)}: {match.group()}"
        for path in find(REPOSITORY)
        if path.suffix in TEXT
        for match in bad.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def shingles(text: str, count: int) -> set[str]:
    """The hashes of all runs of `count` words in `text`."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    runs = (" ".join(words[start : start + count]) for start in range(len(words) - count + 1))
    return {hashlib.sha256(run.encode()).hexdigest()[:16] for run in runs}


def licensed_text_in(text: str, not_ours: dict[str, list[str]]) -> list[str]:
    """The scales of which `text` holds an item."""
    wanted = {scale: [entry.split(":") for entry in entries] for scale, entries in not_ours.items()}
    by_length = {int(count) for entries in wanted.values() for count, _ in entries}
    held = set().union(*(shingles(text, count) for count in by_length))
    return [scale for scale, entries in wanted.items() if any(digest in held for _, digest in entries)]


def test_no_item_of_a_licensed_scale_ships() -> None:
    """Their wording may not ship, so it is not here either: only hashes of short runs of its words."""
    not_ours = json.loads((REPOSITORY / "tests" / "data" / "not_ours.json").read_text())
    found = {
        name(path): scales
        for path in find(REPOSITORY)
        if path.suffix in TEXT and (scales := licensed_text_in(path.read_text(encoding="utf-8"), not_ours))
    }
    assert found == {}


def test_the_guard_against_licensed_text_sees_it() -> None:
    phrase = hashlib.sha256(b"seven plain words that nobody ever licensed").hexdigest()[:16]
    text = "Before it. Seven plain WORDS that\nnobody ever licensed, after it."
    assert licensed_text_in(text, {"Example": [f"7:{phrase}"]}) == ["Example"]


def test_no_test_is_skipped() -> None:
    skipping = re.compile(r"pytest\.(mark\.)?(skip|xfail)|importor" + "skip")
    tests = [path for path in find(REPOSITORY / "tests", ".py") if path.name != Path(__file__).name]
    assert [name(path) for path in tests if skipping.search(path.read_text(encoding="utf-8"))] == []
