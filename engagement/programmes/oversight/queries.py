"""Reads of the oversight roster: who may stop a workflow, who might before, and where that has lapsed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.programmes.models import Workflow
from engagement.programmes.oversight.models import Overseer
from engagement.programmes.oversight.rules import LapseKind
from engagement.programmes.queries import WORKFLOWS
from engagement.words import short_day_words


@dataclass(frozen=True)
class Lapse:
    """One thing that is wrong with who may stop a workflow.

    Where nobody may, `overseer` is who might last, None if nobody ever was named.
    """

    workflow_id: int
    kind: LapseKind
    overseer: Overseer | None = None

    @property
    def sentence(self) -> str:
        """What is wrong, in words."""
        if self.overseer is None:
            return "Nobody is named who may stop or overrule it."
        name, until_on = self.overseer.person.name, self.overseer.until_on
        if until_on is not None:
            return (
                f"Nobody may stop it since {name} no longer may, from {short_day_words(until_on, with_year=True)} on."
            )
        match self.kind:
            case LapseKind.LEFT:
                return f"{name}, who may stop it, has left."
            case LapseKind.AUTHORITY:
                return f"It is written nowhere that {name} may stop it."
            case LapseKind.CERTIFICATE:
                until = short_day_words(self.overseer.certificate_until, with_year=True)  # type: ignore[arg-type]
                return f"{name}’s certificate ran out on {until}."
            case _:
                return f"{name}’s deputy has left."


def overseers_of(workflow: Workflow) -> Sequence[Overseer]:
    """Return everybody who may or might stop a workflow: who may now first, then the newest first."""
    return db.session.scalars(
        select(Overseer)
        .where(Overseer.workflow_id == workflow.id)
        .options(joinedload(Overseer.person), joinedload(Overseer.deputy))
        .order_by(Overseer.until_on.is_not(None), Overseer.id.desc())
    ).all()


def oversight_lapses(workflow_ids: Iterable[int], on: date) -> list[Lapse]:
    """Return what is wrong on a day with who may stop each of these workflows, in one query."""
    asked = sorted(set(workflow_ids))
    standing: dict[int, list[Overseer]] = defaultdict(list)
    last: dict[int, Overseer] = {}
    for row in db.session.scalars(_of_workflows(), {"workflows": asked}):
        last[row.workflow_id] = row
        if row.until_on is None:
            standing[row.workflow_id].append(row)
    found = []
    for workflow_id in asked:
        if not standing[workflow_id]:
            found.append(Lapse(workflow_id, LapseKind.NOBODY, last.get(workflow_id)))
        found += [Lapse(workflow_id, kind, row) for row in standing[workflow_id] for kind in lapses_of(row, on)]
    return found


# Making the statement anew costs more than running it.
@cache
def _of_workflows() -> Select[Overseer]:
    rows = select(Overseer).where(Overseer.workflow_id.in_(WORKFLOWS)).order_by(Overseer.id)
    return rows.options(joinedload(Overseer.person), joinedload(Overseer.deputy))


def lapses_of(row: Overseer, on: date) -> list[LapseKind]:
    """Return what is wrong with a row of the roster on a day; of somebody who has left nothing else matters."""
    if row.person.has_left:
        return [LapseKind.LEFT]
    wrong = {
        LapseKind.AUTHORITY: not row.authority,
        LapseKind.CERTIFICATE: row.certificate_until is not None and row.certificate_until < on,
        LapseKind.DEPUTY: row.deputy is not None and row.deputy.has_left,
    }
    return [kind for kind, is_so in wrong.items() if is_so]
