"""Reads of answers to the questions of messages: one's own, and how many were right."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import case, func, select

from engagement.communications.answers.models import MessageAnswer
from engagement.communications.models import Occurrence
from engagement.db import db
from engagement.people.models import Department

SMALLER = "Smaller departments together"
DEFINITION = (
    "Of the people who answered the one question of the message, where they confirmed it: how many chose the right answer at once. "
    "Answers of a department are counted {floor} at a time, and departments with fewer readers together, so that nobody’s answer "
    "can be seen."
)


@dataclass(frozen=True)
class Answered:
    """How many people answered, of those who are counted, and how many of these chose the right answer."""

    right: int = 0
    people: int = 0

    @property
    def share(self) -> float | None:
        """The share who chose the right answer, 0 to 1; None before anybody counts."""
        return self.right / self.people if self.people else None

    def __add__(self, other: "Answered") -> "Answered":
        return Answered(self.right + other.right, self.people + other.people)


NOBODY = Answered()
#: By department, None for those that have too few readers.
ByDepartment = Mapping[int | None, Answered]


def answers_of(occurrence_ids: Collection[int], floor: int) -> dict[int, ByDepartment]:
    """Return the answers to each of these messages by department, in one statement; without any that count there is no entry.

    Of each department answers count together, as many as may be told of; so no two looks, sums or parts differ by fewer people.
    """
    if not occurrence_ids:
        return {}
    columns = MessageAnswer.occurrence_id, MessageAnswer.department_id
    counted = (
        select(*columns, func.sum(case((MessageAnswer.is_right, 1), else_=0)), func.count())
        .where(MessageAnswer.occurrence_id.in_(occurrence_ids), MessageAnswer.is_counted)
        .group_by(*columns)
        # What counted under a lower floor, and is too little for the present one.
        .having(func.count() >= floor)
    )
    found: dict[int, dict[int | None, Answered]] = defaultdict(dict)
    for occurrence_id, department_id, right, people in db.session.execute(counted):
        found[occurrence_id][department_id] = Answered(int(right), people)
    return dict(found)


def all_of(by_department: ByDepartment) -> Answered:
    """Return what all departments answered together."""
    return sum(by_department.values(), NOBODY)


def with_names(by_department: ByDepartment) -> list[tuple[int | None, str, Answered]]:
    """Return the answers with the department's id and path, by path; those of smaller ones come last."""
    ids = [key for key in by_department if key is not None]
    paths = dict(db.session.execute(select(Department.id, Department.path).where(Department.id.in_(ids))).all())
    named = sorted(((key, paths[key], by_department[key]) for key in ids), key=lambda line: line[1])
    return [*named, *((None, SMALLER, by_department[None]) for _ in [0] if None in by_department)]


def message_sent_as(mailing_id: int) -> Occurrence | None:
    """Return the message of the calendar that was sent as a mailing, None where it is another letter."""
    return db.session.scalar(select(Occurrence).where(Occurrence.mailing_id == mailing_id))


def own_answer(person_id: int, occurrence_id: int) -> MessageAnswer | None:
    """Return what a person answered to the question of a message, None before they did."""
    return db.session.scalar(
        select(MessageAnswer).where(MessageAnswer.person_id == person_id, MessageAnswer.occurrence_id == occurrence_id)
    )
