"""How many people a team has at most, so that numbers of use of more people than that are refused."""

from collections import defaultdict
from datetime import UTC, date, datetime, time

from sqlalchemy import func, or_, select

from engagement.db import db
from engagement.people.models import Department, Person


class TeamSizes:
    """How many people departments have with everything below them, read when first asked for.

    Who worked where on an earlier day is not kept. So those who are there now count, and those who have left since that day.
    """

    def __init__(self, earliest: date) -> None:
        """Sizes are asked for on days from `earliest` on."""
        self._earliest = earliest
        self._here: dict[int, int] | None = None
        self._left: dict[int, list[tuple[date, int]]] = defaultdict(list)

    def most_on(self, department_id: int, day: date) -> int:
        """Return how many people a department can have had on a day, as far as is known."""
        if self._here is None:
            self._here = self._read()
        gone = sum(number for left_on, number in self._left[department_id] if left_on >= day)
        return self._here.get(department_id, 0) + gone

    def _read(self) -> dict[int, int]:
        here: dict[int, int] = defaultdict(int)
        counted = (
            select(Department.lineage, Person.left_at, func.count())
            .join(Person, Person.department_id == Department.id)
            .where(or_(Person.left_at.is_(None), Person.left_at >= datetime.combine(self._earliest, time(), UTC)))
            .group_by(Department.lineage, Person.left_at)
        )
        for lineage, left_at, number in db.session.execute(counted):
            for ancestor in map(int, lineage.strip("/").split("/")):
                if left_at is None:
                    here[ancestor] += number
                else:
                    self._left[ancestor].append((left_at.date(), number))
        return here
