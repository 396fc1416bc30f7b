"""The reader's own use of workflows: their days, which nobody else sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import false, select

from engagement.adoption.models import Usage, UsageSpan
from engagement.db import db
from engagement.programmes.models import Workflow
from engagement.searching import by_name
from engagement.words import count

#: How many of the last days are listed.
MOST_DAYS = 30


@dataclass(frozen=True)
class OwnUse:
    """What is kept of somebody's use of a workflow: first and last day, the number of weeks, and the last days."""

    name: str
    first_on: date
    last_on: date
    weeks: int
    days: Sequence[tuple[date, int]]
    more_days: int

    @property
    def days_words(self) -> str:
        """What the list of its days is called."""
        number = len(self.days)
        return "The last day of use" if number == 1 else f"The last {count(number)} days of use"


def own_use(person_id: int) -> list[OwnUse]:
    """Return what is kept of a person's use, by workflow, in two statements."""
    days: dict[int, list[tuple[date, int]]] = {}
    own = (Usage.person_id == person_id, Usage.is_superseded == false(), Usage.uses > 0)
    for workflow_id, day, uses in db.session.execute(
        select(Usage.workflow_id, Usage.used_on, Usage.uses).where(*own).order_by(Usage.used_on.desc())
    ):
        days.setdefault(workflow_id, []).append((day, uses))
    spans = (
        select(UsageSpan, Workflow.name)
        .join(Workflow, Workflow.id == UsageSpan.workflow_id)
        .where(UsageSpan.person_id == person_id)
        .order_by(by_name(Workflow.name), Workflow.id)
    )
    return [
        OwnUse(
            name,
            span.first_on,
            span.last_on,
            span.weeks.count("1"),
            days.get(span.workflow_id, [])[:MOST_DAYS],
            max(0, len(days.get(span.workflow_id, [])) - MOST_DAYS),
        )
        for span, name in db.session.execute(spans)
    ]
