"""Which rows come to be, and in whose hands."""

import threading
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from app.db import Database
from app.models import Membership, Person, Visit
from app.services.occurrences import PAGE_ROWS, RULES, find_wanted
from app.services.reminders import Claim, claim, finish, is_still_on, make_due, release, without_known
from tests.small_clinic import SmallClinic, Who

# Ketamine on 31 October at 11:00 in New York; three weeks later, nine in the morning is 14:00 UTC.
LAST = datetime(2026, 10, 31, 15, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clinic(database: Database) -> SmallClinic:
    return SmallClinic(database, LAST - 90 * DAY)


@pytest.fixture
def stretched(clinic: SmallClinic) -> Who:
    """A patient for whom maintenance comes due at DUE."""
    who = clinic.patient()
    clinic.visit(who, LAST)
    clinic.cadence(who, 21)
    return who


def look(database: Database, now: datetime) -> int:
    made = 0
    for rule in RULES:
        cursor = None
        while True:
            with database.reading() as session:
                page = find_wanted(session, rule, now, cursor)
                new = without_known(session, page.wanted, now)
            with database.writing() as session:
                made += make_due(session, new, now)
            cursor = page.next
            if cursor is None:
                break
    return made


def take(database: Database, now: datetime, worker: str = "w") -> Claim | None:
    with database.writing() as session:
        return claim(session, now, worker)


def drop_if_off(database: Database, held: Claim, now: datetime) -> bool:
    with database.writing() as session:
        on = is_still_on(session, held, now)
        if not on:
            finish(session, held, "missed", now)
        return on


def test_maintenance_is_due_at_nine_and_once(database: Database, clinic: SmallClinic, stretched: Who) -> None:
    assert look(database, DUE - timedelta(seconds=1)) == 0
    assert look(database, DUE) == 1
    assert look(database, DUE + HOUR) == 0
    row = clinic.reminder()
    assert (row.rule, row.state, row.person_id) == ("maintenance_due", "due", stretched.person_id)
    assert (row.local_date, row.due_at) == (date(2026, 11, 21), DUE)


@pytest.mark.parametrize("modality", ["ketamine_iv", "ketamine_im"])
def test_nothing_is_due_where_a_visit_is_booked(
    database: Database, clinic: SmallClinic, stretched: Who, modality: str
) -> None:
    clinic.visit(stretched, DUE + 9 * DAY, modality)
    assert look(database, DUE) == 0


def test_a_visit_that_is_cancelled_or_of_another_kind_is_no_booking(
    database: Database, clinic: SmallClinic, stretched: Who
) -> None:
    clinic.visit(stretched, DUE + 9 * DAY, "ketamine_iv", "cancelled")
    clinic.visit(stretched, DUE + 9 * DAY, "deep_tms")
    clinic.visit(stretched, DUE + 9 * DAY, "esketamine")
    assert look(database, DUE) == 1


def test_it_counts_from_the_last_visit_that_took_place(
    database: Database, clinic: SmallClinic, stretched: Who
) -> None:
    clinic.visit(stretched, LAST + 7 * DAY, "ketamine_im")
    clinic.visit(stretched, LAST + 8 * DAY, "ketamine_iv", "cancelled")
    assert look(database, DUE) == 0
    assert look(database, DUE + 7 * DAY) == 1
    assert clinic.reminder().local_date == date(2026, 11, 28)


def test_without_a_visit_or_a_cadence_nothing_is_due(database: Database, clinic: SmallClinic) -> None:
    clinic.cadence(clinic.patient(), 21)
    clinic.visit(clinic.patient(), LAST)
    assert look(database, DUE) == 0


@pytest.mark.parametrize("state", ["suspended", "ended"])
def test_when_care_ends_reminders_end(
    database: Database, clinic: SmallClinic, stretched: Who, state: str
) -> None:
    clinic.visit(stretched, DUE + DAY, "tms")
    look(database, DUE)
    held = take(database, DUE)
    clinic.change(Membership, stretched.membership_id, state=state)
    assert held is not None
    assert not drop_if_off(database, held, DUE)
    assert look(database, DUE + 12 * HOUR) == 0


def test_another_cadence_with_the_same_due_date_is_the_same_reminder(
    database: Database, clinic: SmallClinic, stretched: Who
) -> None:
    assert look(database, DUE) == 1
    clinic.cadence(stretched, 28, set_at=DUE + HOUR)
    assert look(database, DUE + 2 * HOUR) == 0
    clinic.cadence(stretched, 21, set_at=DUE + 3 * HOUR)
    assert look(database, DUE + 4 * HOUR) == 0
    # What has truly moved is a new one.
    clinic.cadence(stretched, 28, set_at=DUE + 5 * HOUR)
    assert look(database, DUE + 7 * DAY) == 1
    assert [row.local_date.day for row in clinic.reminders()] == [21, 28]


def test_a_cadence_set_when_its_time_is_over_asks_for_nothing(
    database: Database, clinic: SmallClinic
) -> None:
    who = clinic.patient()
    clinic.visit(who, LAST)
    clinic.cadence(who, 21, set_at=DUE + 4 * DAY)
    assert look(database, DUE + 4 * DAY) == 0


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Pacific/Honolulu", "Nowhere/Land"])
def test_a_changed_clock_sends_nothing_again(
    database: Database, clinic: SmallClinic, stretched: Who, zone: str
) -> None:
    clinic.visit(stretched, DUE + 2 * DAY, "tms")
    assert look(database, DUE + DAY + 10 * HOUR) == 2
    clinic.change(Person, stretched.person_id, zone=zone)
    assert look(database, DUE + DAY + 11 * HOUR) == 0


def test_a_person_with_an_unknown_zone_stops_nobody(
    database: Database, clinic: SmallClinic, stretched: Who
) -> None:
    clinic.change(Person, stretched.person_id, zone="Nowhere/Land")
    assert look(database, DUE) == 1


def test_the_eve_of_a_visit(database: Database, clinic: SmallClinic) -> None:
    who, eve = clinic.patient("America/Los_Angeles"), datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    visit_id = clinic.visit(who, datetime(2026, 11, 24, 15, 0, tzinfo=UTC), "tms")
    clinic.visit(who, datetime(2026, 11, 24, 16, 0, tzinfo=UTC), "tms", "cancelled")
    assert look(database, eve - timedelta(seconds=1)) == 0
    assert look(database, eve) == 1
    row = clinic.reminder()
    assert (row.rule, row.anchor, row.due_at) == ("visit_tomorrow", visit_id, eve)
    assert row.useful_until == datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def test_late_but_useful_is_due_and_too_late_is_missed(database: Database, clinic: SmallClinic) -> None:
    starts_at = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    clinic.visit(clinic.patient(), starts_at)
    clinic.visit(clinic.patient(), starts_at - 6 * HOUR)
    assert look(database, starts_at - HOUR) == 2
    states = {row.useful_until: row.state for row in clinic.reminders()}
    assert states == {starts_at: "due", starts_at - 6 * HOUR: "missed"}
    assert look(database, starts_at - HOUR) == 0


def test_a_visit_written_down_afterwards_was_never_missed(database: Database, clinic: SmallClinic) -> None:
    clinic.visit(clinic.patient(), DUE, state="done", made_at=DUE + HOUR)
    clinic.visit(clinic.patient(), DUE, made_at=DUE + HOUR)
    assert look(database, DUE + 2 * HOUR) == 0


def test_cancelled_before_sending_is_dropped_and_taken_back_is_due_again(
    database: Database, clinic: SmallClinic
) -> None:
    starts_at = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    now = starts_at - 12 * HOUR
    visit_id = clinic.visit(clinic.patient(), starts_at)
    look(database, now)
    held = take(database, now)
    clinic.change(Visit, visit_id, state="cancelled")
    assert held is not None
    assert not drop_if_off(database, held, now)
    assert clinic.reminder().state == "missed"
    assert look(database, now + HOUR) == 0
    clinic.change(Visit, visit_id, state="booked")
    assert look(database, now + HOUR) == 1
    assert clinic.reminder().state == "due"
    assert take(database, now + HOUR) is not None


def test_moved_to_another_day_is_another_reminder(database: Database, clinic: SmallClinic) -> None:
    starts_at = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    now = starts_at - 12 * HOUR
    visit_id = clinic.visit(clinic.patient(), starts_at)
    look(database, now)
    held = take(database, now)
    clinic.change(Visit, visit_id, starts_at=starts_at + 7 * DAY)
    assert held is not None
    assert not drop_if_off(database, held, now)
    assert look(database, now + 7 * DAY) == 1


def test_booked_before_sending_drops_maintenance(
    database: Database, clinic: SmallClinic, stretched: Who
) -> None:
    look(database, DUE)
    held = take(database, DUE)
    assert held is not None
    with database.reading() as session:
        assert is_still_on(session, held, DUE)
    clinic.visit(stretched, DUE + 3 * DAY, "ketamine_im", made_at=DUE)
    assert not drop_if_off(database, held, DUE)


def test_more_than_a_page(database: Database, clinic: SmallClinic) -> None:
    """Also with every visit at the same time, where only ids tell rows apart."""
    who, count = clinic.patient(), 2 * PAGE_ROWS + 1
    with database.writing() as session:
        session.add_all(
            Visit(
                clinic_id=clinic.id,
                id=uuid.uuid4(),
                patient_id=who.patient_id,
                modality="tms",
                starts_at=DUE + 12 * HOUR,
                zone=clinic.zone,
                minutes=20,
                place="",
                created_at=LAST,
            )
            for _ in range(count)
        )
    assert look(database, DUE + 9 * HOUR) == count
    assert look(database, DUE + 9 * HOUR) == 0


def test_a_claim_is_for_one_worker_until_its_lease_ends(
    database: Database, clinic: SmallClinic, stretched: Who
) -> None:
    look(database, DUE)
    first = take(database, DUE, "one")
    assert first is not None
    assert take(database, DUE + timedelta(minutes=2), "two") is None
    later = DUE + timedelta(minutes=3)
    second = take(database, later, "two")
    assert second is not None
    assert (second.id, second.attempts) == (first.id, 2)
    # The first woke up again: it may neither finish nor release what is not its own any more.
    with database.writing() as session:
        assert not finish(session, first, "sent", later)
        assert not release(session, first, later)
        assert finish(session, second, "sent", later)
        assert not finish(session, second, "missed", later)
    assert clinic.reminder().state == "sent"
    assert take(database, DUE + DAY) is None


def test_released_waits_until_it_may_be_tried_again(
    database: Database, clinic: SmallClinic, stretched: Who
) -> None:
    look(database, DUE)
    held = take(database, DUE)
    assert held is not None
    with database.writing() as session:
        assert release(session, held, DUE + HOUR)
    assert clinic.reminder().state == "due"
    assert take(database, DUE + HOUR - timedelta(seconds=1)) is None
    assert take(database, DUE + HOUR) is not None


def test_racing_workers_look_and_claim_once(database: Database, clinic: SmallClinic) -> None:
    """Each thread has its own engine, as another process would."""
    count, threads = 12, 6
    for _ in range(count):
        who = clinic.patient()
        clinic.visit(who, LAST)
        clinic.cadence(who, 21)
    claimed: list[uuid.UUID] = []
    made: list[int] = []
    start = threading.Barrier(threads)

    def work(name: str) -> None:
        mine = Database(database.url)
        start.wait()
        made.append(look(mine, DUE))
        while (held := take(mine, DUE, name)) is not None:
            claimed.append(held.id)
        mine.dispose()

    workers = [threading.Thread(target=work, args=(str(number),)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(made) == count
    # A worker that finds all rows locked goes home; the rows stay for the next look.
    while (held := take(database, DUE)) is not None:
        claimed.append(held.id)
    assert len(claimed) == len(set(claimed)) == count
