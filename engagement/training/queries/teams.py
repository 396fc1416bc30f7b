"""The training of one person's direct reports."""

from dataclasses import dataclass
from datetime import date

from engagement.people import queries as people
from engagement.people.models import Person
from engagement.training.queries.learning import LearningItem, learning_of_people, minutes_left, own_count
from engagement.training.queries.leftovers import open_leftovers_of


@dataclass(frozen=True)
class TeamMember:
    """Somebody who reports to the reader, with their training; `undecided` counts open leftovers."""

    person: Person
    items: list[LearningItem]
    undecided: int = 0

    @property
    def is_asked(self) -> bool:
        """Whether anything has to be finished, or had to be."""
        return own_count(self.items).assigned > 0

    @property
    def open_items(self) -> list[LearningItem]:
        """What they still have to finish, by due day."""
        return [item for item in self.items if item.is_needed]

    @property
    def overdue_items(self) -> list[LearningItem]:
        return [item for item in self.items if item.is_overdue]

    @property
    def recognised_items(self) -> list[LearningItem]:
        """What they had finished before it was asked of them here."""
        return [item for item in self.items if item.is_recognised]

    @property
    def minutes_left(self) -> int:
        """The minutes that they still have to do."""
        return minutes_left(self.items)


def team_training(manager_person_id: int, on: date) -> list[TeamMember]:
    """Return a person's direct reports with their training on a day: overdue ones first, then by name."""
    team = people.team_of(manager_person_id)
    learning = learning_of_people([person.id for person in team], on)
    undecided = open_leftovers_of([person.id for person in team])
    members = [TeamMember(person, learning[person.id], undecided.get(person.id, 0)) for person in team]
    return sorted(members, key=lambda member: (not member.overdue_items, not member.open_items))
