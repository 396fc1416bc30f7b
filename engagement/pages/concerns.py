"""Saying something and reading the answer, with a name or without; the log is in `concern_log`, what is done with a concern in `concern_steps`.

The anonymous ways write nothing about who asks: they read the session for the form's token only, leave no log line (see
`headers.UNLOGGED`), set no cookie, and are shown as to nobody in particular.
"""

import secrets
from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from engagement.db import db
from engagement.errors import BadInput
from engagement.pages import concern_log, concern_steps, guard
from engagement.pages.concern_forms import CodeForm, ReplyForm, SayForm
from engagement.pages.shell import notify
from engagement.resistance import actions, queries
from engagement.resistance.actions import Received
from engagement.resistance.models import Concern
from engagement.resistance.receipts import receipt_groups
from engagement.resistance.rules import (
    ACKNOWLEDGE_WITHIN_WORKING_DAYS,
    ANSWER_WITHIN_WORKING_DAYS,
    Sender,
    Source,
    working_day_after,
)
from engagement.waves import queries as waves
from engagement.waves.models import Wave

blueprint = Blueprint("concerns", __name__)
concern_log.add_to(blueprint)
concern_steps.add_to(blueprint)
Word = TypeVar("Word", bound=StrEnum)
UNKNOWN_CODE = "Nothing is kept under this code. Compare it with what you wrote down, letter by letter."


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


def _one_of(vocabulary: type[Word], value: str | None) -> Word | None:
    return vocabulary(value) if value in list(vocabulary) else None


@blueprint.route("/concerns/new", methods=["GET", "POST"])
@guard.open_to_all("objections may be made without being known")
def new() -> str | BaseResponse:
    """Say something, with a name or anonymously."""
    form = SayForm(wave=request.args.get("wave", ""))
    if form.validate_on_submit():
        try:
            received = _take_in(form, Sender(form.sender.data))
        except BadInput as error:
            form.take(error)
        else:
            db.session.commit()
            if received.code:
                return _receipt_page(received)
            notify("Sent with your name", "Somebody reads it within one working day. The answer appears on this page.")
            return redirect(url_for("concerns.mine"), 303)
    return _say_page(form)


def _take_in(form: SayForm, sender: Sender) -> Received:
    if sender is Sender.ANONYMOUS:
        guard.stay_unnamed()
    reader = guard.reader_or_none()
    return actions.say_something(
        form.text.data,
        sender,
        secret=_secret(),
        on=concern_log.here_today(),
        form_key=form.form_key.data or "",
        source=_one_of(Source, form.source.data),
        wave=_chosen_wave(form.wave.data),
        by=reader.actor if reader else None,
    )


def _receipt_page(received: Received) -> str:
    return render_template(
        "concerns/received.html",
        groups=receipt_groups(received.code or ""),
        where=guard.settings().base_url + url_for("concerns.receipt"),
        read_by=working_day_after(received.received_on, ACKNOWLEDGE_WITHIN_WORKING_DAYS),
        answer_by=working_day_after(received.received_on, ANSWER_WITHIN_WORKING_DAYS),
    )


def _say_page(form: SayForm) -> str:
    reader = guard.reader_or_none()
    own = waves.waves_of_person(reader.person_id) if reader and reader.person_id else []
    form.wave.choices = [SelectChoice(value="", label="No, or I’d rather not say")]
    form.wave.choices += [SelectChoice(value=str(wave.id), label=wave.title) for wave in own]
    if not form.form_key.data:
        form.form_key.data = secrets.token_urlsafe(24)
    return render_template(
        "concerns/new.html",
        form=form,
        hints={source.value: source.hint for source in Source},
        has_waves=bool(own),
        is_signed_in=reader is not None,
        floor=guard.settings().anonymity_floor,
        has_errors=bool(form.errors),
        day_there=concern_log.here_today(),
    )


def _chosen_wave(chosen: str | None) -> Wave | None:
    """Return the wave that was chosen; nonsense counts as none, so that a form tells nobody which waves there are."""
    return db.session.get(Wave, int(chosen)) if chosen and chosen.isdigit() and len(chosen) < 10 else None


@blueprint.route("/concerns/receipt", methods=["GET", "POST"])
@guard.open_to_all("the receipt code is all that an anonymous sender has")
def receipt() -> str:
    """Read the answer to an anonymous concern by its code, and reply; every code that fits nothing gets one sentence."""
    guard.stay_unnamed()
    form = CodeForm()
    if not form.validate_on_submit():
        return _code_page(form)
    concern = queries.concern_by_receipt(form.code.data, secret=_secret())
    if concern is None:
        form.take(BadInput(UNKNOWN_CODE))
        return _code_page(form)
    reply = ReplyForm(formdata=request.form if "text" in request.form else None)
    has_replied = "text" in request.form and _take_reply(concern, reply)
    if has_replied:
        reply = ReplyForm(formdata=None)
    return render_template(
        "concerns/answer.html",
        code=form.code.data,
        talk=queries.conversation(concern),
        form=reply,
        has_replied=has_replied,
        has_errors=bool(reply.errors),
    )


def _take_reply(concern: Concern, form: ReplyForm) -> bool:
    if not form.validate():
        return False
    try:
        actions.reply_as_sender(concern, form.text.data, on=concern_log.here_today())
    except BadInput as error:
        form.take(error)
        return False
    db.session.commit()
    return True


def _code_page(form: CodeForm) -> str:
    return render_template("concerns/receipt.html", form=form, has_errors=bool(form.errors))


@blueprint.get("/me/concerns")
def mine() -> str:
    """What the reader said with their name, and what was answered."""
    reader = guard.reader()
    own = queries.concerns_of_sender(reader.person_id, reader.account_id)
    return render_template("concerns/mine.html", talks=queries.conversations(own), form=ReplyForm(formdata=None))


@blueprint.post("/me/concerns/<int:concern_id>/replies")
def reply(concern_id: int) -> BaseResponse:
    """Say something back about one's own concern."""
    concern = _own_concern(concern_id)
    actions.reply_as_sender(concern, request.form.get("text", ""), on=concern_log.here_today())
    db.session.commit()
    notify("Your reply is sent", "Somebody of the change team reads it within one working day.")
    return redirect(url_for("concerns.mine", _anchor=f"concern-{concern.id}"), 303)


def _own_concern(concern_id: int) -> Concern:
    reader = guard.reader()
    own = queries.concerns_of_sender(reader.person_id, reader.account_id)
    return guard.found(next((concern for concern in own if concern.id == concern_id), None))
