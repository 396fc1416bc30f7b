"""Saying something and reading the answer, with a name or without; the log is in `log`, what is done with a concern in `steps`.

The two pages that are open to all keep their reader unknown (see `guard.keeps_unknown`). Only sending with a name looks
at who is signed in.
"""

import secrets
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask import Flask, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from engagement import clock
from engagement.days.working_days import working_days_after
from engagement.db import db
from engagement.errors import BadInput
from engagement.pages.concerns import blueprint
from engagement.pages.concerns.brake import Brake
from engagement.pages.concerns.forms import CodeForm, ReplyForm, SayForm
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day, here_today
from engagement.pages.frame.shell import notify
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.saving import Drawn, done, drawn
from engagement.resistance import queries
from engagement.resistance.models import About, Concern
from engagement.resistance.rules import ACKNOWLEDGE_WITHIN_WORKING_DAYS, ANSWER_WITHIN_WORKING_DAYS, Sender, Source
from engagement.resistance.saying import actions
from engagement.resistance.saying.actions import Received
from engagement.resistance.saying.models import Letter
from engagement.resistance.saying.queries import concerns_of_sender, kept_under, waiting_reply
from engagement.resistance.saying.rules import Moment, receipt_groups
from engagement.settings import Outside
from engagement.waves import queries as waves
from engagement.waves.models import Wave
from engagement.words import minutes_words

Word = TypeVar("Word", bound=StrEnum)
UNKNOWN_CODE = "Nothing is kept under this code. Compare it with what you wrote down, letter by letter."
TOO_MANY_CODES = "Many codes from your network fitted nothing. Wait ten minutes, then compare yours letter by letter."
BRAKED_FOR = timedelta(minutes=10)
#: Wrong codes that one place may try: enough for an office that shares an address, with a typing error or two a person.
WRONG_CODES_PER_PLACE = 60
Page = str | BaseResponse | tuple[str, int] | tuple[str, int, dict[str, str]]


def register(app: Flask) -> None:
    """Add the brakes on anonymous sending and on tried codes to the application."""
    app.extensions["concern_brakes"] = {
        "say": Brake(app.config["SETTINGS"].concerns_per_place, BRAKED_FOR, clock.now),
        "code": Brake(WRONG_CODES_PER_PLACE, BRAKED_FOR, clock.now),
    }


def _seconds_to_wait(what: str) -> int:
    brake: Brake = current_app.extensions["concern_brakes"][what]
    return brake.seconds_to_wait(request.remote_addr or "unknown")


def _too_many(page: Drawn, seconds: int) -> tuple[str, int, dict[str, str]]:
    return page[0], 429, {"Retry-After": str(seconds)}


def _too_many_words(seconds: int) -> str:
    return (
        f"Much has come from your network just now, and this waits so that nobody floods it. Your text is still here. Send it "
        f"again in {minutes_words(seconds)}."
    )


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


def _one_of(vocabulary: type[Word], value: str | None) -> Word | None:
    return vocabulary(value) if value in list(vocabulary) else None


@blueprint.route("/concerns/new", methods=["GET", "POST"])
@guard.open_to_all("objections may be made without being known")
@guard.keeps_unknown
def new() -> Page:
    """Say something, with a name or anonymously."""
    if _is_closed_to_reader():
        return render_template("concerns/closed.html")
    form = SayForm(wave=request.args.get("wave", ""))
    if not form.validate_on_submit():
        return _say_page(form)
    sender = Sender(form.sender.data)
    wait = _seconds_to_wait("say") if sender is Sender.ANONYMOUS else 0
    if wait:
        form.take(BadInput(_too_many_words(wait)))
        return _too_many(_say_page(form), wait)
    try:
        received = _take_in(form, sender)
    except BadInput as error:
        form.take(error)
        return _say_page(form)
    db.session.commit()
    if received.code:
        return _receipt_page(received)
    notify("Sent with your name", "Somebody reads it within one working day. The answer appears on this page.")
    return redirect(url_for("concerns.mine"), 303)


def _is_closed_to_reader() -> bool:
    return guard.settings().concerns_from_outside is Outside.CLOSED and not guard.is_signed_in()


def _take_in(form: SayForm, sender: Sender) -> Received:
    is_named = sender is Sender.NAMED and guard.is_signed_in()
    is_uncounted = guard.settings().concerns_from_outside is Outside.UNCOUNTED
    return actions.say_something(
        form.text.data,
        sender,
        About(_one_of(Source, form.source.data) or Source.OTHER, _chosen_wave(form.wave.data)),
        secret=_secret(),
        moment=_now_here(),
        form_key=form.form_key.data or "",
        by=guard.reader().actor if is_named else None,
        is_from_outside=is_uncounted and not guard.is_signed_in(),
    )


def _now_here() -> Moment:
    here, now = guard.organisation(), clock.now()
    local = now.astimezone(ZoneInfo(here.timezone))
    return Moment(local.date(), here.country, local.time())


def _receipt_page(received: Received) -> str:
    morning, country = received.received_on, guard.organisation().country
    return render_template(
        "concerns/received.html",
        groups=receipt_groups(received.code or ""),
        where=guard.settings().base_url + url_for("concerns.receipt"),
        handed_over_on=morning,
        read_by=working_days_after(morning, ACKNOWLEDGE_WITHIN_WORKING_DAYS, country),
        answer_by=working_days_after(morning, ANSWER_WITHIN_WORKING_DAYS, country),
        is_signed_in=guard.is_signed_in(),
    )


def _say_page(form: SayForm) -> Drawn:
    is_signed_in = guard.is_signed_in()
    person_id = guard.reader().person_id if is_signed_in else None
    own = waves.waves_of_person(person_id) if person_id else []
    form.wave.choices = [SelectChoice(value="", label="No, or I’d rather not say")]
    form.wave.choices += [SelectChoice(value=str(wave.id), label=wave.title) for wave in own]
    if not form.form_key.data:
        form.form_key.data = secrets.token_urlsafe(24)
    return drawn(
        "concerns/new.html",
        form,
        hints={source.value: source.hint for source in Source},
        has_waves=bool(own),
        is_signed_in=is_signed_in,
        floor=guard.settings().anonymity_floor,
        handed_over_on=_now_here().handed_over_on,
        notes_outside=guard.settings().concerns_from_outside is Outside.UNCOUNTED,
    )


def _chosen_wave(chosen: str | None) -> Wave | None:
    """Return the chosen wave. Nonsense counts as none, so that a form tells nobody which waves there are."""
    number = row_id(chosen)
    return db.session.get(Wave, number) if number else None


@blueprint.route("/concerns/receipt", methods=["GET", "POST"])
@guard.open_to_all("the receipt code is all that an anonymous sender has")
@guard.keeps_unknown
def receipt() -> Page:
    """Read the answer to an anonymous concern by its code, and reply. Every wrong code gets the same sentence."""
    form = CodeForm()
    if not form.validate_on_submit():
        return _code_page(form)
    if "text" in request.form:
        actions.settle_letterbox(_now_here())
    kept = kept_under(form.code.data, secret=_secret())
    if kept is None:
        wait = _seconds_to_wait("code")
        form.take(BadInput(TOO_MANY_CODES if wait else UNKNOWN_CODE))
        return _too_many(_code_page(form), wait) if wait else _code_page(form)
    reply = ReplyForm(formdata=request.form if "text" in request.form else None)
    wait = _seconds_to_wait("say") if "text" in request.form and reply.validate() else 0
    if wait:
        reply.take(BadInput(_too_many_words(wait)))
        return _too_many(_answer_page(kept, form, reply, has_replied=False), wait)
    has_replied = "text" in request.form and not reply.errors and _take_reply(kept, reply)
    return _answer_page(kept, form, ReplyForm(formdata=None) if has_replied else reply, has_replied=has_replied)


def _answer_page(kept: Concern | Letter, form: CodeForm, reply: ReplyForm, *, has_replied: bool) -> Drawn:
    is_letter = isinstance(kept, Letter)
    if is_letter:
        reply["text"].label.text = "What do you want to add?"
    waiting = kept if isinstance(kept, Letter) else waiting_reply(kept)
    return drawn(
        "concerns/answer.html",
        reply,
        lede=_answer_lede(kept),
        code=form.code.data,
        talk=None if isinstance(kept, Letter) else queries.conversation(kept),
        waiting=waiting.text if waiting else "",
        is_letter=is_letter,
        handed_over_on=_now_here().handed_over_on,
        has_replied=has_replied,
    )


def _answer_lede(kept: Concern | Letter) -> str:
    if isinstance(kept, Letter):
        morning = day(_now_here().handed_over_on)
        return f"It waits in the letterbox. The change team gets it in the morning of {morning}."
    answer_by = kept.answer_by(guard.organisation().country)
    if answer_by:
        return f"{kept.status.own_words}. An answer is promised by {day(answer_by)}."
    return f"{kept.status.own_words}. You can reply, and somebody reads it within one working day of getting it."


def _take_reply(kept: Concern | Letter, form: ReplyForm) -> bool:
    try:
        actions.say_back_unknown(kept, form.text.data)
    except BadInput as error:
        form.take(error)
        return False
    db.session.commit()
    return True


def _code_page(form: CodeForm) -> Drawn:
    return drawn("concerns/receipt.html", form)


@blueprint.get("/me/concerns")
def mine() -> str:
    """Show what the reader said with their name, and the answers."""
    reader = guard.reader()
    own = concerns_of_sender(reader.person_id, reader.account_id)
    return render_template(
        "concerns/mine.html",
        talks=queries.conversations(own),
        country=guard.organisation().country,
        form=ReplyForm(formdata=None),
    )


@blueprint.post("/me/concerns/<int:concern_id>/replies")
def reply(concern_id: int) -> BaseResponse:
    """Reply to the answer to one's own concern."""
    concern = _own_concern(concern_id)
    actions.say_back(concern, request.form.get("text", ""), on=here_today())
    return done(
        "concerns.mine",
        "Your reply is sent",
        "Somebody of the change team reads it within one working day.",
        _anchor=f"concern-{concern.id}",
    )


def _own_concern(concern_id: int) -> Concern:
    reader = guard.reader()
    own = concerns_of_sender(reader.person_id, reader.account_id)
    return guard.found(next((concern for concern in own if concern.id == concern_id), None))
