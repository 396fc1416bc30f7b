"""Changes of early inclusion: writing an occasion down, correcting and removing it, adding points, answering them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, select

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput
from engagement.people.models import Person
from engagement.programmes.models import Workflow
from engagement.verbs import Verb
from engagement.waves.inclusion.models import DesignOccasion, DesignParticipant, DesignPoint
from engagement.waves.inclusion.rules import (
    OccasionSaid,
    Outcome,
    answer_problems,
    occasion_problems,
    points_in,
    points_problem,
)
from engagement.waves.models import Wave, WaveWorkflow


def write_occasion(
    workflow: Workflow,
    wave: Wave | None,
    said: OccasionSaid,
    people: Sequence[Person],
    raised: str = "",
    *,
    today: date,
    by: Actor,
) -> DesignOccasion:
    """Write down an occasion with who took part, and what was raised, one point a line.

    Raises BadInput for what `occasion_problems` finds, for too many or too long points, and for a wave without the workflow.
    """
    problems, points = occasion_problems(said, len(people), today), points_in(raised)
    if problem := points_problem(points):
        problems["raised"] = problem
    _refuse(problems | _of_wave(workflow, wave))
    row = DesignOccasion(workflow=workflow, wave=wave, said_at=clock.now(), said_by=by.name[:401], **vars(said))
    row.points = [DesignPoint(raised=point) for point in points]
    db.session.add(row)
    db.session.flush()
    _set_people(row, people)
    _record(Verb.WROTE_OCCASION, row, by, people=(None, len(people)), points=(None, len(points)))
    return row


def correct_occasion(
    row: DesignOccasion, wave: Wave | None, said: OccasionSaid, people: Sequence[Person], *, today: date, by: Actor
) -> bool:
    """Say an occasion anew; its points stay. Return whether anything changed. Raises BadInput as `write_occasion` does."""
    _refuse(occasion_problems(said, len(people), today) | _of_wave(row.workflow, wave))
    old = {name: getattr(row, name) for name in vars(said)} | {"wave": row.wave and row.wave.title}
    new = vars(said) | {"wave": wave and wave.title}
    changes = {name: (old[name], value) for name, value in new.items() if old[name] != value}
    row.wave = wave
    for name, value in vars(said).items():
        setattr(row, name, value)
    before = _set_people(row, people)
    if before != {person.id for person in people}:
        changes["people"] = (len(before), len(people))
    if changes:
        _record(Verb.CORRECTED_OCCASION, row, by, **changes)
    return bool(changes)


def remove_occasion(row: DesignOccasion, *, by: Actor) -> None:
    """Remove an occasion that was written down by mistake, with its points."""
    _record(Verb.REMOVED_OCCASION, row, by, points=(len(row.points), None))
    db.session.execute(delete(DesignParticipant).where(DesignParticipant.occasion_id == row.id))
    db.session.delete(row)
    db.session.flush()


def add_points(row: DesignOccasion, raised: str, *, by: Actor) -> int:
    """Add what was raised at an occasion, one point a line; those there already are left out. Return how many are new.

    Raises BadInput for none, too many or too long ones.
    """
    known = {point.raised for point in row.points}
    given = points_in(raised)
    points = [point for point in given if point not in known]
    _refuse({} if given else {"raised": "Write what was raised, one point a line."})
    if problem := points_problem(points, len(known)):
        _refuse({"raised": problem})
    row.points += [DesignPoint(raised=point) for point in points]
    if points:
        _record(Verb.ADDED_POINTS, row, by, points=(len(known), len(row.points)))
    return len(points)


def answer_point(point: DesignPoint, raised: str, outcome: Outcome, answer: str, *, by: Actor) -> bool:
    """Say what came of a point, or correct it; who took part reads it. Return whether anything changed.

    Raises BadInput for what `answer_problems` finds.
    """
    _refuse(answer_problems(raised, outcome, answer))
    old = (point.raised, point.outcome, point.answer)
    if old == (raised, outcome, answer):
        return False
    point.raised, point.outcome, point.answer = raised, outcome, answer
    if old[1:] != (outcome, answer):
        is_open = outcome is Outcome.OPEN
        point.answered_at, point.answered_by = (None, None) if is_open else (clock.now(), by.name[:401])
    # What was raised is not repeated there: the audit keeps it for ever, and a few people may be recognised by it.
    changes = {"outcome": (old[1].word, outcome.word), "answer": (old[2], answer)}
    said = {name: (before, now) for name, (before, now) in changes.items() if before != now}
    _record(Verb.ANSWERED_POINT, point.occasion, by, **said)
    return True


def _refuse(problems: dict[str, str]) -> None:
    if problems:
        raise BadInput(next(iter(problems.values())), problems)


def _of_wave(workflow: Workflow, wave: Wave | None) -> dict[str, str]:
    """Return what is wrong with the wave of an occasion."""
    if wave is None:
        return {}
    together = select(WaveWorkflow.id).where(WaveWorkflow.wave_id == wave.id, WaveWorkflow.workflow_id == workflow.id)
    if db.session.scalar(together) is None:
        return {"wave": f"{workflow.name} is not in {wave.title} any more. Choose another wave."}
    return {}


def _set_people(row: DesignOccasion, people: Sequence[Person]) -> set[int]:
    """Make these people the ones who took part; return the ids of those before."""
    at = DesignParticipant.occasion_id == row.id
    before, now = set(db.session.scalars(select(DesignParticipant.person_id).where(at))), {each.id for each in people}
    db.session.execute(delete(DesignParticipant).where(at, DesignParticipant.person_id.in_(before - now)))
    db.session.add_all(DesignParticipant(occasion_id=row.id, person_id=key) for key in sorted(now - before))
    db.session.flush()
    return before


def _record(verb: Verb, row: DesignOccasion, by: Actor, **changes: tuple[object, object]) -> None:
    audit.record(verb, row, by=by, **changes)
    db.session.flush()
