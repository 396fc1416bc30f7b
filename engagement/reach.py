"""How far somebody's rights go, as a plain value that rooms compare their rows and statements with.

Accounts compute it; it knows neither roles nor rooms. Its refusals have the same words everywhere.
"""

from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, false, or_, true
from sqlalchemy.sql.operators import ColumnOperators

from engagement.db import db
from engagement.errors import BeyondReach, NotFound
from engagement.words import listed

Row = TypeVar("Row")


@dataclass(frozen=True)
class Reach:
    """Everything, or some programmes, waves, and departments with everything below (by lineage).

    `around` are programmes with some waves within reach: facts about such a programme as a whole can be read too. It is
    empty for a reach of changing. `account_id` is the account that rows name themselves, 0 for nobody; `person_id` is
    the reader in the directory, and `team_of` the same person if people report to them. `roles` are those that give such
    a reach; a refusal names them.
    """

    everything: bool = False
    programmes: frozenset[int] = frozenset()
    waves: frozenset[int] = frozenset()
    around: frozenset[int] = frozenset()
    departments: tuple[str, ...] = ()
    account_id: int = 0
    person_id: int | None = None
    team_of: int | None = None
    roles: tuple[str, ...] = field(default=(), compare=False)

    @property
    def holds_places(self) -> bool:
        """Whether any programme or wave is within it, so that its pages are useful."""
        return self.everything or bool(self.programmes or self.waves)

    @property
    def holds_anything(self) -> bool:
        """Whether anything is within it, even a department."""
        return self.holds_places or bool(self.departments)

    def covers(
        self, *, programme_id: int | None = None, wave_id: int | None = None, lineage: str | None = None
    ) -> bool:
        """Return whether a thing with these places is within reach; without a wave, it belongs to the whole programme."""
        return self.everything or any(all(way) for way in self._ways(programme_id, wave_id, lineage))

    def condition(
        self,
        *,
        programme_id: SQLColumnExpression[int] | None = None,
        wave_id: SQLColumnExpression[int] | SQLColumnExpression[int | None] | None = None,
        lineage: SQLColumnExpression[str] | None = None,
    ) -> ColumnElement[bool]:
        """Return the condition that rows with these columns are within reach, as in `covers`."""
        if self.everything:
            return true()
        ways = self._ways(programme_id, wave_id, lineage)
        return or_(false(), *(and_(*way) for way in ways if not any(part is False for part in way)))

    def holds(self, *, programme_id: Any = None, wave_id: Any = None, lineage: Any = None) -> Any:
        """Return `covers` for a row's values, `condition` for a table's columns: for a rule written once for both."""
        asked = {"programme_id": programme_id, "wave_id": wave_id, "lineage": lineage}
        of_columns = any(isinstance(each, ColumnOperators) for each in asked.values())
        return self.condition(**asked) if of_columns else self.covers(**asked)

    def covers_all_of(self, programme_id: int) -> bool:
        """Return whether all waves of a programme are within reach."""
        return self.everything or programme_id in self.programmes

    def _ways(self, programme: Any, wave: Any, lineage: Any) -> list[tuple[Any, ...]]:
        """Return the ways into reach, each with its requirements: True or False for values, conditions for columns.

        This is the one definition behind every answer and every list.
        """
        return [
            (_is_among(programme, self.programmes),),
            (_is_among(wave, self.waves),),
            (_is_none(wave), _is_among(programme, self.around)),
            (_is_below(lineage, self.departments),),
        ]


def _is_among(key: Any, within: frozenset[int]) -> Any:
    if isinstance(key, ColumnOperators):
        return key.in_(sorted(within)) if within else False
    return key in within


def _is_none(key: Any) -> Any:
    return key.is_(None) if isinstance(key, ColumnOperators) else key is None


def _is_below(lineage: Any, within: tuple[str, ...]) -> Any:
    if isinstance(lineage, ColumnOperators):
        ways: list[Any] = [lineage.startswith(each, autoescape=True) for each in within]
        return or_(*ways) if within else False
    return lineage is not None and lineage.startswith(within)


def found(row: Row | None) -> Row:
    """Return the row, or raise NotFound for None."""
    if row is None:
        raise NotFound("There is nothing at this address. It may have been moved or removed.")
    return row


def allow(answer: bool, reach: Reach | None = None) -> None:
    """Raise BeyondReach unless the answer is yes; the refusal names the roles of the reach that was too small."""
    if answer:
        return
    if reach is None or not reach.roles:
        raise BeyondReach("It is open to those whom it concerns. No role opens it.")
    words = listed((role.replace("_", " ") for role in reach.roles), "or")
    raise BeyondReach(f"It needs the role of {words}. An administrator can give it.", reach.roles)


def allow_all(reach: Reach) -> None:
    """Raise BeyondReach unless the reach is everything."""
    allow(reach.everything, reach)


def allow_places(reach: Reach) -> None:
    """Raise BeyondReach unless a programme or wave is within reach."""
    allow(reach.holds_places, reach)


def allow_anything(reach: Reach) -> None:
    """Raise BeyondReach unless anything is within reach."""
    allow(reach.holds_anything, reach)


def row_of_all(reach: Reach, model: type[Row], key: int) -> Row:
    """Return a row that belongs to no place, if the reach is everything; raises BeyondReach or NotFound."""
    allow_all(reach)
    return found(db.session.get(model, key))
