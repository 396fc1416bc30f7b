"""What a wave changes for the reader's group, as its leaders published it; points and the people's own side are not shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engagement.people.models import Department, Person
from engagement.waves.impacts.queries import published_for
from engagement.waves.impacts.rules import Aspect, AspectSaid
from engagement.waves.models import Wave


@dataclass(frozen=True)
class GroupChange:
    """What was published for a group: the parts of the work that change, and which stay as they are."""

    wave: Wave
    department: Department
    published_at: datetime | None
    published_by: str | None
    parts: list[tuple[Aspect, AspectSaid]]
    same: str


def impacts_of(person: Person, waves: Sequence[Wave]) -> list[GroupChange]:
    """Return what was published for a person's department in these waves."""
    if not waves or person.department is None:
        return []
    rows = published_for([wave.id for wave in waves], person.department.lineage)
    found = []
    for row in rows:
        said = row.said
        parts = [(aspect, said.of(aspect)) for aspect in said.judged if said.of(aspect).score]
        stays = [aspect.own_word.lower() for aspect in said.judged if not said.of(aspect).score]
        same = f"Nothing changes in {' or in '.join(stays)}." if stays else ""
        found.append(GroupChange(row.wave, row.department, row.published_at, row.published_by, parts, same))
    return found
