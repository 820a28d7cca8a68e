"""Local times, in every zone there is; and when reminders are due."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from app.domain.cadence import (
    EVE_AT,
    MAINTENANCE_AT,
    due_on,
    is_zone,
    local_day,
    local_moment,
    maintenance_due,
    visit_tomorrow,
)

NEW_YORK = "America/New_York"
ZONES = sorted(available_timezones())


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_time_that_the_clock_skips_moves_forward() -> None:
    assert local_moment(date(2026, 3, 8), time(2, 30), NEW_YORK) == at("2026-03-08T07:30")
    assert at("2026-03-08T07:30").astimezone(ZoneInfo(NEW_YORK)).time() == time(3, 30)


def test_a_time_that_comes_twice_is_the_first() -> None:
    assert local_moment(date(2026, 11, 1), time(1, 30), NEW_YORK) == at("2026-11-01T05:30")
    # Also when the caller's clock time already says "the second one".
    assert local_moment(date(2026, 11, 1), time(1, 30, fold=1), NEW_YORK) == at("2026-11-01T05:30")


def test_a_day_that_a_zone_skipped_moves_forward_too() -> None:
    """Samoa had no 30 December 2011."""
    moment = local_moment(date(2011, 12, 30), MAINTENANCE_AT, "Pacific/Apia")
    assert moment.astimezone(ZoneInfo("Pacific/Apia")).isoformat()[:16] == "2011-12-31T09:00"


def changes(zone: ZoneInfo, first: datetime, last: datetime) -> list[datetime]:
    """The moments, to the minute, at which this zone's offset changes."""
    found, moment = [], first
    while moment < last:
        later = moment + timedelta(days=5)
        if moment.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            before, after = moment, later
            while after - before > timedelta(minutes=1):
                middle = before + (after - before) / 2
                same = middle.astimezone(zone).utcoffset() == moment.astimezone(zone).utcoffset()
                before, after = (middle, after) if same else (before, middle)
            found.append(after.replace(second=0, microsecond=0))
        moment = later
    return found


def expected(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """By trying every offset the zone has around that day: the first that reads so, else past the gap."""
    wall = datetime.combine(day, clock)
    around = [wall.replace(tzinfo=UTC) + timedelta(hours=hours) for hours in range(-30, 31)]
    offsets = {moment.astimezone(zone).utcoffset() for moment in around}
    moments = sorted((wall - offset).replace(tzinfo=UTC) for offset in offsets if offset is not None)
    reading_so = [moment for moment in moments if moment.astimezone(zone).replace(tzinfo=None) == wall]
    if reading_so:
        return reading_so[0]
    return next(m for m in moments if m.astimezone(zone).replace(tzinfo=None) > wall)


def test_every_zone_around_every_change_and_on_days_by_chance() -> None:
    chance, tried, moved, twice = random.Random(20261121), 0, 0, 0
    for name in ZONES:
        zone = ZoneInfo(name)
        walls = [
            datetime.combine(date(2026, 1, 1), time())
            + timedelta(minutes=chance.randrange(2 * 365 * 24 * 60))
            for _ in range(6)
        ]
        for change in changes(zone, at("2026-01-01T00:00"), at("2028-01-01T00:00")):
            local = change.astimezone(zone).replace(tzinfo=None)
            walls += [local + timedelta(minutes=shift) for shift in (-90, -31, -30, -1, 0, 1, 29, 61)]
        for wall in walls:
            moment = local_moment(wall.date(), wall.time(), name)
            assert moment == expected(wall.date(), wall.time(), zone), (name, wall)
            tried += 1
            moved += moment.astimezone(zone).replace(tzinfo=None) != wall
            twice += wall.replace(tzinfo=zone, fold=1).utcoffset() != wall.replace(tzinfo=zone).utcoffset()
    # Were there no gaps and no overlaps among them, this would prove little.
    assert tried > 5000
    assert moved > 100
    assert twice > 100


def test_reminders_come_at_their_local_time_in_every_zone() -> None:
    """Nine and five are never skipped or doubled by a clock change in the years ahead."""
    for name in ZONES:
        for day in (date(2026, 3, 8), date(2026, 10, 25), date(2027, 7, 1)):
            for clock in (MAINTENANCE_AT, EVE_AT):
                local = local_moment(day, clock, name).astimezone(ZoneInfo(name))
                assert (local.date(), local.time()) == (day, clock), name


def test_maintenance_is_counted_in_days_of_the_clinic() -> None:
    # 21:30 in New York is the next day in UTC.
    when = maintenance_due(at("2026-11-01T02:30"), NEW_YORK, 21, NEW_YORK)
    assert when.local_date == date(2026, 11, 21) == due_on(date(2026, 10, 31), 21)
    assert when.due_at == at("2026-11-21T14:00")


def test_maintenance_is_due_at_nine_where_the_person_is() -> None:
    for zone, due_at in (
        ("America/Los_Angeles", "2026-11-21T17:00"),
        ("Asia/Kathmandu", "2026-11-21T03:15"),
        ("Pacific/Kiritimati", "2026-11-20T19:00"),
    ):
        when = maintenance_due(at("2026-10-31T15:00"), NEW_YORK, 21, zone)
        assert (when.local_date, when.due_at) == (date(2026, 11, 21), at(due_at))


def test_the_eve_of_a_visit_is_five_where_the_person_is() -> None:
    when = visit_tomorrow(at("2026-11-24T15:00"), NEW_YORK, "America/Los_Angeles")
    assert when.due_at == at("2026-11-24T01:00")
    assert when.useful_until == at("2026-11-24T15:00")
    assert when.local_date == date(2026, 11, 23)


def test_a_traveller_is_not_reminded_twice() -> None:
    """In Auckland the visit is on another date, but it is the same reminder."""
    home = visit_tomorrow(at("2026-11-24T15:00"), NEW_YORK, NEW_YORK)
    away = visit_tomorrow(at("2026-11-24T15:00"), NEW_YORK, "Pacific/Auckland")
    assert home.local_date == away.local_date
    assert home.due_at != away.due_at


def test_the_eve_comes_before_the_visit_in_every_zone() -> None:
    for zone in ZONES:
        for hour in range(0, 24, 5):
            starts_at = at("2026-11-24T00:10") + timedelta(hours=hour)
            ahead = starts_at - visit_tomorrow(starts_at, NEW_YORK, zone).due_at
            assert timedelta(hours=7) <= ahead < timedelta(hours=31), zone


def test_due_and_useful_are_half_open() -> None:
    when = visit_tomorrow(at("2026-11-24T15:00"), NEW_YORK, NEW_YORK)
    assert when.is_due(when.due_at)
    assert not when.is_due(when.due_at - timedelta(microseconds=1))
    assert when.is_useful(when.useful_until - timedelta(microseconds=1))
    assert not when.is_useful(when.useful_until)


def test_zones_and_days() -> None:
    assert is_zone(NEW_YORK)
    assert not is_zone("Mars/Olympus")
    for wrong in ("", "America", "../../etc/passwd", "/etc/passwd", "a\0b"):
        assert not is_zone(wrong)
    assert local_day(at("2026-11-21T03:00"), NEW_YORK) == date(2026, 11, 20)
