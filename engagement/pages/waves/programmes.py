"""Pages of programmes."""

from flask import render_template
from werkzeug.wrappers import Response as BaseResponse
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from engagement.accounts.posts import actions as posts
from engagement.accounts.scopes import rights
from engagement.communications.queries.calendar import communications_running
from engagement.communications.scopes import readable
from engagement.pages.frame import guard
from engagement.pages.parts.fields import PersonField
from engagement.pages.parts.first_setup import lead_on
from engagement.pages.parts.forms import EditForm, stripped
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.waves import blueprint
from engagement.programmes import actions, queries
from engagement.programmes.models import Programme
from engagement.programmes.portfolio.rules import mix_of, mix_words
from engagement.programmes.scope.queries import current_statements
from engagement.programmes.scopes import programme_for, programmes_within, reaches_programme
from engagement.waves import queries as waves
from engagement.waves.scopes import waves_within


class ProgrammeForm(EditForm):
    """A programme's name, purpose and sponsor."""

    name = StringField(
        "What is the programme called?",
        filters=[stripped],
        validators=[InputRequired("Write a name."), Length(max=200)],
    )
    purpose = TextAreaField(
        "What is it for?", description="One or two sentences; sponsors read them.", filters=[stripped]
    )
    sponsor = PersonField(
        "Who sponsors it?", description="A name, work address or employee number. You can leave this empty for now."
    )
    target_processes = IntegerField(
        "How many processes is it to reach?",
        description="The report on maturity says how many of these are in production. Empty if nobody said.",
        validators=[Optional()],
    )


@blueprint.get("/programmes")
def index() -> str:
    """List all programmes with the waves that the reader may see."""
    overseeing, planning = rights.overseeing(guard.reader()), rights.planning(guard.reader())
    guard.allow_places(overseeing)
    seen = waves.waves_visible(waves_within(overseeing))
    listed = queries.programmes(programmes_within(overseeing))
    return render_template(
        "waves/index.html",
        programmes=[(p, [w for w in seen if w.programme_id == p.id]) for p in listed],
        members=waves.member_counts([wave.id for wave in seen]),
        moves=waves.moves_of_waves([wave.id for wave in seen]),
        may_make=planning.everything,
        plannable={p.id for p in listed if reaches_programme(planning, p)},
    )


@blueprint.route("/programmes/new", methods=["GET", "POST"])
def new_programme() -> Drawn | BaseResponse:
    """Begin a programme."""
    guard.allow_all(rights.planning(guard.reader()))
    form = ProgrammeForm()
    if form.validate_on_submit():
        with saving(form) as saved:
            made = actions.make_programme(form.name.data, form.purpose.data, by=guard.reader().actor)
            posts.name_sponsor(made, form.sponsor.person, by=guard.reader().actor)
            actions.set_target(made, form.target_processes.data, by=guard.reader().actor)
        if saved:
            more = "Add its first workflow, then plan a wave."
            return lead_on(saved, "waves.programme", f"{made.name} is there.", more, programme_id=made.id)
    return drawn("waves/edit_programme.html", form, programme=None)


def programme_to_plan(programme_id: int) -> Programme:
    return programme_for(rights.planning(guard.reader()), programme_id)


@blueprint.get("/programmes/<int:programme_id>")
def programme(programme_id: int) -> str:
    """Show a programme: waves, workflows with their gaps, communications."""
    reader = guard.reader()
    reading, overseeing = rights.reading(reader), rights.overseeing(reader)
    row = programme_for(overseeing, programme_id)
    seen = waves.waves_visible(waves_within(overseeing))
    seen = [wave for wave in seen if wave.programme_id == programme_id]
    workflows = queries.workflows_of([programme_id])
    held = queries.holdings([workflow.id for workflow in workflows])
    return render_template(
        "waves/programme.html",
        programme=row,
        waves=seen,
        members=waves.member_counts([wave.id for wave in seen]),
        moves=waves.moves_of_waves([wave.id for wave in seen]),
        workflows=[(w, [h for h in held[w.id] if h.is_vacant]) for w in workflows],
        statements=current_statements(workflow.id for workflow in workflows),
        mix_words=mix_words(mix_of(workflow.portfolio_class for workflow in workflows)),
        communications=[line.communication for line in communications_running(programme_id, readable(reading))],
        may_plan=reaches_programme(rights.planning(reader), row),
        reads_messages=reaches_programme(reading, row),
        reads_map=rights.reading_maps(guard.reader()).covers_all_of(programme_id),
        may_read_report=reaches_programme(rights.reporting(reader), row),
    )


@blueprint.route("/programmes/<int:programme_id>/edit", methods=["GET", "POST"])
def edit_programme(programme_id: int) -> Drawn | BaseResponse:
    row = programme_to_plan(programme_id)
    form = ProgrammeForm(obj=held(row))
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.change_programme(row, form.name.data, form.purpose.data, by=guard.reader().actor)
            posts.name_sponsor(row, form.sponsor.person, by=guard.reader().actor)
            actions.set_target(row, form.target_processes.data, by=guard.reader().actor)
        if saved:
            return saved.to("waves.programme", programme_id=row.id)
    return drawn("waves/edit_programme.html", form, programme=row)
