"""Changes of what is measured: making and changing a metric, ending it, and saying how it stood before."""

from dataclasses import asdict, replace
from datetime import date

from sqlalchemy import select

from engagement import audit, clock, letters
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.letters import clean
from engagement.people.models import Person
from engagement.programmes.models import Workflow
from engagement.searching import folded
from engagement.value.models import MetricBaseline, ValueMetric
from engagement.value.rules import BaselineSaid, MetricDetails, baseline_problems, details_problems
from engagement.verbs import Verb


def make_metric(workflow: Workflow, said: MetricDetails, owner: Person | None, *, by: Actor) -> ValueMetric:
    """Say that something is measured of a workflow, and who reads it. Raises BadInput, also for a name that is taken."""
    said = _checked(said, workflow.id, owner, None)
    metric = ValueMetric(workflow=workflow, owner=owner, made_at=clock.now(), **asdict(said))
    db.session.add(metric)
    db.session.flush()
    audit.record(Verb.MADE_METRIC, metric, by=by, **_told(metric, {}))
    return metric


def change_metric(metric: ValueMetric, said: MetricDetails, owner: Person | None, *, by: Actor) -> None:
    """Change what a metric is or who reads it. Raises BadInput as `make_metric`, RuleBroken once it has ended."""
    if metric.ended_at is not None:
        raise RuleBroken(f"{metric.name} is no longer measured.")
    said = _checked(said, metric.workflow_id, None if owner is metric.owner else owner, metric.id)
    before = _values(metric)
    for name, value in asdict(said).items():
        setattr(metric, name, value)
    metric.owner = owner
    db.session.flush()
    if changes := _told(metric, before):
        audit.record(Verb.CHANGED_METRIC, metric, by=by, **changes)


def end_metric(metric: ValueMetric, *, by: Actor) -> None:
    """Say that nobody measures something any more; what was read stays. Ending it twice changes nothing."""
    if metric.ended_at is None:
        metric.ended_at = clock.now()
        audit.record(Verb.ENDED_METRIC, metric, by=by)


def say_baseline(metric: ValueMetric, said: BaselineSaid, *, today: date, by: Actor) -> None:
    """Say how a metric stood before, or why nobody measured that; what was said before stays. Raises BadInput."""
    said = replace(said, method=said.method.strip(), reason=said.reason.strip())
    if problems := baseline_problems(said, today):
        raise BadInput(next(iter(problems.values())), problems)
    standing = db.session.scalar(
        select(MetricBaseline).where(MetricBaseline.metric_id == metric.id, MetricBaseline.superseded_at.is_(None))
    )
    now = clock.now()
    if standing is not None:
        if BaselineSaid(standing.value, standing.measured_on, standing.method, standing.reason) == said:
            return
        standing.superseded_at = now
        db.session.flush()
    db.session.add(MetricBaseline(metric_id=metric.id, said_at=now, said_by_id=by.account_id, **asdict(said)))
    db.session.flush()
    old = metric.said(standing.value) if standing is not None and standing.value is not None else None
    new = metric.said(said.value) if said.value is not None else "not measured"
    audit.record(Verb.SAID_BASELINE, metric, by=by, baseline=(old, new))


def _checked(said: MetricDetails, workflow_id: int, owner: Person | None, metric_id: int | None) -> MetricDetails:
    said = replace(said, name=clean(said.name), unit=clean(said.unit))
    problems = details_problems(said)
    taken = select(ValueMetric.id).where(
        ValueMetric.workflow_id == workflow_id,
        folded(ValueMetric.name) == letters.folded(said.name),
        ValueMetric.id != (metric_id or 0),
        ValueMetric.ended_at.is_(None),
    )
    if "name" not in problems and db.session.scalar(taken) is not None:
        problems["name"] = "This workflow has a metric of this name already."
    if owner is not None and owner.has_left:
        problems["owner"] = f"{owner.name} has left. Choose somebody who is here."
    if problems:
        raise BadInput(next(iter(problems.values())), problems)
    return said


def _values(metric: ValueMetric) -> dict[str, object]:
    return {
        "name": metric.name,
        "kind": metric.kind.word,
        "unit": metric.unit,
        "better": metric.better.word,
        "every": metric.every.word,
        "target": None if metric.target is None else metric.said(metric.target),
        "target_on": metric.target_on,
        "owner": metric.owner.name if metric.owner else None,
    }


def _told(metric: ValueMetric, before: dict[str, object]) -> dict[str, tuple[object, object]]:
    return {name: (before.get(name), value) for name, value in _values(metric).items() if before.get(name) != value}
