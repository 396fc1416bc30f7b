"""What waves have brought, in the executive update: by wave, beside the plan, in the words of its language, and as approved."""

import re
from datetime import date, timedelta

import pytest
from factories import TESTER, make_programme, make_wave, make_workflow
from sqlalchemy import select

from engagement.communications.actions.approving import approve, ask_approval, lapse_if_overtaken
from engagement.communications.actions.writing import write_occurrence
from engagement.communications.queries.previews import preview_to_nobody
from engagement.communications.rules import CommunicationKind, OccurrenceStatus
from engagement.communications.texts.queries.outlines import standard_outlines
from engagement.communications.texts.queries.problems import problems_of
from engagement.communications.texts.queries.value_texts import value_points
from engagement.db import db
from engagement.value.actions.metrics import make_metric, say_baseline
from engagement.value.actions.readings import Read, add_reading
from engagement.value.models import ValueMetric
from engagement.value.rules import BaselineSaid, Better, MetricDetails, ReadingRhythm
from engagement.waves.rules import WaveStatus
from tests.communications.calendar_rows import make_approver, make_draft, make_line, make_writer

pytestmark = pytest.mark.usefixtures("app", "frozen")
TODAY = date(2026, 4, 14)


def metric_of(workflow, name, *, read=None, before=None, target=None):
    details = MetricDetails(
        name, "hours", Better.LOWER, ReadingRhythm.MONTH, *((target, date(2026, 12, 31)) if target else ())
    )
    metric = make_metric(workflow, details, None, by=TESTER)
    if before:
        say_baseline(metric, BaselineSaid(before, date(2026, 1, 1), "All of a month"), today=TODAY, by=TESTER)
    if read:
        add_reading(metric, Read(date(2026, 4, 1), read), today=TODAY, by=TESTER)
    return metric


@pytest.fixture
def programme():
    programme = make_programme()
    motor, shared, letters = (make_workflow(programme, name) for name in ("Motor", "Shared", "Letters"))
    days = (
        (1, WaveStatus.CLOSED, (motor, shared)),
        (2, WaveStatus.LIVE, (shared,)),
        (3, WaveStatus.LIVE, ()),
        (4, WaveStatus.PLANNED, (letters,)),
    )
    for number, status, workflows in days:
        make_wave(programme, number=number, name=f"Name {number}", status=status, workflows=workflows,
                  go_live_on=TODAY + timedelta(days=30 * (number - 3)))  # fmt: skip
    metric_of(motor, "First answer", read=26_500, before=52_000, target=24_000)
    metric_of(motor, "Sent back", read=3_000)
    metric_of(shared, "Checks")
    metric_of(letters, "Not live yet", read=1_000)
    return programme


@pytest.fixture
def writer():
    return make_writer()


def message_of(programme, writer, audience=None):
    line = make_line(programme, kind=CommunicationKind.EXECUTIVE_UPDATE, owner=writer, audience=audience)
    message = make_draft(line)
    write_occurrence(message, "The quarter", "Value:\n\n{{ value_by_wave }}", by=writer.actor)
    return message


FIRST = "Motor, First answer: 26.5 hours (Wednesday 1 April 2026), 52 hours before; 91 % of the way to 24 hours, planned by then: 25 %."
OTHERS = ["Motor, Sent back: 3 hours (Wednesday 1 April 2026).", "Shared, Checks: not measured since."]


def test_each_wave_that_went_live_says_what_was_measured_beside_its_plan(programme, writer):
    message = message_of(programme, writer)
    listed = "\n".join(f"<li>{line}</li>" for line in (FIRST, *OTHERS))
    html = preview_to_nobody(message).html.replace("<ul><li>", "<ul>\n<li>").replace("</li></ul>", "</li>\n</ul>")
    assert re.sub(r"</li>\s*<li>", "</li>\n<li>", html) == (
        f"<p>Value:</p>\n<p>Wave 1: Name 1:</p>\n<ul>\n{listed}\n</ul>\n<p>Wave 3: Name 3: Nothing is measured.</p>"
    )
    german = value_points(message.communication, "de")
    assert german[0].said[0].endswith("vorher 52 hours; 91 % des Wegs zu 24 hours, bis dahin geplant: 25 %.")
    before = message_of(make_programme("Another"), writer, message.communication.audience)
    assert preview_to_nobody(before).text.endswith("No wave is live yet, so there is no value to report.")
    assert problems_of(before) == problems_of(message) == []


def test_a_figure_that_moves_after_the_approval_holds_the_message(programme, writer):
    message = message_of(programme, writer)
    ask_approval(message, by=writer.actor)
    approve(message, by=make_approver().actor)
    assert not lapse_if_overtaken(message)
    metric = db.session.scalars(select(ValueMetric).where(ValueMetric.name == "Checks")).one()
    add_reading(metric, Read(TODAY, 4_000), today=TODAY, by=TESTER)
    assert lapse_if_overtaken(message)
    assert message.status is OccurrenceStatus.HELD
    assert "Checks: 4 hours (Tuesday 14 April 2026)." in message.reason


def test_the_outline_of_the_executive_update_has_them():
    assert "\n{{ value_by_wave }}\n" in standard_outlines()[CommunicationKind.EXECUTIVE_UPDATE].body
