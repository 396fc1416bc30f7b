"""The page of one message, from draft to sent, and the steps on its way."""

from typing import Any
from urllib.parse import urlencode

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.communications import scopes
from engagement.communications.answers.queries import DEFINITION, all_of, answers_of, with_names
from engagement.communications.models import Occurrence
from engagement.communications.queries import one_message
from engagement.communications.queries.approvals import approver_words, may_approve, possible_approvers
from engagement.communications.queries.letters import asks_confirmation
from engagement.communications.queries.one_message import OccurrencePage
from engagement.communications.queries.quiet import quiet_readers
from engagement.communications.queries.writers import outline_writers
from engagement.communications.rules import OccurrenceStatus
from engagement.communications.texts.queries.questions import question_in
from engagement.communications.texts.rules.merge_fields import FIELDS, OF_A_WAVE
from engagement.pages.calendar import blueprint, words
from engagement.pages.calendar.reading import Reading, asked_role, reading_as
from engagement.pages.calendar.sources import value_sources
from engagement.pages.calendar.writing import (
    MessageForms,
    language_to_show,
    save_typed,
    saved_by_itself,
    say_written,
)
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.keeping_words import emptied_words
from engagement.pages.parts.saving import Drawn, drawn
from engagement.planning.queries.anchored import anchor_of
from engagement.readiness.gate.queries.watching import gate_that_holds
from engagement.words import language_words, number_word


def message_at(occurrence_id: int, *, to_write: bool = False) -> Occurrence:
    """Return a message that the reader may read (or write); raises NotFound or NotAllowed."""
    if to_write:
        return scopes.message_to_write(rights.planning(guard.reader()), occurrence_id)
    return scopes.message_for(rights.reading(guard.reader()), occurrence_id)


@blueprint.route("/occurrences/<int:occurrence_id>", methods=["GET", "POST"])
def occurrence(occurrence_id: int) -> Drawn | BaseResponse:
    """Show a message with its state and text, and save a draft; a page that saves by itself gets JSON."""
    is_writing = request.method == "POST"
    row = message_at(occurrence_id, to_write=is_writing)
    if not is_writing:
        return message_shown(row, MessageForms.of(row))
    if request.accept_mimetypes.best == "application/json":
        return saved_by_itself(row)
    typed = save_typed(row)
    if typed.refused is not None:
        return refused(row.id, typed.refused)
    say_written(typed)
    return back_to(row)


def refused(occurrence_id: int, forms: MessageForms) -> Drawn:
    """Return the present page of a message with the refused forms, as they were typed."""
    row = message_at(occurrence_id)
    forms.draft.text_version.data = str(row.text_version)
    return message_shown(row, forms)


def message_shown(row: Occurrence, forms: MessageForms) -> Drawn:
    """Return the page of a message with these forms."""
    reader, planning = guard.reader(), rights.planning(guard.reader())
    page = one_message.occurrence_page(row, guard.organisation())
    writes = scopes.is_in_charge(planning, row.communication)
    approves = not page.problems and row.status.needs_approval and page.approval is None and may_approve(planning, row)
    approves = approves and (row.status is OccurrenceStatus.HELD or row.sends_at > clock.now())
    draft, *others = vars(forms).values()
    return drawn(
        "calendar/occurrence.html",
        draft,
        *others,
        page=page,
        row=row,
        forms=forms,
        **_said_of(page),
        **_understood(page),
        **_read_by(page, reading_as(row, page.outsiders)),
        **_steps_of(page, approves, writes=writes),
        editing=forms.draft.language.data or "",
        editing_words=language_words(forms.draft.language.data) if forms.draft.language.data else "",
        my_address=guard.account().email,
        fields=[f for f in FIELDS.values() if row.communication.wave or f.name not in OF_A_WAVE],
        sources=value_sources(row),
        may_see_deliveries=rights.reading_operation(reader).everything,
        counts=[(state, number) for state, number in page.counts.items() if number],
    )


def _said_of(page: OccurrencePage) -> dict[str, Any]:
    """Return the sentences of the page about the message."""
    row = page.occurrence
    in_hours = row.communication.in_working_hours
    return {
        "lede": words.lede(page, gate_that_holds(row, today())),
        "when_label": words.when_label(row),
        "when": words.when_words(row),
        "reason_above": words.reason_above(page),
        "why_moved": row.why_moved(guard.reader().timezone),
        "anchor": anchor_of(row.id),
        "plan": words.plan_words(page.plan, in_working_hours=in_hours) if page.plan else "",
        "later": words.later_lines(page.plan) if page.plan else [],
        "waiting": words.waiting_words(page.waiting),
        "quiet": words.quiet_words(quiet_readers(row.communication, row.sends_on)) if not row.status.is_out else [],
        "languages": words.language_lines(page),
        "unread": words.unread_lines(page),
        "unread_words": words.unread_words(page),
        "approver_words": approver_words(row),
        "stuck_words": words.stuck_words(row),
        "written_by": _writer_words(page),
        "asks_confirmation": asks_confirmation(row),
    }


def _understood(page: OccurrencePage) -> dict[str, Any]:
    """Return how many answered the question of a message right, altogether and by department; nothing where none is asked."""
    row, floor = page.occurrence, guard.settings().anonymity_floor
    if page.confirmations is None or not row.asked.is_begun:
        return {"answered": None}
    by_department = answers_of([row.id], floor).get(row.id, {})
    return {
        "answered": all_of(by_department),
        "answered_by": with_names(by_department),
        "answered_definition": DEFINITION.format(floor=number_word(floor)),
        "floor": floor,
    }


def _read_by(page: OccurrencePage, reading: Reading) -> dict[str, Any]:
    """Return the text as one reader gets it, and those whose reading can be chosen instead."""
    name = reading.reader.name if reading.reader else words.role_reader_words(reading.role)
    return {
        "preview": reading.preview,
        "question": question_in(page.occurrence, reading.preview.language),
        "preview_title": words.preview_title(page, name, reading.preview),
        "emptied_words": emptied_words() if reading.preview.is_emptied else "",
        "preview_note": words.preview_note(page, sees_some=bool(reading.offered), with_own=bool(reading.own)),
        "reads_outside": reading.outsider is not None,
        "outside_note": words.outside_note(page, reading.outsider.name if reading.outsider else ""),
        "stands_for": reading.stands_for,
        "sees_everybody": rights.reading(guard.reader()).everything,
        "unknown_reader": reading.unknown,
        "chosen": reading.chosen,
        "recipients": reading.offered,
        "roles": words.role_lines() if page.tells_scope else [],
        "role": reading.role,
        "why": reading.why,
    }


def _steps_of(page: OccurrencePage, approves: bool, *, writes: bool) -> dict[str, Any]:
    """Return the steps that the reader may take now."""
    row = page.occurrence
    edits = writes and row.status.can_be_written
    waits = row.status.needs_approval and page.approval is None
    return {
        "may_write": writes,
        "may_edit": edits,
        "inside": "message-form" if edits else "",
        "saves_itself": edits and not row.status.is_submitted and page.approval is None,
        "may_approve": approves,
        "may_send_back": approves and row.status is OccurrenceStatus.IN_REVIEW,
        "is_stuck": writes and waits and not possible_approvers(row),
        "may_take_up": writes and row.status is OccurrenceStatus.SKIPPED and row.communication.ended_at is None,
        "main": _main_step(page, approves, writes=writes),
    }


def _writer_words(page: OccurrencePage) -> str:
    row = page.occurrence
    if row.written_by is not None:
        return row.written_by.name
    # An outline with notes to its author is not yet a text.
    names = [] if page.problems else [account.name for account in outline_writers(row)]
    return f"{' and '.join(names)}, in the outline" if names else "nobody yet"


def _main_step(page: OccurrencePage, approves: bool, *, writes: bool) -> str:
    """Return the one main action of the page: the next step for this reader."""
    status = page.occurrence.status
    if approves:
        return "approve"
    if writes and status is OccurrenceStatus.HELD:
        if page.approval:
            return "decide"
        return "save" if page.problems or page.occurrence.sends_at <= clock.now() else "ask"
    if writes and status is OccurrenceStatus.DRAFT:
        return "save" if page.problems else "ask"
    if writes and status is OccurrenceStatus.MISSED:
        return "move"
    return ""


def back_to(row: Occurrence) -> BaseResponse:
    """Lead back to the page of a message, with the same preview and language."""
    # The recipient of the preview and the language that is being written stay chosen.
    address = url_for("calendar.occurrence", occurrence_id=row.id)
    kept = {"as": request.form.get("as", "")[:254], "language": language_to_show(row)}
    query = urlencode({name: value for name, value in kept.items() if value} | _role_kept())
    return redirect(f"{address}?{query}" if query else address, code=303)


def _role_kept() -> dict[str, str]:
    role = asked_role()
    return {} if role is None else {"role": role}
