"""Pages of a wave: planning it, its people, moving its go-live."""

from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from flask import render_template, request
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from engagement import clock
from engagement.accounts.posts import actions as posts
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.adoption.queries.uptake import DEFINITION, Uptake, uptake_of_waves
from engagement.communications.queries.calendar import next_messages
from engagement.communications.queries.reached import last_sent
from engagement.communications.texts.queries.subjects import subjects_shown
from engagement.consultations.queries.standing import Shown, shown_of_wave
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day, today
from engagement.pages.parts.fields import TickField, chosen_departments
from engagement.pages.parts.first_setup import lead_on
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.waves import blueprint
from engagement.pages.waves.dated import milestones_shown
from engagement.pages.waves.fallback import WayBack, way_back
from engagement.pages.waves.forms import WaveForm
from engagement.pages.waves.inclusion import inclusion_words
from engagement.pages.waves.moves import day_off_words, go_live_warnings, is_meant, move_words, outdated_messages
from engagement.pages.waves.people_map import coverage_lede, map_of
from engagement.pages.waves.steps import STEPS, steps_shown
from engagement.people import queries as people
from engagement.people.models import Department
from engagement.programmes import queries as programmes
from engagement.programmes.models import Programme, Workflow
from engagement.programmes.portfolio.rules import mix_of, mix_words
from engagement.programmes.scopes import programme_for, reaches_programme
from engagement.readiness.criteria.queries.counting import Read, read_of
from engagement.readiness.criteria.queries.standing import standings_of
from engagement.readiness.gate.queries.present import Gate, decider_of, gate_of
from engagement.readiness.queries.overrulings import overrulings_of
from engagement.readiness.queries.there import Rare, things_there
from engagement.readiness.queries.verdicts import Verdict
from engagement.resistance import queries as resistance
from engagement.stakeholders.champions.queries import wave_coverage
from engagement.stakeholders.rules import COVERAGE_DEFINITION
from engagement.training.actions.assigning import settle_assignments
from engagement.waves import actions, queries
from engagement.waves.impacts.queries import gaps_of
from engagement.waves.lessons.queries import lessons_of, lessons_of_programme
from engagement.waves.milestones.actions import settle_milestones
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from engagement.waves.scopes import reaches_wave, wave_for
from engagement.words import days_away, plural

#: Sent messages that the page of a wave shows.
MOST_SENT = 5
#: Criteria that are not met, of those that it shows before the way to all.
MOST_CRITERIA = 4
#: Departments that its table of training shows; those with the most people who have not finished.
MOST_DEPARTMENTS = 6
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
    places = [d.lineage for d in chosen_departments(form.departments.data)]
    warnings = go_live_warnings(form.go_live_on.data, programme.id, places)
    if form.validate_on_submit() and is_meant(form.go_live_on, warnings):
        with saving(form) as saved:
            wave = actions.plan_wave(
                programme,
                form.details(),
                form.go_live_on.data,
                departments=chosen_departments(form.departments.data),
                workflows=_chosen_workflows(form.workflows.data),
                by=guard.reader().actor,
            )
            settle_milestones([wave], guard.organisation().country)
            _name_people(form, wave)
            settle_assignments(clock.now(), wave.id)
        if saved:
            number = queries.member_counts([wave.id])[wave.id]
            people_words = f"{plural(number, 'person is', 'people are')} in it." if number else "Nobody is in it yet."
            return lead_on(
                saved,
                "waves.wave",
                f"{wave.title} is planned.",
                f"{people_words} Training is due by {day(wave.training_due_on)}.",
                wave_id=wave.id,
            )
    return drawn(
        "waves/edit.html",
        form,
        programme=programme,
        wave=None,
        may_place=True,
        warnings=warnings,
        lessons=lessons_of_programme(programme.id),
    )


@blueprint.route("/waves/<int:wave_id>/edit", methods=["GET", "POST"])
def edit(wave_id: int) -> Drawn | BaseResponse:
    """Change a wave; go-live is moved on a page of its own."""
    wave = held(_wave_to_plan(wave_id))
    reader = guard.reader()
    # A lead who could choose departments could see anybody by name.
    may_place = reaches_programme(rights.planning(reader), wave.programme)
    # A department that was merged into another counts as that one.
    placed = [people.standing_department(d) for d in queries.departments_of_waves([wave.id]).get(wave.id, [])]
    taken = queries.workflows_of_waves([wave.id]).get(wave.id, [])
    form = WaveForm(obj=wave, departments=[str(d.id) for d in placed], workflows=[str(w.id) for w in taken])
    _offer(form, wave.programme)
    _leave_out_rights(form, reader, wave)
    if not may_place:
        del form.departments
    # Days of a wave that is there are changed as milestones.
    del form.stabilises_until_on, form.training_lead_days
    if request.method == "POST":
        form.go_live_on.data, form.go_live_on.raw_data = wave.go_live_on, [wave.go_live_on.isoformat()]
    if form.validate_on_submit():
        by = reader.actor
        with saving(form) as saved:
            actions.change_wave(wave, form.details(), by=by)
            _name_people(form, wave)
            if may_place:
                departments = [*chosen_departments(form.departments.data), *_not_offered(form.departments, placed)]
                if set(departments) != set(placed):
                    actions.choose_departments(wave, departments, by=by)
            workflows = [*_chosen_workflows(form.workflows.data), *_not_offered(form.workflows, taken)]
            actions.choose_workflows(wave, workflows, by=by)
            settle_assignments(clock.now(), wave.id)
        if saved:
            return saved.to("waves.wave", wave_id=wave_id)
    return drawn(
        "waves/edit.html", form, programme=wave.programme, wave=wave, may_place=may_place, warnings=[], lessons=[]
    )


def _not_offered(field: TickField, standing: Sequence[Placed]) -> list[Placed]:
    """Return present choices that the form can't show, such as a closed department: saving removes only what it showed."""
    offered = {str(value) for value, *_ in field.iter_choices()}
    return [row for row in standing if str(row.id) not in offered]


def _name_people(form: WaveForm, wave: Wave) -> None:
    if form.lead:
        posts.name_lead(wave, form.lead.person, by=guard.reader().actor)
    if form.sponsor:
        posts.name_sponsor(wave, form.sponsor.person, by=guard.reader().actor)


def _leave_out_rights(form: WaveForm, reader: Reader, wave: Wave) -> None:
    """Remove the questions whose answers give rights that the reader may not give."""
    if not reaches_wave(rights.naming_leads(reader), wave):
        del form.lead
    # The sponsor of a wave can read the sheet of its whole programme.
    if not reaches_programme(rights.planning(reader), wave.programme):
        del form.sponsor


@blueprint.get("/waves/<int:wave_id>")
def wave(wave_id: int) -> str:
    """Show a wave: dates, workflows, training by role, concerns by source, next messages."""
    reader = guard.reader()
    row = wave_for(rights.overseeing(reader), wave_id)
    may_plan, reads_people = reaches_wave(rights.planning(reader), row), reaches_wave(rights.reading(reader), row)
    read = read_of([row.id])
    departments, workflows, held = read.departments, read.workflows.get(row.id, []), read.held
    messages = next_messages(row.id)
    subjects = subjects_shown(messages)
    there = things_there(row.id)
    moves = queries.moves_of_waves([row.id]).get(row.id, []) if Rare.MOVES in there else []
    steps = queries.steps_of(row.id) if Rare.STEPS in there else []
    verdict = _verdict(row, read, there) if row.status.is_ahead else None
    yesterday = clock.today(guard.settings().timezone) - timedelta(days=1)
    return render_template(
        "waves/wave.html",
        wave=row,
        lede=_lede(row),
        **_of_people(row, read, there, verdict, sees_people=reads_people),
        departments=departments.get(row.id, []),
        workflows=[(w, [h for h in held[w.id] if h.is_vacant]) for w in workflows],
        mix_words=mix_words(mix_of(workflow.portfolio_class for workflow in workflows)),
        milestones=milestones_shown(row, [(m.sends_at, subjects[m.id]) for m in messages]),
        concerns=resistance.open_by_source(row.id, yesterday) if may_plan else None,
        concerns_on=yesterday,
        messages=[(message, subjects[message.id]) for message in messages],
        stakeholders=map_of(reader, row, departments),
        sent=last_sent(row.id, MOST_SENT),
        may_plan=may_plan,
        reads_people=reads_people,
        may_give_roles=rights.keeping_people(reader).everything,
        may_take_back=queries.status_before(steps, clock.now()) is not None,
        verdict=verdict,
        short_shown=verdict.short[:MOST_CRITERIA] if verdict else [],
        steps=steps_shown(steps),
        overrulings=overrulings_of(row.id) if Rare.OVERRULINGS in there else [],
        consultations=_consultations(row, there, verdict),
        move=move_words(moves),
        outdated=outdated_messages(row, moves) if may_plan else [],
        next_steps=[(status, STEPS[status]) for status in row.status.next_steps],
        lessons=lessons_of(row.id) if may_plan and Rare.LESSONS in there else [],
        alike=_alike(row) if Rare.IMPACTS in there else "",
        fallback=_way_back(row, there) if may_plan and row.status.is_open else None,
        uptake=None if row.status.is_ahead else _uptake(row),
        uptake_definition=DEFINITION,
        may_move=row.status in (WaveStatus.PLANNED, WaveStatus.READY),
    )


def _verdict(wave: Wave, read: Read, there: Set[Rare]) -> Verdict:
    gate = gate_of(wave, today()) if Rare.GATE in there else Gate(wave, decider_of(wave))
    return Verdict(standings_of([wave], today(), read)[wave.id], gate)


def _consultations(wave: Wave, there: Set[Rare], verdict: Verdict | None) -> Sequence[Shown]:
    if verdict:
        return verdict.standing.counts.bodies
    return shown_of_wave(wave.id) if Rare.CONSULTATIONS in there else []


def _way_back(wave: Wave, there: Set[Rare]) -> WayBack:
    return way_back(wave) if Rare.WAY_BACK in there else WayBack(None, [])


def _of_people(
    wave: Wave, read: Read, there: Set[Rare], verdict: Verdict | None, *, sees_people: bool
) -> dict[str, Any]:
    """Return what the page says of a wave's people: how many, what they learned, who stands by them, who was asked before."""
    sums, progress = read.sums, read.trained[wave.id]
    on = clock.today(guard.settings().timezone)
    if verdict:
        covered = verdict.standing.counts.coverage
    else:
        covered = wave_coverage(wave.id, on, sums, read.departments, places=read.places, named=False)
    has_occasions = Rare.OCCASIONS in there
    return {
        "number": sum(each.members for each in sums),
        "without_role": sum(each.without_role for each in sums),
        "progress": replace(progress, rows=tuple(progress.behind[:MOST_DEPARTMENTS])),
        "more_departments": max(0, len(progress.rows) - MOST_DEPARTMENTS),
        "coverage": covered,
        "coverage_words": coverage_lede(covered),
        "coverage_definition": COVERAGE_DEFINITION,
        "inclusion": inclusion_words(wave, sums, read.places, sees_people=sees_people, has_occasions=has_occasions),
    }


def _alike(wave: Wave) -> str:
    """Say in how many groups leaders and people see the change alike; "" before any was judged by both."""
    (found,) = gaps_of([wave], guard.settings().anonymity_floor)
    groups = plural(found.judged, "group", "groups")
    return (
        f"Leaders and people see it alike in {found.seen_alike:,} of {groups} that both judged." if found.judged else ""
    )


def _uptake(wave: Wave) -> Uptake:
    return uptake_of_waves([wave], today(), floor=guard.settings().anonymity_floor)[wave.id]


def _lede(wave: Wave) -> str:
    ahead = days_away(wave.go_live_on, today())
    if wave.status is WaveStatus.CANCELLED:
        return f"Wave {wave.number} was cancelled. It would have gone live on {day(wave.go_live_on)}."
    if wave.status in (WaveStatus.PLANNED, WaveStatus.READY):
        late = " The day has passed and the wave has not gone live." if wave.go_live_on < today() else ""
        return (
            f"Wave {wave.number} goes live on {day(wave.go_live_on)}, {ahead}.{late or day_off_words(wave.go_live_on)}"
        )
    if wave.status is WaveStatus.ROLLED_BACK:
        return (
            f"Wave {wave.number} went live on {day(wave.go_live_on)} and was rolled back. "
            "None of its training is due until it is planned anew."
        )
    if wave.status is WaveStatus.CLOSED:
        return f"Wave {wave.number} went live on {day(wave.go_live_on)} and is closed."
    rest = f" It is left to settle until {day(wave.stabilises_until_on)}." if wave.stabilises_until_on else ""
    return f"Wave {wave.number} went live on {day(wave.go_live_on)}, {ahead}.{rest}"
