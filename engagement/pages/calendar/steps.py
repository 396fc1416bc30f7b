"""The steps of one message on its way: asking, approving, test copies, moving, skipping, deciding, resuming."""

from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Response as BaseResponse

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.communications import actions
from engagement.communications.approvals import approver_words, may_approve
from engagement.communications.models import Occurrence
from engagement.communications.rules import OccurrenceStatus
from engagement.communications.scopes import is_in_charge
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.pages.calendar import blueprint
from engagement.pages.calendar.message_forms import DraftForm, MoveForm, ReasonForm, StopForm
from engagement.pages.calendar.occurrences import (
    MessageForms,
    asked_language,
    back_to,
    message_at,
    message_shown,
    reading_as,
)
from engagement.pages.calendar.words import when_words
from engagement.pages.frame import guard
from engagement.pages.frame.shell import notify
from engagement.pages.parts.forms import Form
from engagement.pages.parts.saving import Drawn, done, held, saving
from engagement.words import language_words, plural


def _refused(row: Occurrence, take: Callable[[], Any]) -> Drawn | None:
    """Do one step and commit; where the text has problems, return the page with them instead."""
    forms = MessageForms.of(row)
    with saving(forms.draft) as saved:
        take()
    return None if saved else message_shown(message_at(row.id), forms)


@blueprint.post("/occurrences/<int:occurrence_id>/approval-requests")
def ask_approval(occurrence_id: int) -> Drawn | BaseResponse:
    """Ask for approval."""
    row = message_at(occurrence_id, to_write=True)
    refused = _refused(row, lambda: actions.ask_approval(row, by=guard.reader().actor))
    if refused is not None:
        return refused
    who = approver_words(row)
    notify("Sent for approval.", f"{who[:1].upper()}{who[1:]} can approve it. Until then it doesn’t go out.")
    return back_to(row)


@blueprint.post("/occurrences/<int:occurrence_id>/approvals")
def approve(occurrence_id: int) -> Drawn | BaseResponse:
    """Approve the text as it was shown."""
    row = message_at(occurrence_id)
    seen = DraftForm().seen_version
    refused = _refused(row, lambda: actions.approve(row, by=guard.reader().actor, seen_version=seen))
    if refused is not None:
        return refused
    people = plural(row.reach_when_planned or 0, "person", "people")
    if row.status is OccurrenceStatus.HELD:
        notify("Approved. It still waits for a decision about its time.")
    else:
        notify(f"Approved. It goes to {people}, {when_words(row)}.", "Until then the approval can be taken back.")
    return back_to(row)


@blueprint.post("/occurrences/<int:occurrence_id>/withdrawals")
def withdraw_approval(occurrence_id: int) -> BaseResponse:
    """Take an approval or the asking for it back: its writer, whoever plans, and its approver may."""
    row = message_at(occurrence_id)
    planning = rights.planning(guard.reader())
    guard.allow(is_in_charge(planning, row.communication) or may_approve(planning, row))
    actions.withdraw_approval(row, by=guard.reader().actor)
    db.session.commit()
    notify("It is a draft again.", "It doesn’t go out until somebody approves it.")
    return back_to(row)


@blueprint.post("/occurrences/<int:occurrence_id>/test-copies")
def send_test_copy(occurrence_id: int) -> BaseResponse:
    """Send a test copy to the reader, with the values of the recipient chosen for the preview."""
    row = message_at(occurrence_id, to_write=True)
    person = reading_as(row).stands_for
    if person is None:
        who = "nobody" if rights.reading(guard.reader()).everything else "nobody whom you see by name"
        raise RuleBroken(f"The audience reaches {who}, so there is no recipient whose values a test copy could show.")
    account = guard.account()
    actions.send_test_copy(row, person, account, by=guard.reader().actor, organisation=guard.organisation())
    db.session.commit()
    notify(f"A test copy is on its way to {account.email}.", f"It reads as {person.name} would get it.")
    return back_to(row)


@blueprint.post("/occurrences/<int:occurrence_id>/moves")
def move(occurrence_id: int) -> Drawn | BaseResponse:
    """Give the message another time."""
    row = held(message_at(occurrence_id, to_write=True))
    form = MoveForm.of(row, posted=True)

    def take() -> tuple[str, str]:
        actions.move_occurrence(row, form.instant(row.communication.timezone), by=guard.reader().actor)
        return f"It is due {when_words(row)}.", row.status.word + "."

    return _with_form(row, "move", form, take)


def _with_form(row: Occurrence, name: str, form: Form, take: Callable[[], tuple[str, str]]) -> Drawn | BaseResponse:
    """Take a step whose form of the page is `name`; `take` returns what is said of it. Refused, it is drawn as it was typed."""
    if form.validate():
        with saving(form) as saved:
            says = take()
        if saved:
            notify(*says)
            return back_to(row)
    row = message_at(row.id)
    forms = MessageForms.of(row)
    setattr(forms, name, form)
    return message_shown(row, forms)


@blueprint.post("/occurrences/<int:occurrence_id>/skipping")
def skip(occurrence_id: int) -> Drawn | BaseResponse:
    """Leave the message out, with a reason."""
    row, form = message_at(occurrence_id, to_write=True), ReasonForm()

    def take() -> tuple[str, str]:
        actions.skip_occurrence(row, form.reason.data, by=guard.reader().actor)
        return "Left out. Nobody gets it.", ""

    return _with_form(row, "skip", form, take)


@blueprint.post("/occurrences/<int:occurrence_id>/decisions")
def decide(occurrence_id: int) -> BaseResponse:
    """Send a held message now; another time is a move, leaving it out a skip."""
    row = message_at(occurrence_id, to_write=True)
    actions.decide_held(row, True, by=guard.reader().actor)
    db.session.commit()
    later = "Who doesn’t work at the moment gets it in their next working hours."
    notify("It goes out now.", later if row.communication.in_working_hours else "The next minutes show how far it is.")
    return back_to(row)


@blueprint.post("/occurrences/<int:occurrence_id>/resumption")
def resume(occurrence_id: int) -> BaseResponse:
    """Send a message that is out to those who came into its audience since."""
    row = message_at(occurrence_id, to_write=True)
    added = actions.resume_occurrence(row, now=clock.now(), by=guard.reader().actor, organisation=guard.organisation())
    db.session.commit()
    notify(f"It goes to {plural(added, 'more person', 'more people')}." if added else "Everybody has it already.")
    return back_to(row)


@blueprint.post("/occurrences/<int:occurrence_id>/releases")
def release(occurrence_id: int) -> BaseResponse:
    """Send a message at once to those who wait for their working hours."""
    row = message_at(occurrence_id, to_write=True)
    released = actions.send_to_waiting(row, by=guard.reader().actor)
    db.session.commit()
    notify(
        f"It goes to {plural(released, 'more person', 'more people')} now." if released else "Nobody waits any more."
    )
    return back_to(row)


@blueprint.post("/occurrences/<int:occurrence_id>/stopping")
def stop(occurrence_id: int) -> Drawn | BaseResponse:
    """Stop a message on its way, with a reason: who has not had it gets none."""
    row, form = message_at(occurrence_id, to_write=True), StopForm()

    def take() -> tuple[str, str]:
        stopped = actions.stop_sending(row, form.reason.data, by=guard.reader().actor)
        return f"Stopped. {plural(stopped, 'person doesn’t', 'people don’t')} get it.", "Who has had it keeps it."

    return _with_form(row, "stop", form, take)


@blueprint.post("/occurrences/<int:occurrence_id>/translation-removals")
def remove_translation(occurrence_id: int) -> BaseResponse:
    """Take the text in one language out."""
    row = message_at(occurrence_id, to_write=True)
    language = asked_language(row)
    actions.remove_translation(row, language, by=guard.reader().actor)
    return done(
        "calendar.occurrence",
        f"The text in {language_words(language)} is removed.",
        "Its readers get the message’s own text.",
        occurrence_id=row.id,
    )
