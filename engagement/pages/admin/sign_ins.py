"""Pages of sign-ins: who may do what, giving and withdrawing roles, deactivating."""

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse
from wtforms import EmailField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from engagement.accounts import actions, queries
from engagement.accounts.addresses import actions as addresses
from engagement.accounts.addresses import queries as waiting
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.accounts import account_for, grant_for
from engagement.db import db
from engagement.errors import BadInput
from engagement.letters import search_key, search_words
from engagement.pages.admin import blueprint
from engagement.pages.frame import guard
from engagement.pages.frame.shell import notify
from engagement.pages.parts.fields import choices_of, row_id
from engagement.pages.parts.first_setup import lead_on
from engagement.pages.parts.forms import Form, stripped
from engagement.pages.parts.lists import Asked
from engagement.pages.parts.saving import Drawn, done, drawn, saving
from engagement.people import queries as people
from engagement.programmes import queries as programmes
from engagement.waves.queries import open_waves
from engagement.words import plural


class RoleForm(Form):
    """Who gets which role, and where it counts."""

    email = EmailField(
        "Whose work address?", filters=[stripped], validators=[InputRequired("Write an address."), Length(max=254)]
    )
    name = StringField(
        "Their name",
        description="Only for somebody who is not in the directory.",
        filters=[stripped],
        validators=[Length(max=400)],
    )
    role = RadioField(
        "Which role?",
        choices=choices_of(Role),
        validators=[InputRequired("Choose one.")],
    )
    scope = SelectField(
        "Where does it hold?",
        description="An administrator’s role always holds everywhere; a sponsor’s everywhere or for a programme.",
    )


@blueprint.get("/admin/sign-ins")
def sign_ins() -> str:
    """Everybody with a role, and what follows from the data for all others."""
    guard.allow_all(rights.administering(guard.reader()))
    asked = Asked()
    words = search_words(asked.words("words", "Name or address"))
    role = asked.word_of(Role, "role", "Role")
    found = [
        (account, grants)
        for account, grants in queries.accounts_with_roles()
        if all(word in search_key(account.name, account.email) for word in words)
        and (role is None or role in {grant.role for grant in grants})
    ]
    shown, page = asked.part_of(found)
    return render_template(
        "admin/sign_ins.html",
        accounts=[(account, [(g, waiting.scope_in_words(g)) for g in grants]) for account, grants in shown],
        asked=asked,
        page=page,
        outside=queries.outsiders(),
        waiting=len(waiting.waiting_sign_ins()),
    )


@blueprint.get("/admin/sign-ins/waiting")
def waiting_sign_ins() -> str:
    """The sign-ins that wait for an administrator: another address in the directory, or a person who came back."""
    guard.allow_all(rights.administering(guard.reader()))
    shown, page = Asked().part_of(waiting.waiting_sign_ins())
    return render_template(
        "admin/waiting_sign_ins.html",
        rows=shown,
        roles={row.account.id: [g.role.word for g in queries.open_grants(row.account.id)] for row in shown},
        rights=waiting.rights_in_words([row.account for row in shown]),
        former=waiting.former_names(row.account.person_id for row in shown if row.account.person_id is not None),
        with_other_address=sum(row.has_other_address for row in shown),
        page=page,
    )


@blueprint.post("/admin/sign-ins/addresses")
def confirm_addresses() -> BaseResponse:
    """Let everybody who was ticked sign in with the address that the directory has for them."""
    guard.allow_all(rights.administering(guard.reader()))
    ticked = (text.partition(" ") for text in request.form.getlist("chosen"))
    shown = {number: address for text, _, address in ticked if (number := row_id(text)) is not None}
    if not shown:
        raise BadInput("Nobody was ticked. Tick those whose new address is right, then confirm.")
    confirmed = addresses.confirm_addresses(shown, by=guard.reader().actor)
    who = plural(len(confirmed), "person signs in with their", "people sign in with their")
    more = "Their sessions have ended, and both addresses of each were told."
    return done("admin.waiting_sign_ins", f"{who} new address now.", more)


@blueprint.post("/admin/sign-ins/<int:account_id>/address")
def confirm_address(account_id: int) -> BaseResponse:
    """Let somebody sign in with the address that the directory has for them."""
    account = account_for(rights.administering(guard.reader()), account_id)
    addresses.confirm_address(account, request.form.get("address", ""), by=guard.reader().actor)
    return done(
        "admin.waiting_sign_ins",
        f"{account.name} signs in with {account.email}.",
        "Their sessions have ended, and both addresses were told.",
    )


@blueprint.post("/admin/sign-ins/<int:account_id>/name")
def rename_sign_in(account_id: int) -> BaseResponse:
    """Give a sign-in of somebody outside the directory the name that an HR file has for them."""
    account = account_for(rights.administering(guard.reader()), account_id)
    actions.rename(account, request.form.get("name", ""), by=guard.reader().actor)
    return done("admin.sign_ins", f"The sign-in {account.email} is that of {account.name}.")


@blueprint.route("/admin/sign-ins/new", methods=["GET", "POST"])
def give_role() -> Drawn | BaseResponse:
    """Give somebody a role; make their sign-in if they have none."""
    guard.allow_all(rights.administering(guard.reader()))
    form = RoleForm()
    form.scope.choices = [
        SelectChoice("", "Everywhere"),
        *(SelectChoice(f"programme-{p.id}", p.name, optgroup="Programmes") for p in programmes.programmes()),
        *(SelectChoice(f"wave-{w.id}", w.title, optgroup="Waves") for w in open_waves()),
        *(SelectChoice(f"department-{d.id}", d.path, optgroup="Departments") for d in people.departments()),
    ]
    if form.validate_on_submit():
        with saving(form) as saved:
            account = _account_for(form)
            role = Role(form.role.data)
            kind, _, number = (form.scope.data or "").partition("-")
            scope = {f"{kind}_id": int(number)} if kind and role is not Role.ADMINISTRATOR else {}
            actions.grant_role(account, role, by=guard.reader().actor, **scope)
        if saved:
            told = f"{account.name} is {role.word.lower()} now."
            return lead_on(saved, "admin.sign_ins", told, _how_they_sign_in(account))
    return drawn("admin/give_role.html", form, meanings={role.value: role.meaning for role in Role})


def _how_they_sign_in(account: Account) -> str:
    if account.returned_at is not None:
        return f"Their sign-in {account.email} waits for you since they came back: let them in before they can use it."
    if not account.is_active:
        return f"Their sign-in {account.email} is deactivated: let them sign in again before they can use it."
    if account.password_hash:
        return f"They sign in with {account.email}, by their password or a link."
    return f"They sign in with {account.email}, by a link; no password is needed."


def _account_for(form: RoleForm) -> Account:
    account = queries.account_by_email(form.email.data)
    if account is not None:
        return account
    person = queries.active_person_by_email(form.email.data)
    if person is not None:
        return actions.account_for_person(person)
    if not form.name.data:
        raise BadInput(
            "Nobody in the directory has this address.",
            {"name": "Nobody in the directory has this address. Write their name to make a sign-in for them."},
        )
    return actions.make_account(form.email.data, form.name.data, by=guard.reader().actor)


@blueprint.post("/admin/sign-ins/own-roles")
def take_role() -> BaseResponse:
    """Give an administrator a role for everything, on the page that needs it."""
    guard.allow_all(rights.administering(guard.reader()))
    asked = request.form.get("role", "")
    if asked not in list(Role):
        raise BadInput("There is no such role. Choose one on the page that needs it.")
    actions.grant_role(guard.account(), role := Role(asked), by=guard.reader().actor)
    db.session.commit()
    notify(f"You are {role.word.lower()} now, everywhere.", "Under Administration, Sign-ins, it can be taken back.")
    return redirect(guard.safe_path(request.form.get("back")), code=303)


@blueprint.post("/admin/sign-ins/grants/<int:grant_id>/withdrawal")
def withdraw_role(grant_id: int) -> BaseResponse:
    grant = grant_for(rights.administering(guard.reader()), grant_id)
    actions.withdraw_grant(grant, by=guard.reader().actor)
    return done("admin.sign_ins", f"{grant.account.name} is no longer {grant.role.word.lower()}.")


@blueprint.post("/admin/sign-ins/<int:account_id>/deactivation")
def deactivate(account_id: int) -> BaseResponse:
    """Forbid somebody to sign in; all their sessions end at once."""
    account = account_for(rights.administering(guard.reader()), account_id)
    actions.deactivate(account, by=guard.reader().actor)
    return done("admin.sign_ins", f"{account.name} can’t sign in any more.", "Every session they had has ended.")


@blueprint.post("/admin/sign-ins/<int:account_id>/reactivation")
def reactivate(account_id: int) -> BaseResponse:
    account = account_for(rights.administering(guard.reader()), account_id)
    actions.reactivate(account, by=guard.reader().actor)
    return done("admin.sign_ins", f"{account.name} can sign in again.")
