"""Who stands in for whom: pure ladders over names, with no loop that could hold an alert."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.escalation import NEXT, OWNER


@dataclass(frozen=True)
class Rota:
    """The clinicians who work here, longest first, and who of them is away now with which cover, if any."""

    staff: tuple[UUID, ...]
    away: Mapping[UUID, UUID | None]

    @property
    def present(self) -> tuple[UUID, ...]:
        return tuple(one for one in self.staff if one not in self.away)

    def stand_in(self, first: UUID, team: Sequence[UUID] = ()) -> UUID:
        """`first` when there; else the cover, or the cover's cover; else of the team, of the clinic.

        With everybody away it stays with `first`: an alert is nobody's only in a clinic without clinicians.
        """
        here = self.present
        reached = self._follow(first)
        if reached in here:
            return reached
        others = [one for one in (*team, *here) if one in here]
        return others[0] if others else self._last_resort(first)

    def tell(self, who: str, owner: UUID, team: Sequence[UUID] = ()) -> tuple[UUID, ...]:
        """Whom a step of the ladder reaches now. Nobody away, unless everybody is."""
        owned = self.stand_in(owner, team)
        if who == OWNER:
            return (owned,)
        if who == NEXT:
            others = [one for one in (*team, *self.staff) if one in self.present and one != owned]
            return tuple(others[:1]) or (owned,)
        return self.present or self.staff or (owned,)

    def _follow(self, first: UUID) -> UUID:
        who, seen = first, {first}
        while (cover := self.away.get(who)) is not None and cover not in seen:
            seen.add(cover)
            who = cover
        return who

    def _last_resort(self, first: UUID) -> UUID:
        return first if first in self.staff or not self.staff else self.staff[0]
