"""Pages of rules that give training roles: the list, a preview, making and withdrawing a rule."""

from dataclasses import dataclass

from flask import request
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.audiences import actions
from engagement.audiences import queries as audiences
from engagement.audiences.models import Audience
from engagement.audiences.scopes import audience_to_change, role_rule_to_change
from engagement.db import count_of, db
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.fields import choices_of
from engagement.pages.parts.forms import Form
from engagement.pages.parts.saving import Drawn, done, drawn, saving
from engagement.pages.people import blueprint
from engagement.people.models import Person, PersonRole
from engagement.people.rules import TrainingRole
from engagement.words import plural


class RoleRuleForm(Form):
    """A training role, and the audience whose people have it."""

    role = SelectField(
        "Which training role?",
        choices=[
            SelectChoice("", "Choose a role"),
            *choices_of(TrainingRole),
        ],
        validators=[InputRequired("Choose a training role.")],
    )
    audience = SelectField("Who has it?", validators=[InputRequired("Choose an audience.")])


@dataclass(frozen=True)
class RolePreview:
    """What a rule would do: how many people it reaches, and how many of them get a new role."""

    role: TrainingRole
    audience: Audience
    reach: int
    new: int


def _may_change() -> bool:
    return rights.planning(guard.reader()).everything


def _form(posted: bool) -> RoleRuleForm:
    form = RoleRuleForm() if posted else RoleRuleForm(formdata=None)
    rows = db.session.scalars(audiences.audiences_in_use())
    form.audience.choices = [SelectChoice("", "Choose an audience"), *(SelectChoice(str(a.id), a.name) for a in rows)]
    return form


@blueprint.get("/people/role-rules")
def role_rules() -> Drawn:
    """Show the rules and, when asked, what a further one would do."""
    guard.allow_places(rights.choosing_audiences(guard.reader()))
    return _drawn(_form(posted=False), None)


def _drawn(form: RoleRuleForm, preview: RolePreview | None) -> Drawn:
    rules = audiences.role_rules()
    counts = audiences.reaches([rule.audience.rule for rule in rules], today())
    return drawn(
        "people/role_rules.html",
        form,
        rules=list(zip(rules, counts, strict=True)),
        preview=preview,
        may_change=_may_change(),
    )


@blueprint.post("/people/role-rules")
def make_role_rule() -> Drawn | BaseResponse:
    """Show what a rule would do; make the rule once the reader has seen that."""
    guard.allow_all(rights.planning(guard.reader()))
    form = _form(posted=True)
    if not form.validate_on_submit():
        return _drawn(form, None)
    role = TrainingRole(form.role.data)
    audience = audience_to_change(rights.planning(guard.reader()), int(form.audience.data))
    preview = _preview(role, audience)
    is_seen = request.form.get("seen") == "yes"
    with saving(form) as saved:
        actions.give_role_by_rule(role, audience, by=guard.reader().actor)
        if not is_seen:
            # Only a try: what would be refused later is refused before the preview.
            db.session.rollback()
        given = actions.settle_training_roles(clock.now(), by=guard.reader().actor)[0] if is_seen else 0
    if saved and is_seen:
        says = f"“{audience.name}” has the training role {role.word}."
        return saved.to("people.role_rules", says, f"{plural(given, 'person has', 'people have')} it anew.")
    return _drawn(form, preview if saved else None)


def _preview(role: TrainingRole, audience: Audience) -> RolePreview:
    reached = audiences.people_in(audience, today())
    held = select(PersonRole.person_id).where(PersonRole.role == role)
    return RolePreview(role, audience, count_of(reached), count_of(reached.where(Person.id.not_in(held))))


@blueprint.post("/people/role-rules/<int:rule_id>/withdrawal")
def withdraw_role_rule(rule_id: int) -> BaseResponse:
    """End a rule, and take the role from people who have it only by this rule."""
    rule = role_rule_to_change(rights.planning(guard.reader()), rule_id)
    name, role = rule.audience.name, rule.role.word
    actions.withdraw_role_rule(rule, by=guard.reader().actor)
    _, taken = actions.settle_training_roles(clock.now(), by=guard.reader().actor)
    return done(
        "people.role_rules",
        f"“{name}” no longer gives the training role {role}.",
        f"{plural(taken, 'person has', 'people have')} lost it.",
    )
