"""Running a line of the timetable as the clock would, and what it left alone."""

from collections.abc import Callable

from sqlalchemy import select

from engagement import clock
from engagement.db import db
from engagement.scheduler.running import LineState, line_states, run_if_due
from engagement.scheduler.timetable import line_named
from engagement.set_aside import SetAside
from tests.communications.calendar_rows import AT_TWO

#: Makes the database refuse one kind of statement on the rows that meet a condition.
Poison = Callable[..., None]


def run(name: str, *, anyway: bool = False) -> LineState:
    """Run a line as the clock would, whenever that is, and return what became of it."""
    line = line_named(name)
    assert line is not None
    db.session.commit()
    with clock.standing_at(max(clock.now(), AT_TWO)):
        state = next(state for state in line_states() if state.name == name)
    at = max(clock.now(), state.due_at or clock.now())
    with clock.standing_at(at):
        assert run_if_due(line, anyway=anyway)
        return next(state for state in line_states() if state.name == name)


def left_alone() -> list[tuple[str, str, str]]:
    rows = db.session.scalars(select(SetAside).order_by(SetAside.id))
    return [(row.line, row.kind, row.key) for row in rows]
