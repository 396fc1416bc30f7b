"""Pages of the bodies of a programme, and who speaks for each."""

from flask import render_template
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from engagement.accounts.scopes import rights
from engagement.consultations.actions import bodies as actions
from engagement.consultations.queries.said import bodies_of, members_of
from engagement.consultations.scopes import body_for, member_for
from engagement.db import db
from engagement.pages.consultations import blueprint
from engagement.pages.consultations.forms import BodyForm, BodyMemberForm
from engagement.pages.frame import guard
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.programmes.scopes import programme_for
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.queries import on_the_map
from engagement.stakeholders.scopes import stakeholders_within


def _offer(form: BodyForm, standing: Stakeholder | None = None) -> None:
    """Offer everybody on the reader's maps who is no single person; who the body is already, also off them."""
    on_maps = select(Stakeholder).where(
        stakeholders_within(rights.planning(guard.reader())), on_the_map(), Stakeholder.person_id.is_(None)
    )
    rows = {row.id: row.title for row in (*db.session.scalars(on_maps), *([standing] if standing else []))}
    titles = sorted(rows.items(), key=lambda row: row[1].casefold())
    form.stakeholder.choices = [SelectChoice("", "None"), *(SelectChoice(str(key), title) for key, title in titles)]


def _chosen(form: BodyForm) -> Stakeholder | None:
    number = row_id(form.stakeholder.data)
    return db.session.get(Stakeholder, number) if number else None


@blueprint.get("/programmes/<int:programme_id>/bodies")
def bodies(programme_id: int) -> str:
    """List the bodies that a programme has to ask, with who speaks for each."""
    programme = programme_for(rights.planning(guard.reader()), programme_id)
    rows = bodies_of(programme_id)
    members = members_of([row.id for row in rows])
    listed = [(row, members[row.id]) for row in rows]
    return render_template("consultations/bodies.html", programme=programme, bodies=listed)


@blueprint.route("/programmes/<int:programme_id>/bodies/new", methods=["GET", "POST"])
def new_body(programme_id: int) -> Drawn | BaseResponse:
    """Say that a programme has to ask a body."""
    programme = programme_for(rights.planning(guard.reader()), programme_id)
    held(programme)
    form = BodyForm()
    _offer(form)
    if form.validate_on_submit():
        with saving(form) as saved:
            made = actions.make_body(programme, form.details(), _chosen(form), by=guard.reader().actor)
        if saved:
            says, more = f"{made.name} is there.", "Name who speaks for it, then ask it about a wave."
            return saved.to("consultations.bodies", says, more, programme_id=programme_id)
    return drawn("consultations/edit_body.html", form, programme=programme, body=None)


@blueprint.route("/bodies/<int:body_id>/edit", methods=["GET", "POST"])
def edit_body(body_id: int) -> Drawn | BaseResponse:
    """Change what a body is."""
    row = held(body_for(rights.planning(guard.reader()), body_id))
    form = BodyForm(data={"name": row.name, "kind": row.kind, "stakeholder": str(row.stakeholder_id or "")})
    _offer(form, row.stakeholder)
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.change_body(row, form.details(), _chosen(form), by=guard.reader().actor)
        if saved:
            return saved.to("consultations.bodies", "It is kept.", programme_id=row.programme_id)
    return drawn("consultations/edit_body.html", form, programme=row.programme, body=row)


@blueprint.route("/bodies/<int:body_id>/members", methods=["GET", "POST"])
def name_member(body_id: int) -> Drawn | BaseResponse:
    """Say that somebody speaks for a body."""
    row = held(body_for(rights.planning(guard.reader()), body_id))
    form = BodyMemberForm()
    if form.validate_on_submit():
        with saving(form) as saved:
            person = form.person.chosen("Choose somebody.")
            actions.name_member(row, person, by=guard.reader().actor)
        if saved:
            says, more = f"{person.name} speaks for {row.name}.", "They see what it is asked on their own page."
            return saved.to("consultations.bodies", says, more, programme_id=row.programme_id)
    return drawn("consultations/member.html", form, body=row)


@blueprint.post("/body-members/<int:member_id>/ending")
def end_member(member_id: int) -> BaseResponse:
    """Say that somebody no longer speaks for a body."""
    member = held(member_for(rights.planning(guard.reader()), member_id))
    actions.end_member(member, by=guard.reader().actor)
    says = f"{member.person.name} no longer speaks for {member.body.name}."
    return done("consultations.bodies", says, programme_id=member.body.programme_id)
