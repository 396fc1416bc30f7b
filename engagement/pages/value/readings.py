"""Readings of a metric: adding one, correcting it, taking it back, and all of them as a file."""

from flask import Response
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.files import list_file
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.pages.value import blueprint
from engagement.pages.value.forms import ReadingForm
from engagement.pages.value.metrics import metric_drawn
from engagement.programmes.scopes import workflow_for
from engagement.value.actions import readings as actions
from engagement.value.models import MetricReading
from engagement.value.queries.present import metrics_shown
from engagement.value.scopes import metric_for, reading_for

HEADER = ("workflow", "metric", "unit", "day", "value", "note", "entered_by")


@blueprint.post("/metrics/<int:metric_id>/readings")
def add_reading(metric_id: int) -> Drawn | BaseResponse:
    """Add what was measured on a day."""
    row = held(metric_for(rights.planning(guard.reader()), metric_id))
    form = ReadingForm()
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.add_reading(row, form.read(), today=today(), by=guard.reader().actor)
        if saved:
            return saved.to("value.metric", "The reading is kept.", metric_id=metric_id, _anchor="readings")
    return metric_drawn(row, form)


def _reading(reading_id: int) -> MetricReading:
    reading = reading_for(rights.planning(guard.reader()), reading_id)
    held(reading.metric)
    return held(reading)


@blueprint.route("/readings/<int:reading_id>/correction", methods=["GET", "POST"])
def correct_reading(reading_id: int) -> Drawn | BaseResponse:
    """Say what was really measured."""
    reading = _reading(reading_id)
    form = ReadingForm(obj=reading)
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.correct_reading(reading, form.read(), today=today(), by=guard.reader().actor)
        if saved:
            says, more = "The reading is corrected.", "What it said before is below the readings."
            return saved.to("value.metric", says, more, metric_id=reading.metric_id, _anchor="readings")
    return drawn("value/correction.html", form, reading=reading, metric=reading.metric)


@blueprint.post("/readings/<int:reading_id>/withdrawal")
def take_back_reading(reading_id: int) -> BaseResponse:
    """Take back a reading that was never measured."""
    reading = _reading(reading_id)
    actions.take_back_reading(reading, by=guard.reader().actor)
    says, more = "The reading is taken back.", "It stands below the readings, as no longer holding."
    return done("value.metric", says, more, metric_id=reading.metric_id)


@blueprint.get("/workflows/<int:workflow_id>/value.<any(csv, xlsx):kind>")
def readings_file(workflow_id: int, kind: str) -> Response:
    """Return the readings of a workflow as a file, which can be taken in again."""
    row = workflow_for(rights.overseeing(guard.reader()), workflow_id)
    lines = [
        (
            row.name,
            shown.metric.name,
            shown.metric.unit,
            reading.measured_on,
            reading.value / 1000,
            reading.note,
            reading.said_by.name if reading.said_by else "",
        )
        for shown in metrics_shown([workflow_id])[workflow_id]
        for reading in shown.readings
    ]
    return list_file(kind, HEADER, lines, f"readings-{row.name}", "Readings")
