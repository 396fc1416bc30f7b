"""Pages of programmes and their workflows, with scope statements and ownership."""

from flask import render_template
from werkzeug.wrappers import Response as BaseResponse
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

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
from engagement.programmes.models import Programme, Workflow
from engagement.programmes.rules import SCOPE_QUESTIONS, OwnershipPart, PortfolioClass
from engagement.programmes.scopes import programme_for, programmes_within, reaches_programme, workflow_for
from engagement.value.queries.present import metrics_shown
from engagement.waves import queries as waves
from engagement.waves.scopes import waves_within

ONE_A_LINE = "One point a line."


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


class WorkflowForm(EditForm):
    """A workflow with its scope statement."""

    name = StringField(
        "What is the workflow called?", filters=[stripped], validators=[InputRequired("Write a name."), Length(max=200)]
    )
    summary = TextAreaField("What does it do, in one sentence?", filters=[stripped])
    portfolio_class = RadioField(
        "How do its value and complexity compare?",
        choices=[SelectChoice(c.value, c.word) for c in PortfolioClass],
        validators=[InputRequired("Choose one.")],
    )
    system_does = TextAreaField("The system does", description=ONE_A_LINE, filters=[stripped])
    people_do = TextAreaField("People still do", description=ONE_A_LINE, filters=[stripped])
    who_decides = TextAreaField(
        "Who decides exceptions", description="Name the role and the limit.", filters=[stripped]
    )
    signs_of_error = TextAreaField(
        "How to tell it is wrong", description="What somebody would notice. One sign a line.", filters=[stripped]
    )
    then_do = TextAreaField("What to do then", description="One or two sentences.", filters=[stripped])
    about_the_job = TextAreaField(
        "What it means for people’s jobs", description="Be exact: vagueness worries people.", filters=[stripped]
    )


class OwnershipForm(EditForm):
    """Who holds the four parts of a workflow's ownership."""

    operational_owner = PersonField(
        OwnershipPart.OPERATIONAL_OWNER.word, description=OwnershipPart.OPERATIONAL_OWNER.question
    )
    change_approver = PersonField(
        OwnershipPart.CHANGE_APPROVER.word, description=OwnershipPart.CHANGE_APPROVER.question
    )
    escalation_contact = PersonField(
        OwnershipPart.ESCALATION_CONTACT.word, description=OwnershipPart.ESCALATION_CONTACT.question
    )
    support_team = PersonField(OwnershipPart.SUPPORT_TEAM.word, description=OwnershipPart.SUPPORT_TEAM.question)


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
        if saved:
            more = "Add its first workflow, then plan a wave."
            return lead_on(saved, "waves.programme", f"{made.name} is there.", more, programme_id=made.id)
    return drawn("waves/edit_programme.html", form, programme=None)


def _programme_to_plan(programme_id: int) -> Programme:
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
        communications=[line.communication for line in communications_running(programme_id, readable(reading))],
        may_plan=reaches_programme(rights.planning(reader), row),
        reads_messages=reaches_programme(reading, row),
        reads_map=rights.reading_maps(guard.reader()).covers_all_of(programme_id),
        may_read_report=reaches_programme(rights.reporting(reader), row),
    )


@blueprint.route("/programmes/<int:programme_id>/edit", methods=["GET", "POST"])
def edit_programme(programme_id: int) -> Drawn | BaseResponse:
    row = _programme_to_plan(programme_id)
    form = ProgrammeForm(obj=held(row))
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.change_programme(row, form.name.data, form.purpose.data, by=guard.reader().actor)
            posts.name_sponsor(row, form.sponsor.person, by=guard.reader().actor)
        if saved:
            return saved.to("waves.programme", programme_id=row.id)
    return drawn("waves/edit_programme.html", form, programme=row)


@blueprint.route("/programmes/<int:programme_id>/workflows/new", methods=["GET", "POST"])
def new_workflow(programme_id: int) -> Drawn | BaseResponse:
    """Add a workflow to a programme."""
    row = _programme_to_plan(programme_id)
    form = WorkflowForm()
    if form.validate_on_submit():
        portfolio_class = PortfolioClass(form.portfolio_class.data)
        with saving(form) as saved:
            made = actions.make_workflow(row, form.name.data, portfolio_class, by=guard.reader().actor, **_texts(form))
        if saved:
            more = "Name its owner, change approver, escalation contact and support team."
            return saved.to("waves.ownership", f"{made.name} is there.", more, workflow_id=made.id)
    return drawn("waves/edit_workflow.html", form, programme=row, workflow=None, meanings=_MEANINGS)


_MEANINGS = {c.value: c.meaning for c in PortfolioClass}


def _texts(form: WorkflowForm) -> dict[str, str]:
    return {field: form[field].data or "" for field in ("summary", "then_do", *dict(SCOPE_QUESTIONS))}


def _workflow_to_plan(workflow_id: int) -> Workflow:
    return workflow_for(rights.planning(guard.reader()), workflow_id)


@blueprint.get("/workflows/<int:workflow_id>")
def workflow(workflow_id: int) -> str:
    """Show a workflow: scope statement, owners, and its waves."""
    overseeing = rights.overseeing(guard.reader())
    row = workflow_for(overseeing, workflow_id)
    seen = [w for w in waves.waves_visible(waves_within(overseeing)) if w.programme_id == row.programme_id]
    in_waves = waves.workflows_of_waves([wave.id for wave in seen])
    return render_template(
        "waves/workflow.html",
        workflow=row,
        holdings=queries.holdings([row.id])[row.id],
        metrics=metrics_shown([row.id])[row.id],
        waves=[wave for wave in seen if row in in_waves[wave.id]],
        may_plan=reaches_programme(rights.planning(guard.reader()), row.programme),
        may_name_holders=reaches_programme(rights.naming_holders(guard.reader()), row.programme),
    )


@blueprint.route("/workflows/<int:workflow_id>/edit", methods=["GET", "POST"])
def edit_workflow(workflow_id: int) -> Drawn | BaseResponse:
    """Change a workflow and its scope statement."""
    row = _workflow_to_plan(workflow_id)
    form = WorkflowForm(obj=held(row))
    if form.validate_on_submit():
        with saving(form) as saved:
            values = {
                **_texts(form),
                "name": form.name.data,
                "portfolio_class": PortfolioClass(form.portfolio_class.data),
            }
            actions.change_workflow(row, by=guard.reader().actor, **values)
        if saved:
            return saved.to("waves.workflow", workflow_id=row.id)
    return drawn("waves/edit_workflow.html", form, programme=row.programme, workflow=row, meanings=_MEANINGS)


@blueprint.route("/workflows/<int:workflow_id>/ownership", methods=["GET", "POST"])
def ownership(workflow_id: int) -> Drawn | BaseResponse:
    """Name the owners of the four parts; an empty field leaves a part vacant."""
    row = workflow_for(rights.naming_holders(guard.reader()), workflow_id)
    held(row)
    form = OwnershipForm(data={each.part.value: each.person for each in queries.holdings([row.id])[row.id]})
    if form.validate_on_submit():
        with saving(form) as saved:
            for part in OwnershipPart:
                actions.name_holder(row, part, form[part.value].person, by=guard.reader().actor)
        if saved:
            return lead_on(saved, "waves.workflow", workflow_id=row.id)
    return drawn("waves/ownership.html", form, workflow=row)
