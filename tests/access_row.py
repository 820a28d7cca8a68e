"""One line of the access table."""

from typing import NamedTuple


class Row(NamedTuple):
    """The method, the status for each visitor, and for those whose place does not count (by role, or all).

    `former`: for a patient whose care ended, who still sees the own record and nothing else.
    """

    method: str
    active: str
    shut: str = "401"
    former: str = "403"
