"""The resistance log for the change team: the list, and logging what somebody said in a conversation."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import redirect, render_template, request, url_for
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from engagement.accounts.scopes import rights
from engagement.db import count_of, db
from engagement.errors import BadInput
from engagement.pages.concerns import blueprint
from engagement.pages.concerns.forms import LogForm
from engagement.pages.frame import guard
from engagement.pages.frame.formats import here_today, short_day, shortened
from engagement.pages.frame.shell import notify
from engagement.pages.parts.fields import chosen_departments, department_choices
from engagement.pages.parts.forms import day_or_none
from engagement.pages.parts.lists import TALL_PER_PAGE, Asked
from engagement.pages.parts.saving import Drawn, drawn, saving
from engagement.people.models import Department
from engagement.programmes import queries as programmes
from engagement.reach import Reach
from engagement.resistance import actions, queries
from engagement.resistance.models import About, Concern
from engagement.resistance.queries import LogFilters, WaitingCounts
from engagement.resistance.rules import FLOOD_WATCHED_DAYS, ConcernStatus, LeftOut, Severity, Source
from engagement.resistance.saying.queries import floods
from engagement.resistance.scopes import concerns_within, may_answer_for
from engagement.waves import queries as waves
from engagement.waves.scopes import waves_within
from engagement.words import number_word, plural

AGES = (("5", "More than 5 days"), ("14", "More than 14 days"), ("30", "More than 30 days"))
#: What the filter by state offers beside the states themselves.
SPECIAL_STATES = {"open": "Open", "late": "Later than promised", "flood": "Came in a flood"}
COLUMNS = {"came": Concern.received_on}
NONE_CHOSEN = SelectChoice(value="", label="None in particular")


@dataclass(frozen=True)
class LogLine:
    """A concern in the list: its first words, and the promise that was missed ("" if none)."""

    concern: Concern
    words: str
    late: str


@blueprint.get("/concerns")
def index() -> str:
    """List the concerns, those that wait first."""
    reader = guard.reader()
    planning = rights.planning(reader)
    guard.allow_places(planning)
    readable, on = concerns_within(planning), here_today()
    counted_on = on - timedelta(days=1)
    asked = Asked()
    listed = queries.concerns_listed(readable, on, guard.organisation().country, _filters(asked, readable, planning))
    rows = asked.ordered(listed, COLUMNS, usual="waiting", last=Concern.id)
    page = asked.page(count_of(rows), TALL_PER_PAGE)
    return render_template(
        "concerns/index.html",
        lede=_log_lede(queries.waiting_counts(readable, counted_on, guard.organisation().country)),
        counts=queries.counts_by_source(readable, counted_on),
        counted_on=counted_on,
        floods=floods(readable, on - timedelta(days=FLOOD_WATCHED_DAYS)),
        may_decide_floods=planning.everything,
        lines=[_line(row, on) for row in queries.log_page(rows, page.offset, page.size)],
        page=page,
        asked=asked,
    )


def _log_lede(counts: WaitingCounts) -> str:
    if not counts.open:
        return "At the end of yesterday nobody waited for an answer."
    late = f"{counts.late:,} of them longer than promised" if counts.late else "none longer than promised"
    waiting = f"{number_word(counts.open)} {'concern' if counts.open == 1 else 'concerns'}"
    return f"At the end of yesterday {waiting} waited for an answer, {late}."


@blueprint.post("/concerns/floods")
def decide_flood() -> BaseResponse:
    """Decide whether the concerns of a flood count in reports."""
    reader = guard.reader()
    guard.allow_all(rights.planning(reader))
    day = day_or_none(request.form.get("on"))
    if day is None:
        raise BadInput("Which morning is meant? Go back to the log and choose it there.")
    does_count = request.form.get("counts") == "yes"
    number = actions.decide_flood(Concern.received_on == day, counts=does_count, by=reader.actor)
    db.session.commit()
    these = plural(number, "concern", "concerns")
    notify("They count with the next figures" if does_count else "They are left out", f"{these} of {short_day(day)}.")
    return redirect(url_for("concerns.index"), 303)


def _line(row: Concern, on: date) -> LogLine:
    return LogLine(row, shortened(row.text, 140), lateness(row, on))


def lateness(row: Concern, on: date) -> str:
    """Say which promise about a concern is past on a day; "" if none is."""
    country = guard.organisation().country
    answer_by = row.answer_by(country)
    if row.status is ConcernStatus.RECEIVED and on > row.acknowledge_by(country):
        return f"unread since {short_day(row.received_on)}"
    if answer_by and on > answer_by:
        return f"answer was due {short_day(answer_by)}"
    return ""


def _filters(asked: Asked, readable: ColumnElement[bool], planning: Reach) -> LogFilters:
    """Return what the log is narrowed by; the filters offer what the reader may read."""
    visible = waves.waves_visible(waves_within(planning))
    words = asked.words("q", "Words")
    state = asked.one_of("status", "State", [*SPECIAL_STATES.items(), *((s.value, s.word) for s in ConcernStatus)])
    source = asked.word_of(Source, "source", "Source")
    wave_id = asked.row("wave", "Wave", ((wave.id, wave.title) for wave in visible))
    severity = asked.word_of(Severity, "severity", "Severity")
    owners = ((owner.id, owner.name) for owner in queries.owners(readable))
    owner_id = asked.row("owner", "In the hands of", owners, "Anybody")
    age = asked.one_of("age", "Age", AGES, "Any")
    department_id = asked.row("department")
    place = db.session.get(Department, department_id) if department_id else None
    first, last = asked.day("from", "Came in from"), asked.day("until", "Until")
    return LogFilters(
        source=source,
        status=ConcernStatus(state) if state and state not in SPECIAL_STATES else None,
        severity=severity,
        wave_id=wave_id,
        owner_id=owner_id,
        person_id=asked.row("person"),
        is_open=True if state == "open" else None,
        is_late=state == "late",
        left_out=LeftOut.FLOOD if state == "flood" else None,
        older_than_days=int(age) if age else None,
        below=place.lineage if place else None,
        came=(first or date.min, last or date.max) if first or last else None,
        words=words,
    )


@blueprint.route("/concerns/log", methods=["GET", "POST"])
def log() -> Drawn | BaseResponse:
    """Log what somebody said in a conversation."""
    planning = rights.planning(guard.reader())
    guard.allow_places(planning)
    choices = waves.waves_visible(waves_within(planning))
    workflows = programmes.workflows_of({wave.programme_id for wave in choices})
    form = LogForm()
    form.wave.choices = [NONE_CHOSEN, *(SelectChoice(value=str(w.id), label=w.title) for w in choices)]
    form.department.choices = [NONE_CHOSEN, *(SelectChoice(value=i, label=path) for i, path in department_choices())]
    form.workflow.choices = [NONE_CHOSEN, *(SelectChoice(value=str(w.id), label=w.name) for w in workflows)]
    if form.validate_on_submit():
        wave = next((w for w in choices if str(w.id) == form.wave.data), None)
        workflow = next((w for w in workflows if str(w.id) == form.workflow.data), None)
        with saving(form) as saved:
            department = next(iter(chosen_departments([form.department.data or ""])), None)
            row = _log(form, About(Source(form.source.data), wave, department, workflow))
        if saved:
            return saved.to(
                "concerns.concern",
                "Logged",
                "It is in your hands. An answer is promised within five working days.",
                concern_id=row.id,
            )
    return drawn(
        "concerns/log.html",
        form,
    )


def _log(form: LogForm, about: About) -> Concern:
    reader = guard.reader()
    if not may_answer_for(rights.planning(reader), about.wave):
        sentence = "Choose the wave. Without one, only change managers of everything could read it."
        raise BadInput(sentence, {"wave": sentence})
    return actions.log_concern(
        form.text.data,
        about,
        by=reader.actor,
        on=here_today(),
        severity=Severity(form.severity.data),
        person=form.person.person,
    )
