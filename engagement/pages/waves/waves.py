"""Pages of a wave: planning it, its people, moving its go-live."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask import render_template, request
from sqlalchemy import Select
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from engagement import clock
from engagement.accounts.posts import actions as posts
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.communications import queries as calendar
from engagement.communications.subjects import subjects_shown
from engagement.days.working_days import why_off
from engagement.db import count_of, db
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day, here_today, reader_zone, short_day, today
from engagement.pages.parts.fields import TickField, chosen_departments
from engagement.pages.parts.lists import Asked
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.waves import blueprint
from engagement.pages.waves.forms import MemberForm, MoveForm, WaveForm
from engagement.pages.waves.people_map import COVERAGE_DEFINITION, coverage_lede, map_of
from engagement.pages.waves.steps import STEPS, Milestone, steps_taken
from engagement.people import queries as people
from engagement.people.models import Department, Person
from engagement.programmes import queries as programmes
from engagement.programmes.models import Programme, Workflow
from engagement.programmes.scopes import programme_for, reaches_programme
from engagement.resistance import queries as resistance
from engagement.stakeholders.coverage import wave_coverage
from engagement.training import actions as training_actions
from engagement.training import queries as training
from engagement.waves import actions, queries
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from engagement.waves.scopes import people_within, reaches_wave, wave_for
from engagement.words import days_away

Placed = TypeVar("Placed", Department, Workflow)


def _wave_to_plan(wave_id: int) -> Wave:
    return wave_for(rights.planning(guard.reader()), wave_id)


def _offer(form: WaveForm, programme: Programme) -> None:
    form.departments.choices = [SelectChoice(str(d.id), d.path) for d in people.departments()]
    form.workflows.choices = [SelectChoice(str(w.id), w.name) for w in programmes.workflows_of([programme.id])]


def _chosen_workflows(ids: list[str] | None) -> list[Workflow]:
    return [w for w in (db.session.get(Workflow, int(i)) for i in ids or []) if w is not None]


@blueprint.route("/programmes/<int:programme_id>/waves/new", methods=["GET", "POST"])
def new(programme_id: int) -> Drawn | BaseResponse:
    """Plan the next wave of a programme."""
    programme = programme_for(rights.planning(guard.reader()), programme_id)
    form = WaveForm()
    _offer(form, programme)
    if form.validate_on_submit():
        with saving(form) as saved:
            wave = actions.plan_wave(
                programme,
                form.name.data,
                form.go_live_on.data,
                aim=form.aim.data,
                stabilises_until_on=form.stabilises_until_on.data,
                training_lead_days=form.training_lead_days.data,
                departments=chosen_departments(form.departments.data),
                workflows=_chosen_workflows(form.workflows.data),
                by=guard.reader().actor,
            )
            _name_people(form, wave)
            training_actions.settle_assignments(clock.now(), wave.id)
        if saved:
            number = queries.member_counts([wave.id])[wave.id]
            return saved.to(
                "waves.wave",
                f"{wave.title} is planned.",
                f"{number:,} people are in it.{_day_off_words(wave.go_live_on)}",
                wave_id=wave.id,
            )
    return drawn("waves/edit.html", form, programme=programme, wave=None, may_place=True)


@blueprint.route("/waves/<int:wave_id>/edit", methods=["GET", "POST"])
def edit(wave_id: int) -> Drawn | BaseResponse:
    """Change a wave; its go-live moves on a page of its own."""
    wave = held(_wave_to_plan(wave_id))
    reader = guard.reader()
    # A lead who could choose departments would see anybody by name.
    may_place = reaches_programme(rights.planning(reader), wave.programme)
    # A department that was merged into another stands in the wave by that one.
    placed = [people.standing_department(d) for d in queries.departments_of_waves([wave.id]).get(wave.id, [])]
    taken = queries.workflows_of_waves([wave.id]).get(wave.id, [])
    form = WaveForm(obj=wave, departments=[str(d.id) for d in placed], workflows=[str(w.id) for w in taken])
    _offer(form, wave.programme)
    _leave_out_rights(form, reader, wave)
    if not may_place:
        del form.departments
    if request.method == "POST":
        form.go_live_on.data, form.go_live_on.raw_data = wave.go_live_on, [wave.go_live_on.isoformat()]
    if form.validate_on_submit():
        by = reader.actor
        with saving(form) as saved:
            actions.change_wave(
                wave,
                form.name.data,
                form.aim.data,
                stabilises_until_on=form.stabilises_until_on.data,
                training_lead_days=form.training_lead_days.data,
                by=by,
            )
            _name_people(form, wave)
            if may_place:
                departments = [*chosen_departments(form.departments.data), *_not_offered(form.departments, placed)]
                if set(departments) != set(placed):
                    actions.choose_departments(wave, departments, by=by)
            workflows = [*_chosen_workflows(form.workflows.data), *_not_offered(form.workflows, taken)]
            actions.choose_workflows(wave, workflows, by=by)
            training_actions.settle_assignments(clock.now(), wave.id)
        if saved:
            return saved.to("waves.wave", wave_id=wave_id)
    return drawn("waves/edit.html", form, programme=wave.programme, wave=wave, may_place=may_place)


def _not_offered(field: TickField, standing: Sequence[Placed]) -> list[Placed]:
    """Return what stands but can't be ticked, as a department that was closed: a form takes out only what it showed."""
    offered = {str(value) for value, *_ in field.iter_choices()}
    return [row for row in standing if str(row.id) not in offered]


def _name_people(form: WaveForm, wave: Wave) -> None:
    if form.lead:
        posts.name_lead(wave, form.lead.person, by=guard.reader().actor)
    if form.sponsor:
        posts.name_sponsor(wave, form.sponsor.person, by=guard.reader().actor)


def _leave_out_rights(form: WaveForm, reader: Reader, wave: Wave) -> None:
    """Take the questions out by whose answers rights are given, where the reader may not give them."""
    if not reaches_wave(rights.naming_leads(reader), wave):
        del form.lead
    # The sponsor of a wave reads the sheet of its whole programme.
    if not reaches_programme(rights.planning(reader), wave.programme):
        del form.sponsor


@blueprint.get("/waves/<int:wave_id>")
def wave(wave_id: int) -> str:
    """One wave: dates, workflows, training by role, concerns by source, next messages."""
    reader = guard.reader()
    row = wave_for(rights.reading(reader), wave_id)
    may_plan = reaches_wave(rights.planning(reader), row)
    workflows = queries.workflows_of_waves([row.id]).get(row.id, [])
    held = programmes.holdings([workflow.id for workflow in workflows])
    messages = calendar.next_messages(row.id)
    subjects = subjects_shown(messages)
    here_today = clock.today(guard.settings().timezone)
    covered, yesterday = wave_coverage(row.id, here_today), here_today - timedelta(days=1)
    return render_template(
        "waves/wave.html",
        wave=row,
        lede=_lede(row),
        number=queries.member_counts([row.id])[row.id],
        departments=queries.departments_of_waves([row.id]).get(row.id, []),
        workflows=[(w, [h for h in held[w.id] if h.is_vacant]) for w in workflows],
        milestones=_milestones(row, [(m.sends_at, subjects[m.id]) for m in messages]),
        progress=training.wave_progress(row.id),
        without_role=count_of(queries.members(row.id, without_role=True)),
        concerns=resistance.open_by_source(row.id, yesterday) if may_plan else None,
        concerns_on=yesterday,
        messages=[(message, subjects[message.id]) for message in messages],
        stakeholders=map_of(reader, row),
        coverage=covered,
        coverage_words=coverage_lede(covered),
        coverage_definition=COVERAGE_DEFINITION,
        may_plan=may_plan,
        steps=steps_taken(row.id),
        next_steps=[(status, STEPS[status]) for status in row.status.next_steps],
        may_move=row.status in (WaveStatus.PLANNED, WaveStatus.READY),
    )


def _lede(wave: Wave) -> str:
    ahead = days_away(wave.go_live_on, today())
    if wave.status is WaveStatus.CANCELLED:
        return f"Wave {wave.number} was cancelled. It would have gone live on {day(wave.go_live_on)}."
    if wave.status in (WaveStatus.PLANNED, WaveStatus.READY):
        late = " The day has passed and the wave has not gone live." if wave.go_live_on < today() else ""
        return (
            f"Wave {wave.number} goes live on {day(wave.go_live_on)}, {ahead}.{late or _day_off_words(wave.go_live_on)}"
        )
    if wave.status is WaveStatus.CLOSED:
        return f"Wave {wave.number} went live on {day(wave.go_live_on)} and is closed."
    rest = f" It is left to settle until {day(wave.stabilises_until_on)}." if wave.stabilises_until_on else ""
    return f"Wave {wave.number} went live on {day(wave.go_live_on)}, {ahead}.{rest}"


def _day_off_words(go_live_on: date) -> str:
    """Warn of a go-live on a day on which few people work, "" for a working day."""
    why = why_off(go_live_on, guard.organisation().country)
    return f" That is {why}, when few people work." if why else ""


def _milestones(wave: Wave, messages: Sequence[tuple[datetime, str]]) -> list[Milestone]:
    dated: list[tuple[date, str, bool]] = [
        (wave.training_due_on, "Training is finished", False),
        (wave.go_live_on, "Go-live", True),
    ]
    if wave.stabilises_until_on:
        dated.append((wave.stabilises_until_on, "The quiet period ends", False))
    dated += [(at.astimezone(reader_zone()).date(), subject, False) for at, subject in messages]
    now = today()
    return [
        Milestone("Today" if on == now else short_day(on), text, "go" if go else "done" if on < now else "")
        for on, text, go in sorted(dated, key=lambda entry: (entry[0], entry[1]))
    ]


@blueprint.route("/waves/<int:wave_id>/go-live", methods=["GET", "POST"])
def move(wave_id: int) -> Drawn | BaseResponse:
    """Move go-live: first shown with what moves along, then done."""
    row = held(_wave_to_plan(wave_id))
    form = MoveForm(go_live_on=row.go_live_on)
    shown = None
    if form.validate_on_submit():
        if "confirm" in request.form:
            with saving(form) as saved:
                actions.move_go_live(row, form.go_live_on.data, reason=form.reason.data, by=guard.reader().actor)
            if saved:
                says = f"{row.title} goes live on {day(row.go_live_on)}."
                more = f"Everything that is counted from the day follows.{_day_off_words(row.go_live_on)}"
                return saved.to("waves.wave", says, more, wave_id=wave_id)
        shown = _what_moves(row, form.go_live_on.data)
    warning = _day_off_words(form.go_live_on.data) if shown and form.go_live_on.data else ""
    return drawn("waves/move.html", form, wave=row, shown=shown, warning=warning)


def _what_moves(wave: Wave, new_day: date) -> list[tuple[str, date, date]]:
    by: timedelta = new_day - wave.go_live_on
    training_due = wave.training_due_on
    moved = [("Go-live", wave.go_live_on, new_day), ("Training is due", training_due, training_due + by)]
    if wave.stabilises_until_on:
        moved.append(("The quiet period ends", wave.stabilises_until_on, wave.stabilises_until_on + by))
    return moved


@blueprint.route("/waves/<int:wave_id>/people", methods=["GET", "POST"])
def members(wave_id: int) -> Drawn | BaseResponse:
    """Who is in a wave, with training roles; those without one can be listed alone."""
    reader = guard.reader()
    seen = people_within(rights.reading(reader))
    row = _wave_to_plan(wave_id) if request.method == "POST" else wave_for(rights.reading(reader), wave_id)
    form = MemberForm()
    if not reaches_programme(rights.planning(reader), row.programme):
        form.person.find_only(seen, " A change manager of the programme can add people from elsewhere.")
    if form.validate_on_submit():
        with saving(form) as saved:
            person = form.person.chosen("Write whom you want to add.")
            actions.add_member(row, person, by=reader.actor)
            training_actions.settle_assignments(clock.now(), row.id)
        if saved:
            return saved.to("waves.members", f"{person.name} is in {row.title}.", wave_id=wave_id)
    asked = Asked()
    on = _asked_day(row, asked)
    without_role = request.args.get("role") == "none"
    found = _members_on(row.id, on) if on else queries.members(row.id, without_role=without_role)
    asked.carry("role", "none" if without_role else "")
    shown, page = asked.shown(asked.ordered(found.where(seen), queries.MEMBER_COLUMNS, usual="name", last=Person.id))
    return drawn(
        "waves/members.html",
        form,
        wave=row,
        people=shown,
        roles=people.roles_of([person.id for person in shown]),
        page=page,
        asked=asked,
        without_role=without_role,
        on=on,
        may_plan=reaches_wave(rights.planning(reader), row) and row.status.is_open,
    )


def _asked_day(wave: Wave, asked: Asked) -> date | None:
    """Return the past day that the address asks about, None for the present; no day before the wave was made, or to come."""
    on = asked.day("on", "Who was in it on", wave.made_at.date(), here_today())
    return max(on, wave.made_at.date()) if on and on < here_today() else None


def _members_on(wave_id: int, on: date) -> Select[Person]:
    begins_at = datetime.combine(on, time(), ZoneInfo(guard.settings().timezone))
    return queries.members_between(wave_id, begins_at, begins_at + timedelta(days=1))
