"""A person's training state. A value is "overdue", "not_started", or a word and a module: "finished:safe-use"."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import ColumnElement, Subquery, exists, func, not_, or_, select

from engagement.audiences.conditions.queries.field import Condition, Field, Ground, Labels, Options
from engagement.db import db
from engagement.people.models import Person
from engagement.searching import by_name
from engagement.training.models import Assignment, Completion, Module
from engagement.training.queries.standing import counting, is_asked, is_past_due, standing_of
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from engagement.words import short_day_words

OVERDUE, NOT_STARTED = "overdue", "not_started"
FINISHED, NOT_FINISHED = "finished", "not_finished"
#: At most this many states are named for one condition.
_MOST_TOLD = 6


@dataclass(frozen=True)
class Learning:
    """When somebody last finished each module, by slug, and the state of their assignments."""

    finished: Mapping[str, datetime]
    is_overdue: bool = False
    has_not_started: bool = False


def _asked(*scope: ColumnElement[bool]) -> Subquery:
    open_waves = select(Wave.id).where(Wave.status.in_([status for status in WaveStatus if status.is_open]))
    return standing_of(*scope, is_asked(), Assignment.wave_id.in_(open_waves))


class TrainingStateField(Field):
    name, question = "training_state", "Training"
    phrases = ("{}", "are not among those who {}")
    rests_on_roles = True

    def sql(self, condition: Condition, ground: Ground) -> ColumnElement[bool]:
        return or_(*(_sql(value, ground) for value in condition["values"])).self_group()

    def facts(self, person: Person, ground: Ground) -> Learning:
        finished = (
            select(Module.slug, func.max(Completion.completed_at))
            .join(Completion)
            .where(Completion.person_id == person.id, counting())
            .group_by(Module.slug)
        )
        asked = _asked(Assignment.person_id == person.id)
        is_late = is_past_due(ground.on).label("is_late")
        here = select(asked, is_late).join(Assignment, Assignment.id == asked.c.id).where(asked.c.asked > 0)
        rows = db.session.execute(here).all()
        return Learning(
            dict(db.session.execute(finished).all()),
            is_overdue=any(row.is_late and not row.is_finished for row in rows),
            has_not_started=bool(rows) and not any(row.done for row in rows),
        )

    def holds(self, condition: Condition, facts: Learning, ground: Ground) -> bool:
        return any(_holds(value, facts) for value in condition["values"])

    def told(self, condition: Condition, facts: Learning, labels: Labels, zone: tzinfo) -> str:
        # Every state in question is answered, those that are true of the person first.
        values = sorted(condition["values"], key=lambda value: not _holds(value, facts))
        sentences = list(dict.fromkeys(_told(value, facts, labels, zone) for value in values))
        more = len(sentences) - _MOST_TOLD
        return " ".join(sentences[:_MOST_TOLD]) + (f" And {more} more." if more > 0 else "")

    def options(self, besides: int | None = None) -> Options:
        found: Options = [
            (OVERDUE, "have training that is overdue"),
            (NOT_STARTED, "have not started their training"),
        ]
        here = (
            select(Module.slug, Module.title)
            .where(Module.withdrawn_at.is_(None))
            .order_by(by_name(Module.title), Module.id)
        )
        for slug, title in db.session.execute(here):
            found.append((f"{FINISHED}:{slug}", f"have finished “{title}”"))
            found.append((f"{NOT_FINISHED}:{slug}", f"have not finished “{title}”"))
        return found


def _holds(value: str, learning: Learning) -> bool:
    state, _, slug = value.partition(":")
    if state in (FINISHED, NOT_FINISHED):
        return (slug in learning.finished) == (state == FINISHED)
    return learning.is_overdue if state == OVERDUE else learning.has_not_started


def _told(value: str, learning: Learning, labels: Labels, zone: tzinfo) -> str:
    state, _, slug = value.partition(":")
    if state == OVERDUE:
        return f"Has {'' if learning.is_overdue else 'no '}training that is overdue."
    if state == NOT_STARTED:
        is_so = learning.has_not_started
        return "Has not started what is assigned." if is_so else "Has started what is assigned, or has nothing to do."
    known = labels.get(f"{FINISHED}:{slug}", "have finished a module that is no longer there")
    title = known.removeprefix("have finished ")
    if slug not in learning.finished:
        return f"Has not finished {title}."
    day = learning.finished[slug].astimezone(zone)
    return f"Has finished {title} on {short_day_words(day)}."


def _sql(value: str, ground: Ground) -> ColumnElement[bool]:
    state, _, slug = value.partition(":")
    if state == OVERDUE:
        late = _asked(is_past_due(ground.on))
        return Person.id.in_(select(late.c.person_id).where(late.c.asked > 0, late.c.is_finished == 0))
    if state == NOT_STARTED:
        asked = _asked()
        people = select(asked.c.person_id).where(asked.c.asked > 0).group_by(asked.c.person_id)
        return Person.id.in_(people.having(func.max(asked.c.done) == 0))
    module = select(Module.id).where(Module.slug == slug).scalar_subquery()
    finished = exists().where(Completion.person_id == Person.id, counting(), Completion.module_id == module)
    return finished if state == FINISHED else not_(finished)
