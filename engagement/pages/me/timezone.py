"""The zone in which the reader sees times, and how messages reach them."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from engagement.accounts import actions as accounts
from engagement.days.local_time import zone_names
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.frame.shell import notify
from engagement.pages.me import blueprint
from engagement.pages.parts.forms import Form
from engagement.pages.parts.saving import Drawn, drawn
from engagement.people.organisation.rules import working_time
from engagement.words import language_words, zone_words

blueprint.after_request(guard.seen_by_nobody_else)


class TimezoneForm(Form):
    """The zone in which the reader sees times; empty for the person's or the organisation's."""

    timezone = SelectField("Your time zone", description="Times on every page are shown in it.")


def _zones() -> list[str]:
    return sorted(zone for zone in zone_names() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))


@blueprint.route("/me/timezone", methods=["GET", "POST"])
def timezone() -> Drawn | BaseResponse:
    """Let the reader choose the zone in which they see times."""
    account = guard.account()
    form = TimezoneForm(timezone=account.timezone or "")
    form.timezone.choices = [
        SelectChoice("", "As the organisation has it"),
        SelectChoice("UTC", "UTC"),
        *(SelectChoice(zone, zone.replace("_", " ")) for zone in _zones()),
    ]
    if form.validate_on_submit():
        accounts.choose_timezone(account, form.timezone.data or None)
        db.session.commit()
        chosen = (form.timezone.data or "").replace("_", " ")
        notify("Times are shown in your zone now" if chosen else "Times are shown as the organisation has them", chosen)
        return redirect(guard.safe_path(request.args.get("next"), url_for("me.timezone")), 303)
    return drawn("me/timezone.html", form, reached=_how_reached())


def _how_reached() -> str:
    """Say when messages reach the reader, by what the directory says of them; "" if they are not in it."""
    person = guard.person_or_none()
    if person is None:
        return ""
    organisation = guard.organisation()
    works = working_time(person.timezone, person.works_from, person.works_until, person.country, organisation)
    language = language_words(person.language or organisation.language)
    return (
        f"Messages reach you between {works.works_from} and {works.works_until}, {zone_words(works.timezone)}, on working "
        f"days, and in {language} where a text is written in it."
    )
