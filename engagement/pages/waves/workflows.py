"""Pages of a workflow: adding and changing it, its versions, and who holds it."""

from typing import Any

from flask import render_template
from werkzeug.wrappers import Response as BaseResponse
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from engagement.accounts.scopes import rights
from engagement.errors import BadInput
from engagement.notices.queries.present import effects_of
from engagement.pages.frame import guard
from engagement.pages.frame.formats import here_today
from engagement.pages.parts.fields import PersonField, choices_of
from engagement.pages.parts.first_setup import lead_on
from engagement.pages.parts.forms import EditForm, Form, stripped
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.waves import blueprint
from engagement.pages.waves.inclusion import occasions_words
from engagement.pages.waves.programmes import programme_to_plan
from engagement.pages.waves.statements import StatementFields
from engagement.programmes import actions, queries
from engagement.programmes.models import Workflow
from engagement.programmes.oversight.queries import lapses_of, overseers_of
from engagement.programmes.portfolio.actions import announce_version
from engagement.programmes.portfolio.queries import current_version, ratings_of, versions_of
from engagement.programmes.portfolio.rules import HIGH, LEAST, MOST, SCALES, Ratings, proposal_for
from engagement.programmes.rules import OperatingModel, OwnershipPart, PortfolioClass
from engagement.programmes.scope.queries import draft_of, newest_published
from engagement.programmes.scope.rules import StatementFor, StatementTexts
from engagement.programmes.scopes import reaches_programme, workflow_for
from engagement.value.queries.present import metrics_shown
from engagement.waves import queries as waves
from engagement.waves.scopes import waves_within

#: The choice that leaves the class to value, complexity and risk.
FOLLOWS = "follows"


def _scale(name: str) -> list[SelectChoice]:
    low, high = SCALES[name]
    words = {LEAST: f": {low}", MOST: f": {high}"}
    ratings = range(LEAST, MOST + 1)
    return [SelectChoice("", "Not known yet"), *(SelectChoice(str(n), f"{n}{words.get(n, '')}") for n in ratings)]


class WorkflowForm(EditForm):
    """A workflow: what it is, how it is rated, and how it is run."""

    name = StringField(
        "What is the workflow called?", filters=[stripped], validators=[InputRequired("Write a name."), Length(max=200)]
    )
    summary = TextAreaField("What does it do, in one sentence?", filters=[stripped])
    value = SelectField("How much is it worth?", choices=_scale("value"), filters=[stripped])
    complexity = SelectField("How complex is it?", choices=_scale("complexity"), filters=[stripped])
    risk = SelectField("How much can go wrong?", choices=_scale("risk"), filters=[stripped])
    portfolio_class = RadioField(
        "Which class is it?",
        choices=[
            *choices_of(PortfolioClass),
            SelectChoice(FOLLOWS, "As value, complexity and risk say"),
        ],
        validators=[InputRequired("Choose one.")],
    )
    operating_model = SelectField(
        "Who runs it?",
        filters=[stripped],
        choices=[
            SelectChoice("", "Not decided yet"),
            *(SelectChoice(m.value, f"{m.word}: {m.meaning.lower()}") for m in OperatingModel),
        ],
    )
    documentation_url = StringField(
        "Where is it documented?", description="An address that begins with https://.", filters=[stripped]
    )
    documentation_version = StringField(
        "Which version of the documentation is that?", filters=[stripped], validators=[Length(max=100)]
    )
    review_on = DateField(
        "When is it looked at again?",
        description="Whether it still pays, and whether this page is still right. From that day on it stands on the start page of who plans.",
        validators=[Optional()],
    )


class NewWorkflowForm(WorkflowForm, StatementFields):
    """A workflow with its first scope statement, which may be left for later."""


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


@blueprint.route("/programmes/<int:programme_id>/workflows/new", methods=["GET", "POST"])
def new_workflow(programme_id: int) -> Drawn | BaseResponse:
    """Add a workflow to a programme."""
    row = programme_to_plan(programme_id)
    form = NewWorkflowForm(portfolio_class=FOLLOWS)
    if form.validate_on_submit():
        with saving(form) as saved:
            made = actions.make_workflow(row, statement=form.said(), by=guard.reader().actor, **_values(form))
        if saved:
            more = "Name its owner, change approver, escalation contact and support team."
            return saved.to(
                "waves.ownership", f"{made.name} is there.", f"{_stands(form.said())} {more}", workflow_id=made.id
            )
    return drawn("waves/edit_workflow.html", form, programme=row, workflow=None, meanings=_MEANINGS)


_MEANINGS = {c.value: c.meaning for c in PortfolioClass} | {
    FOLLOWS: f"Needs your answers above: while they are not known, choose a class yourself. From {HIGH} on they count as high."
}


def _stands(said: StatementTexts) -> str:
    """Say what became of the statement that was written with a new workflow."""
    if said == StatementTexts():
        return ""
    if said.is_complete:
        return "What it changes is published: people in its waves read it and are asked to confirm it."
    return "What you wrote of its changes is kept as a draft, because not every question is answered."


def _values(form: WorkflowForm) -> dict[str, Any]:
    """Return what the form says; raises BadInput if the class is to follow from ratings that say too little."""
    rated = {name: int(form[name].data) if form[name].data else None for name in SCALES}
    model = form.operating_model.data
    return {
        "name": form.name.data,
        "portfolio_class": _class_said(form, Ratings(**rated)),
        **rated,
        "operating_model": OperatingModel(model) if model else None,
        "documentation_url": form.documentation_url.data or "",
        "documentation_version": form.documentation_version.data or "",
        "review_on": form.review_on.data,
        "summary": form.summary.data or "",
    }


def _class_said(form: WorkflowForm, rated: Ratings) -> PortfolioClass:
    if form.portfolio_class.data != FOLLOWS:
        return PortfolioClass(form.portfolio_class.data)
    proposed = proposal_for(rated)
    if proposed.portfolio_class is None:
        raise BadInput(proposed.why, {"portfolio_class": f"{proposed.why} Choose one, or say more above."})
    return proposed.portfolio_class


def _workflow_to_plan(workflow_id: int) -> Workflow:
    return workflow_for(rights.planning(guard.reader()), workflow_id)


@blueprint.get("/workflows/<int:workflow_id>")
def workflow(workflow_id: int) -> str:
    """Show a workflow: its scope statement for all roles, owners, and its waves."""
    overseeing = rights.overseeing(guard.reader())
    row = workflow_for(overseeing, workflow_id)
    seen = [w for w in waves.waves_visible(waves_within(overseeing)) if w.programme_id == row.programme_id]
    in_waves = waves.workflows_of_waves([wave.id for wave in seen])
    may_plan = reaches_programme(rights.planning(guard.reader()), row.programme)
    return render_template(
        "waves/workflow.html",
        workflow=row,
        holdings=queries.holdings([row.id])[row.id],
        metrics=metrics_shown([row.id])[row.id],
        effect=effects_of([row.id]).get(row.id),
        overseers=[(each, lapses_of(each, here_today())) for each in overseers_of(row) if each.until_on is None],
        version=current_version(row, here_today()),
        proposal=proposal_for(ratings_of(row)),
        inclusion=occasions_words(row, overseeing),
        is_review_late=row.is_review_due(here_today()),
        statement=newest_published(row, StatementFor.EVERYBODY),
        draft=draft_of(row, StatementFor.EVERYBODY) if may_plan else None,
        waves=[wave for wave in seen if row in in_waves[wave.id]],
        may_plan=may_plan,
        may_name_holders=reaches_programme(rights.naming_holders(guard.reader()), row.programme),
    )


@blueprint.route("/workflows/<int:workflow_id>/edit", methods=["GET", "POST"])
def edit_workflow(workflow_id: int) -> Drawn | BaseResponse:
    """Change a workflow."""
    row = _workflow_to_plan(workflow_id)
    form = WorkflowForm(obj=held(row))
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.change_workflow(row, by=guard.reader().actor, **_values(form))
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
            return lead_on(saved, "waves.workflow", f"Who holds {row.name} is kept.", workflow_id=row.id)
    return drawn("waves/ownership.html", form, workflow=row)


class VersionForm(Form):
    """Another version of a workflow."""

    changes = TextAreaField(
        "What changes with it?",
        description="In the words of those who work with it. Whoever was consulted on the version before reads it.",
        filters=[stripped],
        validators=[InputRequired("Say what changes.")],
    )
    holds_from_on = DateField("From which day does it hold?", validators=[InputRequired("Choose a day.")])


@blueprint.route("/workflows/<int:workflow_id>/versions", methods=["GET", "POST"])
def versions(workflow_id: int) -> Drawn | BaseResponse:
    """Show the versions of a workflow; who plans it announces another one."""
    reader = guard.reader()
    row = workflow_for(rights.overseeing(reader), workflow_id)
    may_plan = reaches_programme(rights.planning(reader), row.programme)
    form = VersionForm(holds_from_on=here_today())
    if form.is_submitted():
        guard.allow(may_plan)
        held(row)
    if form.validate_on_submit():
        with saving(form) as saved:
            made = announce_version(row, form.changes.data, form.holds_from_on.data, by=reader.actor)
        if saved:
            return saved.to("waves.versions", f"Version {made.number} is announced.", workflow_id=row.id)
    return drawn(
        "waves/versions.html",
        form,
        workflow=row,
        versions=versions_of(row),
        current=current_version(row, here_today()),
        may_plan=may_plan,
    )
