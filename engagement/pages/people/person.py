"""The page of one person: roles, waves, how they are reached, leaving and coming back."""

from typing import Any

from flask import redirect, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice

from engagement import clock
from engagement.accounts.actions import end_with_leaving, return_with_sign_in
from engagement.accounts.addresses.queries import what_leaving_ends
from engagement.accounts.queries import account_of_person
from engagement.accounts.scopes import rights
from engagement.attention.queries.holding import held_by
from engagement.days.local_time import zone_names
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.frame.shell import notify
from engagement.pages.parts.fields import TickField, choices_of
from engagement.pages.parts.forms import EditForm, stripped
from engagement.pages.parts.places import shown_things
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.people import blueprint
from engagement.pages.people.record import record_of
from engagement.people import actions, queries
from engagement.people.by_hand.actions import change_delivery_details
from engagement.people.by_hand.queries import said_by_hand
from engagement.people.models import Person
from engagement.people.organisation.rules import working_time
from engagement.people.rules import RoleOrigin, TrainingRole
from engagement.training.actions.assigning import settle_assignments
from engagement.waves import queries as waves
from engagement.waves.queries import person_for, waves_of_person
from engagement.waves.scopes import people_within, reaches_wave
from engagement.words import language_words

ORIGIN_WORDS = {
    RoleOrigin.FILE: "from the HR file",
    RoleOrigin.HAND: "given by hand",
    RoleOrigin.RULE: "given by a rule",
}


class RolesForm(EditForm):
    """The training roles that somebody gives a person by hand."""

    roles = TickField(
        "Roles given by hand",
        description="Roles from the HR file and by rule stay as they are.",
        choices=choices_of(TrainingRole),
    )


class DeliveryForm(EditForm):
    """When and in which language a person is reached."""

    timezone = SelectField("Time zone", validate_choice=False)
    language = StringField("Language", filters=[stripped])
    works_from = StringField("Working day begins", filters=[stripped])
    works_until = StringField("Working day ends", filters=[stripped])


def _person(person_id: int) -> Person:
    return person_for(rights.reading(guard.reader()), person_id)


def _person_to_change(person_id: int) -> Person:
    guard.allow_all(rights.keeping_people(guard.reader()))
    return _person(person_id)


@blueprint.get("/people/<int:person_id>")
def person(person_id: int) -> Drawn:
    """Show a person: where they work, whom they report to, roles, waves, and how they are reached."""
    row = _person(person_id)
    return _drawn(row, RolesForm(formdata=None, roles=_roles_by_hand(row)), _delivery_form(row, posted=False))


def _delivery_form(row: Person, *, posted: bool) -> DeliveryForm:
    form = DeliveryForm(obj=row) if posted else DeliveryForm(formdata=None, obj=row)
    settings = guard.settings()
    zones = [SelectChoice(zone, zone.replace("_", " ")) for zone in sorted(zone_names())]
    form.timezone.choices = [SelectChoice("", f"The organisation’s: {settings.timezone}"), *zones]
    begins, _, ends = settings.working_hours.partition("-")
    form.language.description = f"A tag such as en or pt-BR. Empty: the organisation’s, {settings.language}."
    form.works_from.description = f"Such as 08:30. Empty: the organisation’s, {begins}."
    form.works_until.description = f"Empty: the organisation’s, {ends}."
    return form


def _drawn(row: Person, roles_form: RolesForm, delivery_form: DeliveryForm) -> Drawn:
    reader = guard.reader()
    reading, keeps = rights.reading(reader), rights.keeping_people(reader).everything
    team = queries.team_of(row.id, people_within(reading))
    settings = guard.settings()
    return drawn(
        "people/person.html",
        roles_form,
        delivery_form,
        person=row,
        held=[(role, ORIGIN_WORDS[role.origin]) for role in queries.roles_with_origin(row.id)],
        team=team,
        waves=[(wave, reaches_wave(reading, wave)) for wave in waves.waves_of_person(row.id)],
        leaving_ends=what_leaving_ends(row) if keeps else "",
        to_hand_over=shown_things(held_by(row, reader)) if row.has_left else [],
        timezone=row.timezone or f"{settings.timezone}, the organisation’s",
        language=language_words(row.language)
        if row.language
        else f"{language_words(settings.language)}, the organisation’s",
        by_hand=said_by_hand(row.id),
        record=record_of(row, reader),
        hours=_hours(row, settings.working_hours),
        country=working_time(row.timezone, row.works_from, row.works_until, row.country, guard.organisation()).country,
        roles_form=roles_form,
        delivery_form=delivery_form,
        may_change=keeps,
        may_erase=rights.administering(reader).everything and row.erased_at is None,
    )


def _hours(row: Person, default: str) -> str:
    if row.works_from and row.works_until:
        return f"{row.works_from} to {row.works_until}"
    return f"{default.replace('-', ' to ')}, the organisation’s"


@blueprint.post("/people/<int:person_id>/roles")
def roles(person_id: int) -> Drawn | BaseResponse:
    """Save the training roles that a person gets by hand."""
    row = _person_to_change(person_id)
    form = RolesForm(roles=_roles_by_hand(held(row)))
    if form.validate_on_submit():
        roles_now = [TrainingRole(role) for role in form.roles.data or []]
        with saving(form) as saved:
            actions.give_roles(row, roles_now, origin=RoleOrigin.HAND, by=guard.reader().actor)
            asked = sum(settle_assignments(clock.now(), wave.id).asked for wave in waves_of_person(row.id))
        if saved:
            question = " What they had not finished of the old role waits for a decision." if asked else ""
            more = f"{row.name} is asked to learn what belongs to them.{question}"
            return saved.to("people.person", "The training roles are kept.", more, person_id=row.id)
    return _drawn(row, form, _delivery_form(row, posted=False))


def _roles_by_hand(row: Person) -> list[str]:
    return [given.role.value for given in queries.roles_with_origin(row.id) if given.origin is RoleOrigin.HAND]


@blueprint.post("/people/<int:person_id>/delivery")
def delivery(person_id: int) -> Drawn | BaseResponse:
    """Say when and in which language a person is reached."""
    row = _person_to_change(person_id)
    form = _delivery_form(held(row), posted=True)
    if form.validate_on_submit():
        with saving(form) as saved:
            change_delivery_details(
                row, **{field.short_name: field.data or "" for field in _asked(form)}, by=guard.reader().actor
            )
        if saved:
            more = f"It holds from the next message to {row.name}."
            return saved.to("people.person", "How they are reached is kept.", more, person_id=row.id)
    return _drawn(row, RolesForm(formdata=None, roles=_roles_by_hand(row)), form)


def _asked(form: DeliveryForm) -> list[Any]:
    return [form.timezone, form.language, form.works_from, form.works_until]


@blueprint.post("/people/<int:person_id>/leaving")
def leaving(person_id: int) -> BaseResponse:
    """Say that somebody has left."""
    row = _person_to_change(person_id)
    ends = what_leaving_ends(row)
    end_with_leaving(row, by=guard.reader().actor)
    db.session.commit()
    reached = "No message or assignment reaches them any more. Their history stays."
    notify(f"{row.name} is marked as left.", f"{reached} {ends}".strip())
    return _back(row)


@blueprint.post("/people/<int:person_id>/return")
def returning(person_id: int) -> BaseResponse:
    """Take somebody back who left."""
    row = _person_to_change(person_id)
    return_with_sign_in(row, by=guard.reader().actor)
    db.session.commit()
    account = account_of_person(row.id)
    waits = account is not None and account.returned_at is not None
    notify(
        f"{row.name} is here again.", "Their sign-in stays ended until an administrator lets them in." if waits else ""
    )
    return _back(row)


def _back(row: Person) -> BaseResponse:
    return redirect(url_for("people.person", person_id=row.id), code=303)
