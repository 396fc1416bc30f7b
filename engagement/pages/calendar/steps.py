"""The steps of one message: approval, test copies, moving, leaving out, deciding, sending to more people, stopping."""

from collections.abc import Callable

from flask import request
from werkzeug.wrappers import Response as BaseResponse

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.communications.actions import approving, placing, sending, writing
from engagement.communications.actions.waiting import send_to_waiting, stop_sending
from engagement.communications.models import Occurrence
from engagement.communications.queries.approvals import approver_words, may_approve
from engagement.communications.queries.one_message import readers_outside
from engagement.communications.rules import OccurrenceStatus
from engagement.communications.scopes import is_in_charge
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.pages.calendar import blueprint
from engagement.pages.calendar.message_forms import DraftForm, MoveForm, StopForm
from engagement.pages.calendar.occurrences import back_to, message_at, message_shown, refused
from engagement.pages.calendar.reading import reading_as
from engagement.pages.calendar.words import when_words
from engagement.pages.calendar.writing import MessageForms, asked_language, save_typed, say_written
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.frame.shell import notify
from engagement.pages.parts.forms import Form
from engagement.pages.parts.saving import Drawn, done, held, saving
from engagement.planning.actions.anchoring import drop_anchor
from engagement.readiness.gate.queries.watching import gate_that_holds
from engagement.readiness.gate.rules import holds_words
from engagement.words import language_words, plural


def _step(
    row: Occurrence,
    take: Callable[[], tuple[str, str]],
    name: str = "draft",
    *,
    is_of_this_text: bool = False,
) -> Drawn | BaseResponse:
    """Save what was typed, then take a step; `take` returns the notice. If refused, the page shows what was typed.

    `name` is the form that belongs to the step. A step that `is_of_this_text`, such as approving, is not taken when saving
    changed the text.
    """
    typed = save_typed(row)
    if typed.refused is not None:
        return refused(row.id, typed.refused)
    say_written(typed, first=True)
    if is_of_this_text and typed.is_changed:
        notify("You changed the text.", "So it is yours now, and somebody else looks at it.", "warn")
        return back_to(row)
    forms = MessageForms.of(row, posted=name != "draft")
    form: Form = getattr(forms, name)
    if name == "draft" or form.validate():
        with saving(form) as saved:
            says = take()
        if saved:
            notify(*says)
            return back_to(row)
    return refused(row.id, forms)


@blueprint.post("/occurrences/<int:occurrence_id>/approval-requests")
def ask_approval(occurrence_id: int) -> Drawn | BaseResponse:
    """Ask somebody else to approve the text; they are told by mail."""
    row = message_at(occurrence_id, to_write=True)

    def take() -> tuple[str, str]:
        if not approving.ask_approval(row, by=guard.reader().actor):
            return "It waits for approval.", "Nobody could give it at present; the page says what to do."
        who = approver_words(row)
        said = f"{who[:1].upper()}{who[1:]} can approve it, and is told by mail. Until then it doesn’t go out."
        return "Sent for approval.", said

    return _step(row, take)


@blueprint.post("/occurrences/<int:occurrence_id>/approvals")
def approve(occurrence_id: int) -> Drawn | BaseResponse:
    """Approve the text that the page showed."""
    row, seen = message_at(occurrence_id), DraftForm().seen_version

    def take() -> tuple[str, str]:
        approving.approve(row, by=guard.reader().actor, seen_version=seen)
        people = plural(row.reach_when_planned or 0, "person", "people")
        if row.status is OccurrenceStatus.HELD:
            return "Approved. It still waits for a decision about its time.", ""
        if (gate := gate_that_holds(row, today())) is not None:
            return "Approved, but it doesn’t go out.", holds_words(gate.wave.title, gate.state, is_approved=True)
        return f"Approved. It goes to {people}, {when_words(row)}.", "Until then the approval can be taken back."

    return _step(row, take, is_of_this_text=True)


@blueprint.post("/occurrences/<int:occurrence_id>/returns")
def send_back(occurrence_id: int) -> Drawn | BaseResponse:
    """Send the message back to its authors, with what has to change."""
    row, seen = message_at(occurrence_id), DraftForm().seen_version
    guard.allow(may_approve(rights.planning(guard.reader()), row))

    def take() -> tuple[str, str]:
        approving.send_back(row, request.form.get("comment", ""), by=guard.reader().actor, seen_version=seen)
        return "Sent back.", "Its authors are told what has to change."

    return _step(row, take, "back", is_of_this_text=True)


@blueprint.post("/occurrences/<int:occurrence_id>/withdrawals")
def withdraw_approval(occurrence_id: int) -> Drawn | BaseResponse:
    """Take back an approval, or the request for one. Writer, approver and planners may."""
    row = message_at(occurrence_id)
    planning = rights.planning(guard.reader())
    guard.allow(is_in_charge(planning, row.communication) or may_approve(planning, row))

    def take() -> tuple[str, str]:
        # If something was typed and saved, that took it back already.
        if row.status is not OccurrenceStatus.DRAFT or "body" not in request.form:
            approving.withdraw_approval(row, by=guard.reader().actor)
        return "It is a draft again.", "It doesn’t go out until somebody approves it."

    return _step(row, take)


@blueprint.post("/occurrences/<int:occurrence_id>/test-copies")
def send_test_copy(occurrence_id: int) -> Drawn | BaseResponse:
    """Send a test copy to the reader, with the values of the recipient chosen for the preview."""
    row = message_at(occurrence_id, to_write=True)
    person, account = reading_as(row, readers_outside(row)).stands_for, guard.account()

    def take() -> tuple[str, str]:
        if person is None:
            who = "nobody" if rights.reading(guard.reader()).everything else "nobody whom you see by name"
            raise RuleBroken(
                f"The audience reaches {who}, so there is no recipient whose values a test copy could show."
            )
        sending.send_test_copy(row, person, account, by=guard.reader().actor, organisation=guard.organisation())
        return f"A test copy is on its way to {account.email}.", f"It reads as {person.name} would get it."

    return _step(row, take)


@blueprint.post("/occurrences/<int:occurrence_id>/moves")
def move(occurrence_id: int) -> Drawn | BaseResponse:
    """Give the message another time."""
    row = held(message_at(occurrence_id, to_write=True))

    def take() -> tuple[str, str]:
        was_approved = row.status.goes_out_by_itself
        instant = MoveForm.of(row, posted=True).instant(row.communication.timezone)
        placing.move_occurrence(row, instant, by=guard.reader().actor)
        # What somebody moved by hand no longer follows a milestone.
        drop_anchor(row, by=guard.reader().actor)
        if was_approved and row.status is OccurrenceStatus.HELD:
            return f"It is due {when_words(row)}.", "It was approved for another time, so it needs approval again."
        return f"It is due {when_words(row)}.", row.status.word + "."

    return _step(row, take, "move")


@blueprint.post("/occurrences/<int:occurrence_id>/skipping")
def skip(occurrence_id: int) -> Drawn | BaseResponse:
    """Leave out this one message, with a reason."""
    row = message_at(occurrence_id, to_write=True)

    def take() -> tuple[str, str]:
        placing.skip_occurrence(row, request.form.get("reason", ""), by=guard.reader().actor)
        return "Left out. Nobody gets it.", "You can take it up again on this page."

    return _step(row, take, "skip")


@blueprint.post("/occurrences/<int:occurrence_id>/skipping/undoing")
def take_up(occurrence_id: int) -> BaseResponse:
    """Plan a message again that was left out."""
    row = message_at(occurrence_id, to_write=True)
    placing.take_up_occurrence(row, by=guard.reader().actor)
    db.session.commit()
    if row.status is OccurrenceStatus.MISSED:
        notify("It is taken up again.", "Its time has passed: give it another one.")
    else:
        notify("It is a draft again.", "It doesn’t go out until somebody approves it.")
    return back_to(row)


@blueprint.post("/occurrences/<int:occurrence_id>/decisions")
def decide(occurrence_id: int) -> Drawn | BaseResponse:
    """Send a held message now. To give it another time is `move`, to leave it out `skip`."""
    row = message_at(occurrence_id, to_write=True)

    def take() -> tuple[str, str]:
        sending.decide_held(row, True, by=guard.reader().actor)
        later = "People who don’t work at the moment get it in their next working hours."
        in_hours = row.communication.in_working_hours
        return "It goes out now.", later if in_hours else "The next minutes show how far it is."

    return _step(row, take)


@blueprint.post("/occurrences/<int:occurrence_id>/resumption")
def resume(occurrence_id: int) -> BaseResponse:
    """Send a message to people who joined its audience after it went out."""
    row = message_at(occurrence_id, to_write=True)
    added = sending.resume_occurrence(row, now=clock.now(), by=guard.reader().actor, organisation=guard.organisation())
    db.session.commit()
    notify(f"It goes to {plural(added, 'more person', 'more people')}." if added else "Everybody has it already.")
    return back_to(row)


@blueprint.post("/occurrences/<int:occurrence_id>/releases")
def release(occurrence_id: int) -> BaseResponse:
    """Send a message now to everybody for whom it waits until their working hours."""
    row = message_at(occurrence_id, to_write=True)
    released = send_to_waiting(row, by=guard.reader().actor)
    db.session.commit()
    notify(
        f"It goes to {plural(released, 'more person', 'more people')} now."
        if released
        else "Nobody is waiting for it now."
    )
    return back_to(row)


@blueprint.post("/occurrences/<int:occurrence_id>/stopping")
def stop(occurrence_id: int) -> Drawn | BaseResponse:
    """Stop a message on its way, with a reason. People who have it keep it; nobody else gets it."""
    row, form = message_at(occurrence_id, to_write=True), StopForm()
    if form.validate():
        with saving(form) as saved:
            stopped = stop_sending(row, form.reason.data, by=guard.reader().actor)
        if saved:
            notify(
                f"Stopped. {plural(stopped, 'person doesn’t', 'people don’t')} get it.", "People who have it keep it."
            )
            return back_to(row)
    row = message_at(row.id)
    forms = MessageForms.of(row)
    forms.stop = form
    return message_shown(row, forms)


@blueprint.post("/occurrences/<int:occurrence_id>/translation-removals")
def remove_translation(occurrence_id: int) -> BaseResponse:
    """Remove the text in one language. It stays among the versions, with what was typed last."""
    row = message_at(occurrence_id, to_write=True)
    language = asked_language(row)
    save_typed(row)
    writing.remove_translation(row, language, by=guard.reader().actor)
    return done(
        "calendar.occurrence",
        f"The text in {language_words(language)} is removed.",
        "Its readers get the message’s own text. It can be brought back from the earlier versions.",
        occurrence_id=row.id,
    )
