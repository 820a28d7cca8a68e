"""A wrong setting stops the start with one sentence that names it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import load_settings
from app.errors import SettingError

REPOSITORY = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BETWEEN_PORT", "eighty"),
        ("BETWEEN_PORT", "0"),
        ("BETWEEN_THREADS", "1"),
        ("BETWEEN_PROXIES", "-1"),
        ("BETWEEN_DEMO", "yes"),
        ("DATABASE_URL", "mysql://somewhere/else"),
        ("DATABASE_URL", "sqlite:///relative.db"),
        ("BETWEEN_PUBLIC_URL", "http://clinic.example"),
        ("BETWEEN_PUBLIC_URL", "https://clinic.example/path"),
        ("BETWEEN_VAPID_CONTACT", "mailto:someone@localhost"),
        ("BETWEEN_VAPID_CONTACT", "clinic.example"),
        ("BETWEEN_PUSH_ORIGINS", "https://push.example/path"),
        ("BETWEEN_COUNTRY", "usa"),
        ("BETWEEN_CRISIS_CALL", "call me"),
        ("BETWEEN_PORT_FILE", "/no/such/file"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name):
        load_settings({name: value})


def test_outside_the_us_no_number_is_assumed() -> None:
    with pytest.raises(SettingError, match="BETWEEN_CRISIS_CALL"):
        load_settings({"BETWEEN_COUNTRY": "MX"})
    numbers = {"BETWEEN_CRISIS_CALL": "800 911 2000", "BETWEEN_CRISIS_TEXT": "800 911 2000"}
    settings = load_settings({"BETWEEN_COUNTRY": "MX", "BETWEEN_CRISIS_EMERGENCY": "911", **numbers})
    assert settings.crisis["call"] == "800 911 2000"


def test_a_value_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("8123\n")
    assert load_settings({"BETWEEN_PORT_FILE": str(tmp_path / "port")}).port == 8123
    with pytest.raises(SettingError, match="not both"):
        load_settings({"BETWEEN_PORT_FILE": str(tmp_path / "port"), "BETWEEN_PORT": "8000"})


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"BETWEEN_PORT": "eighty"}, "BETWEEN_PORT must be a whole number"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "cannot be opened"),
    ],
)
@pytest.mark.parametrize("command", [("app.py",), ("-m", "flask", "--app", "app", "work")])
def test_the_start_stops_with_a_sentence(
    tmp_path: Path, command: tuple[str, ...], settings: dict[str, str], sentence: str
) -> None:
    started = subprocess.run(
        [sys.executable, *command],
        cwd=REPOSITORY,
        env={**os.environ, "BETWEEN_INSTANCE": str(tmp_path), **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert started.returncode == 1
    assert sentence in started.stderr
    assert "Traceback" not in started.stderr


def test_a_database_whose_sealing_key_is_gone_is_refused(tmp_path: Path) -> None:
    environ = {**os.environ, "BETWEEN_INSTANCE": str(tmp_path)}
    demo = [sys.executable, "-m", "flask", "--app", "app", "demo"]
    subprocess.run(demo, cwd=REPOSITORY, env=environ, capture_output=True, timeout=120, check=True)
    (tmp_path / "keys" / "hpke-k1.pem").unlink()
    again = subprocess.run(
        [sys.executable, "app.py"],
        cwd=REPOSITORY,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert again.returncode == 1
    assert "Traceback" not in again.stderr
    assert "sealing key k1 is missing" in again.stderr
