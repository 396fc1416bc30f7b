"""The people of a wave, now or on a past day, and adding one by hand."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import request
from sqlalchemy import Select
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.audiences.membership import actions as membership
from engagement.audiences.membership.queries import audiences_of, saved_rules, why_no_members
from engagement.audiences.models import Audience
from engagement.audiences.queries import audiences_in_use
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.frame.formats import here_today
from engagement.pages.parts.counting import count_who_moved
from engagement.pages.parts.lists import Asked
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.waves import blueprint
from engagement.pages.waves.forms import AudiencesForm, MemberForm
from engagement.people import queries as people
from engagement.people.models import Person
from engagement.programmes.scopes import reaches_programme
from engagement.reach import allow
from engagement.training.actions.assigning import settle_assignments
from engagement.waves import actions, queries
from engagement.waves.models import Wave
from engagement.waves.overlaps.queries import others_of_people
from engagement.waves.scopes import people_within, reaches_wave, wave_for
from engagement.waves.volunteers.actions import mark_volunteers
from engagement.waves.volunteers.queries import volunteers, volunteers_among
from engagement.words import listed, plural


@blueprint.route("/waves/<int:wave_id>/people", methods=["GET", "POST"])
def members(wave_id: int) -> Drawn | BaseResponse:
    """List the people of a wave with training roles, or only those without one, or volunteers; add somebody by hand."""
    reader = guard.reader()
    seen = people_within(rights.reading(reader))
    row = wave_for(rights.planning(reader) if request.method == "POST" else rights.reading(reader), wave_id)
    form = MemberForm()
    if not reaches_programme(rights.planning(reader), row.programme):
        form.person.find_only(seen, " A change manager of the programme can add people from elsewhere.")
    if form.validate_on_submit():
        with saving(form) as saved:
            person = form.person.chosen("Write whom you want to add.")
            actions.add_member(row, person, by=reader.actor)
            if form.volunteers.data:
                mark_volunteers(row, [person], by=reader.actor)
            settle_assignments(clock.now(), row.id)
        if saved:
            others = _also(row, [person.id]).get(person.id, "")
            more = f"They are in {others} too, and asked something by both." if others else ""
            return saved.to("waves.members", f"{person.name} is in {row.title}.", more, wave_id=wave_id)
    return _listed(row, form)


@blueprint.post("/waves/<int:wave_id>/audiences")
def choose_audiences(wave_id: int) -> Drawn | BaseResponse:
    """Choose the audiences whose people are in a wave."""
    reader = guard.reader()
    row = held(wave_for(rights.planning(reader), wave_id))
    # A lead who could choose audiences could see anybody by name.
    allow(reaches_programme(rights.planning(reader), row.programme), rights.planning(reader))
    form = _audiences_form(row)
    if form.validate_on_submit():
        keys = [int(key) for key in form.audiences.data or []]
        chosen = db.session.scalars(audiences_in_use().where(Audience.id.in_(keys))).all()
        with saving(form) as saved:
            came, went = membership.choose_audiences(row, chosen, on=here_today(), by=reader.actor)
            settle_assignments(clock.now(), row.id)
        if saved:
            count_who_moved()
            says = f"{plural(came, 'person has', 'people have')} joined, {plural(went, 'has', 'have')} left."
            return saved.to("waves.members", says, wave_id=wave_id)
    return _listed(row, MemberForm(formdata=None), form)


def _audiences_form(wave: Wave) -> AudiencesForm:
    """Return the form with the audiences that can say who is in a wave, and those chosen."""
    chosen, rules = audiences_of(wave.id), saved_rules()
    fit = [row for row in db.session.scalars(audiences_in_use()) if row in chosen or not why_no_members(row.id, rules)]
    form = AudiencesForm(audiences=[str(row.id) for row in chosen])
    form.audiences.choices = [SelectChoice(str(row.id), row.name) for row in fit]
    return form


def _listed(row: Wave, form: MemberForm, audiences: AudiencesForm | None = None) -> Drawn:
    """Return the list of a wave's people that the address asks for, with these forms."""
    reader = guard.reader()
    seen = people_within(rights.reading(reader))
    may_plan = reaches_wave(rights.planning(reader), row) and row.status.is_open
    may_choose = may_plan and reaches_programme(rights.planning(reader), row.programme)
    chosen = audiences or (_audiences_form(row) if may_choose else AudiencesForm(formdata=None))
    asked = Asked()
    on, without_role = _asked_day(row, asked), request.args.get("role") == "none"
    found = _members_on(row.id, on) if on else queries.members(row.id, without_role=without_role)
    asked.carry("role", "none" if without_role else "")
    only_volunteers = request.args.get("came") == "volunteers" and not on
    if only_volunteers:
        asked.carry("came", "volunteers")
        found = found.where(Person.id.in_(volunteers(row.id)))
    shown, page = asked.shown(asked.ordered(found.where(seen), queries.MEMBER_COLUMNS, usual="name", last=Person.id))
    return drawn(
        "waves/members.html",
        form,
        chosen,
        wave=row,
        audiences=chosen if may_choose else None,
        people=shown,
        roles=people.roles_of([person.id for person in shown]),
        also=_also(row, [person.id for person in shown]),
        willing=set() if on else volunteers_among(row.id, [person.id for person in shown]),
        page=page,
        asked=asked,
        without_role=without_role,
        only_volunteers=only_volunteers,
        chosen_by={**asked.carried, **({"page": str(page.number)} if page.number > 1 else {})},
        on=on,
        may_plan=may_plan,
    )


def _also(wave: Wave, person_ids: Sequence[int]) -> dict[int, str]:
    """Say of each of these people which other waves ask something of them; people without any have no entry."""
    if not wave.status.is_open:
        return {}
    overseeing = rights.overseeing(guard.reader())
    found = others_of_people(wave.id, person_ids)
    named = {
        key: [other.title if reaches_wave(overseeing, other) else "another wave" for other in others]
        for key, others in found.items()
    }
    return {key: listed(dict.fromkeys(names)) for key, names in named.items()}


def _asked_day(wave: Wave, asked: Asked) -> date | None:
    """Return the past day that the address asks about, None for today, for a future day, or for one before the wave was made."""
    on = asked.day("on", "Who was in it on", wave.made_at.date(), here_today())
    return max(on, wave.made_at.date()) if on and on < here_today() else None


def _members_on(wave_id: int, on: date) -> Select[Person]:
    begins_at = datetime.combine(on, time(), ZoneInfo(guard.settings().timezone))
    return queries.members_between(wave_id, begins_at, begins_at + timedelta(days=1))
