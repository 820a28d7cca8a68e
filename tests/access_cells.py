"""The access table, cell by cell."""

from collections.abc import Iterator

from app.domain.roles import ROLES
from tests.access_table import FORMER, SHUT_STATES, TABLE, VISITORS, Visitor

# Whose desk is nearest to june, by role.
NEAREST = {
    "patient": "june",
    "caregiver": "sam",
    "clinician": "lead",
    "nurse": "nurse",
    "front_desk": "desk",
    "administrator": "admin",
}


def cells(endpoint: str) -> Iterator[tuple[Visitor, int]]:
    """Every visitor with the status that the table has for them."""
    row = TABLE[endpoint]
    active, shut = row.active.split(), row.shut.split()
    yield from zip(VISITORS, map(int, active * (len(VISITORS) // len(active))), strict=True)
    for state in SHUT_STATES if shut else ():
        for role, status in zip(ROLES, shut * (len(ROLES) // len(shut)), strict=True):
            yield (role, state), int(row.former if (role, state) == FORMER else status)
