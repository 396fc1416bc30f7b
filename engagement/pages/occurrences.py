"""The page of one message, from draft to sent, and the steps on its way."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement import clock
from engagement.accounts import access
from engagement.communications import actions, queries, scopes
from engagement.communications.approvals import approver_words, may_approve
from engagement.communications.merging import FIELDS, OF_A_WAVE
from engagement.communications.messages import Preview, preview_as, preview_to_nobody, why_words
from engagement.communications.models import Occurrence
from engagement.communications.queries import OccurrencePage
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.pages import guard
from engagement.pages.communication_forms import DraftForm, ReasonForm, WhenForm, when_form
from engagement.pages.formats import plural, today
from engagement.pages.shell import notify
from engagement.people.models import Person


def message_at(occurrence_id: int, *, to_write: bool = False) -> Occurrence:
    """Return the message at an address for whoever may read it, or write it; raises NotFound or NotAllowed."""
    row = guard.found(queries.occurrence_row(occurrence_id))
    reader = guard.reader()
    guard.allow((scopes.is_in_charge if to_write else scopes.may_read)(reader, row.communication))
    return row


def occurrence(occurrence_id: int) -> str | BaseResponse:
    """Show a message with its state and text, and save a draft."""
    writing = request.method == "POST"
    row = message_at(occurrence_id, to_write=writing)
    if not writing:
        return message_shown(row, MessageForms.of(row))
    forms = MessageForms.of(row)
    forms.draft = DraftForm()
    try:
        written = actions.write_occurrence(
            row,
            forms.draft.subject.data or "",
            forms.draft.body.data or "",
            by=guard.reader().actor,
            seen_version=forms.draft.seen_version,
        )
    except (BadInput, RuleBroken) as error:
        # What was typed stays in the form, also where somebody else was quicker.
        db.session.rollback()
        forms.draft.take(error if isinstance(error, BadInput) else BadInput(error.sentence, {"body": error.sentence}))
        return message_shown(message_at(occurrence_id), forms)
    db.session.commit()
    if written.withdrew_approval:
        notify(
            "Saved. The approval was withdrawn.", "It was given for the text before. Ask for approval again.", "warn"
        )
    else:
        notify("Saved." if written.is_changed else "Nothing was changed.")
    return back_to(row)


@dataclass
class MessageForms:
    """The forms of the page, each as it is to be shown."""

    draft: DraftForm
    move: WhenForm
    skip: ReasonForm

    @classmethod
    def of(cls, row: Occurrence) -> "MessageForms":
        """Return the forms as a message fills them."""
        return cls(
            DraftForm(formdata=None, subject=row.subject, body=row.body, text_version=str(row.text_version)),
            when_form(row.sends_at, row.communication.timezone),
            ReasonForm(formdata=None),
        )


def message_shown(row: Occurrence, forms: MessageForms) -> str:
    """Return the page of a message with its forms as they are."""
    reader = guard.reader()
    page = queries.occurrence_page(row)
    reading = reading_as(row)
    writes = scopes.is_in_charge(reader, row.communication)
    approves = not page.problems and row.status.needs_approval and page.approval is None and may_approve(reader, row)
    approves = approves and (row.status is OccurrenceStatus.HELD or row.sends_at > clock.now())
    return render_template(
        "communications/occurrence.html",
        page=page,
        row=row,
        forms=forms,
        has_errors=bool(forms.draft.errors or forms.move.errors or forms.skip.errors),
        lede=_lede(page),
        when_label=_when_label(row.status),
        my_address=guard.account().email,
        preview=reading.preview,
        preview_title=_preview_title(row, reading.person),
        reading_as=reading.person,
        unknown_address=reading.unknown_address,
        recipients=reading.offered,
        why=why_words(row),
        fields=[f for f in FIELDS.values() if row.communication.wave or f.name not in OF_A_WAVE],
        may_write=writes,
        may_edit=writes and row.status.can_be_written,
        may_approve=approves,
        main=_main_step(page, writes, approves),
        approver_words=approver_words(row),
        may_see_deliveries=access.may_see_deliveries(reader),
        counts=[(state, number) for state, number in page.counts.items() if number],
    )


def _when_label(status: OccurrenceStatus) -> str:
    if status.is_out:
        return "Went out"
    is_over = status in (OccurrenceStatus.HELD, OccurrenceStatus.MISSED, OccurrenceStatus.SKIPPED)
    return "Was due" if is_over else "Goes out"


def _preview_title(row: Occurrence, person: Person | None) -> str:
    if row.mailing_id is not None:
        return f"As it was sent, with the values of {person.name}" if person else "As it was sent"
    return f"As {person.name} reads it" if person else "As it reads"


def _main_step(page: OccurrencePage, writes: bool, approves: bool) -> str:
    """Return the one main action of the page: what is next for this reader."""
    status = page.occurrence.status
    if approves:
        return "approve"
    if writes and status is OccurrenceStatus.HELD:
        return "decide" if page.approval else "save"
    if writes and status is OccurrenceStatus.DRAFT:
        return "save" if page.problems else "ask"
    if writes and status is OccurrenceStatus.MISSED:
        return "move"
    return ""


def _lede(page: OccurrencePage) -> str:
    row = page.occurrence
    reach = plural(page.reach_now, "person", "people")
    return {
        OccurrenceStatus.DRAFT: f"{_draft_words(row)} It would go to {reach} {row.when}; without approval it doesn’t go out.",
        OccurrenceStatus.IN_REVIEW: f"Waits for approval. Without it, nothing goes out {row.when}.",
        OccurrenceStatus.APPROVED: f"It goes out by itself to {reach}, {row.when}.",
        OccurrenceStatus.SENDING: f"It is being sent to {plural(row.reached or 0, 'person', 'people')}. You can leave this page.",
        OccurrenceStatus.SENT: f"Sent to {plural(row.reached or 0, 'person', 'people')}, {row.when}."
        if row.reached
        else "Finished without being sent to anybody.",
        OccurrenceStatus.HELD: "It waits for your decision. Nothing goes out until then.",
        OccurrenceStatus.MISSED: "Missed. Give it another time, or leave it out with a reason.",
        OccurrenceStatus.SKIPPED: "Left out. Nobody gets it.",
    }[row.status]


def _draft_words(row: Occurrence) -> str:
    is_late = row.write_by < today()
    return f"A draft, due since {row.write_by.day} {row.write_by:%B}." if is_late else "A draft."


@dataclass(frozen=True)
class _Reading:
    """As whom the text is shown: one recipient, or nobody where the audience is empty."""

    preview: Preview
    person: Person | None
    unknown_address: str
    offered: list[Person]


def reading_as(row: Occurrence) -> _Reading:
    """Return the text as the recipient reads it whom the request names, else as the first one does."""
    offered = queries.some_recipients(row.communication)
    asked = request.values.get("as", "").strip()[:254]
    found = queries.recipient_by_email(row.communication, asked) if asked else None
    person = found or (offered[0] if offered else None)
    preview = preview_as(row, person) if person else preview_to_nobody(row)
    return _Reading(preview, person, asked if asked and found is None else "", offered)


def back_to(row: Occurrence) -> BaseResponse:
    """Lead back to the page of a message."""
    # The recipient chosen for the preview stays chosen.
    address = url_for("communications.occurrence", occurrence_id=row.id)
    shown_as = request.form.get("as", "")[:254]
    return redirect(f"{address}?{urlencode({'as': shown_as})}" if shown_as else address, code=303)
