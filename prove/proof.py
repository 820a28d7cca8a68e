"""What one proof said, kept as it finishes in build/proofs/, and the document made of all that are there."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import jinja2

KEPT = Path("build") / "proofs"
DOCUMENT = Path("docs") / "proofs.md"
TEMPLATE = Path(__file__).parent / "proofs.md.jinja"
MOST_FAULTS = 1_000


@dataclass(frozen=True)
class Proof:
    """What was tried, how much of it, and what went wrong. `seed`: what makes the same run again."""

    promise: str
    size: str
    faults: list[str]
    seconds: int = 0
    seed: int | None = None
    commit: str = ""
    day: str = ""


def keep(name: str, proof: Proof, folder: Path = KEPT) -> None:
    """Write it where `read_kept` finds it, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    told = asdict(proof) | {"faults": proof.faults[:MOST_FAULTS], "fault_count": len(proof.faults)}
    fresh = folder / f".{name}.json"
    fresh.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    fresh.rename(folder / f"{name}.json")


def read_kept(names: Iterable[str], folder: Path = KEPT) -> list[Proof]:
    """Those of `names` that have run, in that order."""
    paths = [folder / f"{name}.json" for name in names]
    return [_read(path) for path in paths if path.exists()]


def _read(path: Path) -> Proof:
    told = json.loads(path.read_text(encoding="utf-8"))
    unlisted = told.pop("fault_count") - len(told["faults"])
    return Proof(**told | {"faults": told["faults"] + ["and more like these"] * unlisted})


def document(proofs: list[Proof]) -> str:
    """docs/proofs.md. Each proof names the commit it ran at."""
    template = jinja2.Environment(autoescape=False, trim_blocks=True).from_string(TEMPLATE.read_text("utf-8"))
    return template.render(proofs=proofs) + "\n"


def today() -> str:
    """The day in UTC."""
    return datetime.now(UTC).date().isoformat()
