"""Notes down lessons of a wave."""

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput
from engagement.verbs import Verb
from engagement.waves.lessons.models import WaveLesson
from engagement.waves.lessons.queries import lessons_of
from engagement.waves.lessons.rules import LessonKind, lessons_in, problem_with
from engagement.waves.models import Wave


def note_lessons(wave: Wave, went_well: str, to_change: str, *, by: Actor) -> int:
    """Add lessons to a wave, one a line; those noted already are left out. Return how many are new.

    Raises BadInput for too many or too long ones.
    """
    given = {LessonKind.WENT_WELL: lessons_in(went_well), LessonKind.TO_CHANGE: lessons_in(to_change)}
    problems = {kind.value: problem for kind, lines in given.items() if (problem := problem_with(lines))}
    if problems:
        raise BadInput(next(iter(problems.values())), problems)
    known = {(row.kind, row.text) for row in lessons_of(wave.id)}
    new = [(kind, line) for kind, lines in given.items() for line in lines if (kind, line) not in known]
    for kind, line in new:
        db.session.add(WaveLesson(wave_id=wave.id, kind=kind, text=line, said_at=clock.now(), said_by=by.name[:401]))
    if new:
        audit.record(Verb.NOTED_LESSONS, wave, by=by, lessons=(None, [line for _, line in new]))
        db.session.flush()
    return len(new)
