"""Planning a wave, and changing what it is about and who is in it."""

from collections.abc import Sequence
from typing import TypeVar

from flask import request
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from engagement import clock
from engagement.accounts.posts import actions as posts
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day
from engagement.pages.parts.counting import count_who_moved
from engagement.pages.parts.fields import TickField, chosen_departments
from engagement.pages.parts.first_setup import lead_on
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.waves import blueprint
from engagement.pages.waves.forms import WaveForm
from engagement.pages.waves.moves import go_live_warnings, is_meant
from engagement.people import queries as people
from engagement.people.models import Department
from engagement.programmes import queries as programmes
from engagement.programmes.models import Programme, Workflow
from engagement.programmes.scopes import programme_for, reaches_programme
from engagement.training.actions.assigning import settle_assignments
from engagement.waves import actions, queries
from engagement.waves.lessons.queries import lessons_of_programme
from engagement.waves.milestones.actions import settle_milestones
from engagement.waves.models import Wave
from engagement.waves.scopes import reaches_wave, wave_for
from engagement.words import plural

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
            count_who_moved()
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
            count_who_moved()
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
