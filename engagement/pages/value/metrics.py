"""Pages of what is measured of a workflow: all of its metrics, one of them, and how it stood before."""

from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.pages.value import blueprint
from engagement.pages.value.drawing import drawing
from engagement.pages.value.forms import BaselineForm, MetricForm, ReadingForm
from engagement.programmes.models import Workflow
from engagement.programmes.scopes import reaches_programme, workflow_for
from engagement.value.actions import metrics as actions
from engagement.value.models import ValueMetric
from engagement.value.queries.go_lives import go_lives_of
from engagement.value.queries.present import (
    MetricShown,
    former_baselines,
    former_readings,
    metrics_shown,
    shown_of,
)
from engagement.value.scopes import may_keep, metric_for

EVERY_MONTH = {"every": "month", "better": "lower", "kind": "value"}


@dataclass(frozen=True)
class MetricLine:
    """A metric with its picture, for a list."""

    shown: MetricShown
    picture: Markup


def metric_to_plan(metric_id: int) -> ValueMetric:
    """Return a metric that the reader may change: whoever plans its programme."""
    return metric_for(rights.planning(guard.reader()), metric_id, as_owner=False)


@blueprint.get("/workflows/<int:workflow_id>/value")
def workflow(workflow_id: int) -> str:
    """Show what is measured of a workflow."""
    reader = guard.reader()
    row = workflow_for(rights.overseeing(reader), workflow_id)
    go_lives = go_lives_of(workflow_id)
    shown = metrics_shown([workflow_id])[workflow_id]
    return render_template(
        "value/workflow.html",
        workflow=row,
        metrics=[MetricLine(each, drawing(each, go_lives)) for each in shown],
        may_plan=reaches_programme(rights.planning(reader), row.programme),
        lede=_lede(shown),
    )


def _lede(shown: list[MetricShown]) -> str:
    if not shown:
        return "Nothing is measured yet, so nobody will be able to say what it changed."
    missing = [each.metric.name for each in shown if each.baseline is None]
    if missing:
        return f"{missing[0]}: nobody said how it stood before. After go-live that can’t be measured any more."
    return "Each with how it stood before, and what it is to reach."


@blueprint.route("/workflows/<int:workflow_id>/value/new", methods=["GET", "POST"])
def new_metric(workflow_id: int) -> Drawn | BaseResponse:
    """Say that something is measured of a workflow."""
    row = workflow_for(rights.planning(guard.reader()), workflow_id)
    held(row)
    form = MetricForm(data=EVERY_MONTH)
    if form.validate_on_submit():
        with saving(form) as saved:
            made = actions.make_metric(row, form.details(), form.owner.person, by=guard.reader().actor)
        if saved:
            says, more = f"{made.name} is measured.", "Say now how it stands before the workflow comes."
            return saved.to("value.baseline", says, more, metric_id=made.id)
    return drawn("value/edit.html", form, workflow=row, metric=None)


@blueprint.get("/metrics/<int:metric_id>")
def metric(metric_id: int) -> Drawn:
    """Show a metric: readings against baseline and target."""
    reader = guard.reader()
    row = metric_for(rights.overseeing(reader), metric_id)
    return metric_drawn(row, ReadingForm(formdata=None, data={"measured_on": today()}))


def metric_drawn(row: ValueMetric, form: ReadingForm) -> Drawn:
    """Return the page of a metric with its form for another reading."""
    reader = guard.reader()
    (shown,) = shown_of([row])
    workflow: Workflow = row.workflow
    return drawn(
        "value/metric.html",
        form,
        metric=row,
        shown=shown,
        workflow=workflow,
        picture=drawing(shown, go_lives_of(workflow.id)),
        former=former_readings(row.id),
        former_baselines=former_baselines(row.id),
        sees_workflow=reaches_programme(rights.overseeing(reader), workflow.programme),
        may_plan=row.ended_at is None and reaches_programme(rights.planning(reader), workflow.programme),
        may_keep=row.ended_at is None and may_keep(rights.planning(reader), row),
        is_due=row.ended_at is None and shown.next_on <= today(),
    )


@blueprint.route("/metrics/<int:metric_id>/edit", methods=["GET", "POST"])
def edit_metric(metric_id: int) -> Drawn | BaseResponse:
    """Change what a metric is, who reads it, or its target."""
    row = held(metric_to_plan(metric_id))
    form = MetricForm(obj=row)
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.change_metric(row, form.details(), form.owner.person, by=guard.reader().actor)
        if saved:
            return saved.to("value.metric", "It is kept.", metric_id=metric_id)
    return drawn("value/edit.html", form, workflow=row.workflow, metric=row)


@blueprint.post("/metrics/<int:metric_id>/ending")
def end_metric(metric_id: int) -> BaseResponse:
    """Say that nobody measures something any more."""
    row = held(metric_to_plan(metric_id))
    actions.end_metric(row, by=guard.reader().actor)
    return done("value.workflow", f"{row.name} is no longer measured.", workflow_id=row.workflow_id)


@blueprint.route("/metrics/<int:metric_id>/baseline", methods=["GET", "POST"])
def baseline(metric_id: int) -> Drawn | BaseResponse:
    """Say how a metric stood before, or why nobody measured that."""
    row = held(metric_to_plan(metric_id))
    (shown,) = shown_of([row])
    form = BaselineForm(obj=shown.baseline)
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.say_baseline(row, form.said(), today=today(), by=guard.reader().actor)
        if saved:
            return saved.to("value.metric", "It is kept.", metric_id=metric_id)
    return drawn("value/baseline.html", form, metric=row, shown=shown)
