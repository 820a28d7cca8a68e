"""The phone waits as long as the person was told, and the clinic reads."""

import re
from pathlib import Path

from app.domain.agreement import HOURS_UNFINISHED

LATE = Path(__file__).parents[2] / "app" / "static" / "pwa" / "sync" / "late-core.js"


def test_the_phone_waits_as_long_as_it_was_said() -> None:
    found = re.search(r"HOURS_UNFINISHED = (\d+)", LATE.read_text(encoding="utf-8"))
    assert found is not None
    assert int(found[1]) == HOURS_UNFINISHED
