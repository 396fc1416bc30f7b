"""The people of a wave, now or on a past day, and adding one by hand."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import request
from sqlalchemy import Select
from werkzeug.wrappers import Response as BaseResponse

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.db import count_of, db
from engagement.pages.frame import guard
from engagement.pages.frame.formats import here_today
from engagement.pages.parts.forms import day_or_none
from engagement.pages.parts.lists import asked_page
from engagement.pages.parts.saving import Drawn, drawn, saving
from engagement.pages.waves import blueprint
from engagement.pages.waves.forms import MemberForm
from engagement.people import queries as people
from engagement.people.models import Person
from engagement.programmes.scopes import reaches_programme
from engagement.training.actions.assigning import settle_assignments
from engagement.waves import actions, queries
from engagement.waves.models import Wave
from engagement.waves.scopes import people_within, reaches_wave, wave_for


@blueprint.route("/waves/<int:wave_id>/people", methods=["GET", "POST"])
def members(wave_id: int) -> Drawn | BaseResponse:
    """List the people of a wave with training roles, or only those without one; add somebody by hand."""
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
            settle_assignments(clock.now(), row.id)
        if saved:
            return saved.to("waves.members", f"{person.name} is in {row.title}.", wave_id=wave_id)
    without_role, on = request.args.get("role") == "none", _asked_day(row)
    found = _members_on(row.id, on) if on else queries.members(row.id, without_role=without_role)
    listed = found.where(seen)
    page = asked_page(count_of(listed))
    shown = list(db.session.scalars(listed.limit(page.size).offset(page.offset)))
    return drawn(
        "waves/members.html",
        form,
        wave=row,
        people=shown,
        roles=people.roles_of([person.id for person in shown]),
        page=page,
        without_role=without_role,
        on=on,
        first_on=row.made_at.date(),
        may_plan=reaches_wave(rights.planning(reader), row) and row.status.is_open,
    )


def _asked_day(wave: Wave) -> date | None:
    """Return the past day that the address asks about; None for today, for a future day, or for one before the wave was made."""
    on = day_or_none(request.args.get("on"))
    return max(on, wave.made_at.date()) if on and on < here_today() else None


def _members_on(wave_id: int, on: date) -> Select[Person]:
    begins_at = datetime.combine(on, time(), ZoneInfo(guard.settings().timezone))
    return queries.members_between(wave_id, begins_at, begins_at + timedelta(days=1))
