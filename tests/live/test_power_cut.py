"""A small version of prove/power_cut.py, the ways to serve that must lose, and the disk itself."""

import random
from pathlib import Path

import pytest

from prove.disk import Disk, Record, read_log
from prove.power_cut import Outcome, cut_often
from prove.recording import Recording, record

STATES = 250
FOLDER = Path("/somewhere")
TRIES = 60


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return record(tmp_path_factory.mktemp("life"), 11)


def cut(recording: Recording) -> Outcome:
    return cut_often(recording, STATES, random.Random(11))


def test_a_power_cut_loses_nothing_that_was_acknowledged(recording: Recording) -> None:
    outcome = cut(recording)
    assert outcome.states == STATES
    assert outcome.acknowledged == len(recording.ledger.told) > 0
    assert outcome.rolled_back > 0
    assert outcome.faults == []


@pytest.mark.parametrize("bug", ["synchronous_off", "journal_deleted"])
def test_the_rig_loses_where_it_must(bug: str, tmp_path: Path) -> None:
    assert cut(record(tmp_path, 11, bug)).losing > 0


def test_the_log_replayed_to_its_end_is_the_file_as_it_is(recording: Recording) -> None:
    disk = Disk(recording.folder, recording.files)
    for one in read_log(recording.log):
        disk.apply(one)
    assert (recording.folder / "between.db").read_bytes() in [state["between.db"] for state in left(disk)]


def left(disk: Disk) -> list[dict[str, bytes]]:
    states = [disk.lose_power(random.Random(seed)) for seed in range(TRIES)]
    return [{name: bytes(body) for name, body in state.items()} for state in states]


def done(kind: str, path: str = "", *, descriptor: int = 3, at: int = 0, body: bytes = b"") -> Record:
    return Record(kind, 1, descriptor, at, body or str(FOLDER / path).rstrip("/").encode())


def disk_after(*records: Record) -> Disk:
    disk = Disk(FOLDER, {"a": b"old."})
    for one in records:
        disk.apply(one)
    return disk


OPENED = done("o", "a")
WRITTEN = done("w", at=0, body=b"new!")
MADE = done("o", "b", descriptor=4, at=1)
FOLDER_SYNCED = (done("o", "", descriptor=5), done("s", descriptor=5))


def test_what_was_synced_stays() -> None:
    assert {state["a"] for state in left(disk_after(OPENED, WRITTEN, done("s")))} == {b"new!"}


def test_what_was_not_synced_may_stay_or_go() -> None:
    assert {state["a"] for state in left(disk_after(OPENED, WRITTEN))} == {b"new!", b"old."}


def test_a_write_over_two_sectors_can_be_torn() -> None:
    whole = b"x" * 1024
    states = {state["a"] for state in left(disk_after(OPENED, done("w", at=0, body=whole)))}
    assert {whole, b"old.", whole[:512]} <= states


def test_a_new_file_is_there_for_sure_only_when_its_folder_is_synced() -> None:
    synced = (MADE, done("w", descriptor=4, body=b"hot"), done("s", descriptor=4))
    assert {state.get("b") for state in left(disk_after(*synced))} == {b"hot", None}
    assert {state.get("b") for state in left(disk_after(*synced, *FOLDER_SYNCED))} == {b"hot"}


def test_a_removed_file_may_be_back_until_its_folder_is_synced() -> None:
    removed = done("u", "a")
    assert {state.get("a") for state in left(disk_after(removed))} == {b"old.", None}
    assert {state.get("a") for state in left(disk_after(removed, *FOLDER_SYNCED))} == {None}
