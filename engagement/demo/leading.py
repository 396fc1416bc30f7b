"""The demonstration's sponsor: what she does in person for wave 3, what moved, what she did, and what she missed."""

from sqlalchemy import select

from engagement.db import db
from engagement.demo import roster
from engagement.demo.stage import Stage, person_of
from engagement.stakeholders.leadership import actions
from engagement.stakeholders.leadership.actions import StepDetails
from engagement.stakeholders.leadership.models import StepLine
from engagement.stakeholders.leadership.rules import StepKind

K = StepKind
PLANNED_ON = -40
#: Days from today, kind, where, what.
STEPS = (
    (-32, K.MESSAGE, "", "Why wave 3, and what she has promised: nobody loses their job to sorting or drafting."),
    (-20, K.VISIT, "Property claims, Manchester", "Sit beside two handlers for an hour and watch how claims are sorted."),
    (-8, K.SESSION, "Town hall, Manchester", "Open with the limit on suggested reserves that Dana asked for; then listen."),
    (-4, K.VISIT, "Letters, Manchester", "Read five drafts with the people who sign them, and ask what they would change."),
    (5, K.SESSION, "Training of team managers", "The first five minutes: what managers may switch off without asking."),
    (13, K.VISIT, "Broker Service, Birmingham", "Hear what brokers ask before the June renewals."),
    (24, K.MESSAGE, "", "Four days before go-live: thanks, and whom to ring when it is wrong."),
)  # fmt: skip
#: On which day which step is moved to which day, and why; and on which day one is said to be done, and how it went.
MOVED = {-21: (1, -15, "The board met that day.")}
DONE = {
    -32: (0, ""),
    -15: (1, "Two hours rather than one. The queue of odd cases is the thing to fix."),
    -8: (2, "Eighty came."),
}


def lead_visibly(stage: Stage, offset: int) -> None:
    """Plan the roadmap, and do what she does on the day `offset` days from today."""
    wave, sponsor = stage.waves[3], stage.accounts[roster.SPONSOR.email].actor
    manager = stage.accounts[roster.MANAGER.email].actor
    with stage.at(stage.day(offset), 16):
        if offset == PLANNED_ON:
            margaret = person_of(roster.SPONSOR)
            for day, kind, where, what in STEPS:
                said = StepDetails(kind, what, where, stage.working_day(day))
                actions.plan_step(wave, margaret, said, on=stage.day(offset), by=manager)
        if offset in MOVED:
            number, later, why = MOVED[offset]
            line = _line_of(number)
            said = StepDetails(line.kind, line.what, line.where, stage.working_day(later))
            actions.change_step(line, line.person, said, why, on=stage.day(offset), by=manager)
        if offset in DONE:
            number, how = DONE[offset]
            actions.finish_step(_line_of(number), how, by=sponsor)


def _line_of(number: int) -> StepLine:
    held = (StepLine.superseded_at.is_(None), StepLine.what == STEPS[number][3])
    return db.session.scalars(select(StepLine).where(*held)).one()
