"""The page of one message, from draft to sent, and the steps on its way."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.communications import actions, queries, scopes
from engagement.communications.approvals import approver_words, may_approve
from engagement.communications.languages import check_language
from engagement.communications.merging import FIELDS, OF_A_WAVE
from engagement.communications.messages import Preview, asks_confirmation, preview_as, preview_to_nobody, why_for
from engagement.communications.models import Occurrence
from engagement.communications.queries import OccurrencePage
from engagement.communications.rules import OccurrenceStatus
from engagement.communications.translations import main_language, texts_of, translations_of
from engagement.communications.writers import outline_writers
from engagement.errors import BadInput
from engagement.pages.calendar import blueprint, words
from engagement.pages.calendar.message_forms import DraftForm, MoveForm, ReasonForm, StopForm
from engagement.pages.frame import guard
from engagement.pages.frame.shell import notify
from engagement.pages.parts.keeping_words import emptied_words
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.people.models import Person
from engagement.waves.scopes import people_within
from engagement.words import language_words


def message_at(occurrence_id: int, *, to_write: bool = False) -> Occurrence:
    """Return the message at an address for whoever may read it, or write it; raises NotFound or NotAllowed."""
    if to_write:
        return scopes.message_to_write(rights.planning(guard.reader()), occurrence_id)
    return scopes.message_for(rights.reading(guard.reader()), occurrence_id)


@blueprint.route("/occurrences/<int:occurrence_id>", methods=["GET", "POST"])
def occurrence(occurrence_id: int) -> Drawn | BaseResponse:
    """Show a message with its state and text, and save a draft."""
    writing = request.method == "POST"
    row = message_at(occurrence_id, to_write=writing)
    forms = MessageForms.of(row)
    if not writing:
        return message_shown(row, forms)
    forms.draft = _draft_form(held(row), asked_language(row), posted=True)
    if forms.draft.validate():
        with saving(forms.draft) as saved:
            written = _write(row, forms.draft)
        if saved:
            _say_written(written)
            return back_to(row)
    row = message_at(occurrence_id)
    forms.draft.text_version.data = str(row.text_version)
    return message_shown(row, forms)


def _say_written(written: actions.Written) -> None:
    if written.withdrew_approval:
        heading = "Saved. The approval was withdrawn."
        notify(heading, "It was given for the text before. Ask for approval again.", "warn")
    else:
        notify("Saved." if written.is_changed else "Nothing was changed.")


def _write(row: Occurrence, form: DraftForm) -> actions.Written:
    """Save what was typed: the message's own text, or its translation into the language that the form names."""
    subject, body = form.subject.data or "", form.body.data or ""
    # A form that carries what it was drawn from was compared already, field by field.
    seen = row.text_version if form.drawn_from.raw_data else form.seen_version
    by = guard.reader().actor
    if form.language.data:
        return actions.write_translation(
            row, form.language.data, subject, body, by=by, seen_version=seen, organisation=guard.organisation()
        )
    asks = form.asks_confirmation.data if row.communication.is_required else None
    return actions.write_occurrence(row, subject, body, by=by, seen_version=seen, asks_confirmation=asks)


@dataclass
class MessageForms:
    """The forms of the page, each as it is to be shown."""

    draft: DraftForm
    move: MoveForm
    skip: ReasonForm
    stop: StopForm

    @classmethod
    def of(cls, row: Occurrence) -> "MessageForms":
        """Return the forms as a message fills them; the text is the one in the language that the request names."""
        return cls(
            _draft_form(row, asked_language(row)),
            MoveForm.of(row),
            ReasonForm(formdata=None),
            StopForm(formdata=None),
        )


def asked_language(row: Occurrence) -> str:
    """Return the language into which a message is being translated, "" for its own text or what is no language."""
    try:
        asked = check_language(request.values.get("language", "")[:35])
    except BadInput:
        return ""
    return "" if asked == main_language(row.communication, guard.organisation()) else asked


def _draft_form(row: Occurrence, language: str, *, posted: bool = False) -> DraftForm:
    there = {text.language: text for text in translations_of(row)}
    # A new translation begins from what there is to translate.
    text = there.get(language, row)
    form = DraftForm(
        formdata=request.form if posted else None,
        subject=text.subject,
        body=text.body,
        asks_confirmation=row.asks_confirmation,
        text_version=str(row.text_version),
        language=language,
    )
    if language and language not in there:
        # What it begins with is the text to translate, which may change; only a translation of somebody else overtakes it.
        form.subject.object_data = form.body.object_data = None
    return form


def message_shown(row: Occurrence, forms: MessageForms) -> Drawn:
    """Return the page of a message with its forms as they are."""
    reader, planning = guard.reader(), rights.planning(guard.reader())
    page = queries.occurrence_page(row, guard.organisation())
    reading = reading_as(row)
    in_hours = row.communication.in_working_hours
    writes = scopes.is_in_charge(planning, row.communication)
    approves = not page.problems and row.status.needs_approval and page.approval is None and may_approve(planning, row)
    approves = approves and (row.status is OccurrenceStatus.HELD or row.sends_at > clock.now())
    return drawn(
        "calendar/occurrence.html",
        *vars(forms).values(),
        page=page,
        row=row,
        forms=forms,
        lede=words.lede(page),
        when_label=words.when_label(row.status),
        when=words.when_words(row),
        reason_above=words.reason_above(row.status),
        why_moved=row.why_moved(reader.timezone),
        plan=words.plan_words(page.plan, in_working_hours=in_hours) if page.plan else "",
        later=words.later_lines(page.plan) if page.plan else [],
        waiting=words.waiting_words(page.waiting),
        languages=words.language_lines(page),
        unread=words.unread_lines(page),
        unread_words=words.unread_words(page),
        editing=forms.draft.language.data or "",
        editing_words=language_words(forms.draft.language.data) if forms.draft.language.data else "",
        my_address=guard.account().email,
        preview=reading.preview,
        preview_title=words.preview_title(page, reading.person, reading.preview),
        emptied_words=emptied_words() if reading.preview.is_emptied else "",
        preview_note=words.preview_note(page, reading.offered, reading.own),
        reading_as=reading.person,
        stands_for=reading.stands_for,
        sees_everybody=rights.reading(reader).everything,
        unknown_address=reading.unknown_address,
        recipients=reading.offered,
        why=why_for(row, reading.person),
        asks_confirmation=asks_confirmation(row),
        fields=[f for f in FIELDS.values() if row.communication.wave or f.name not in OF_A_WAVE],
        may_write=writes,
        may_edit=writes and row.status.can_be_written,
        may_approve=approves,
        main=_main_step(page, writes, approves),
        approver_words=approver_words(row),
        written_by=_writer_words(page),
        may_see_deliveries=rights.reading_operation(reader).everything,
        counts=[(state, number) for state, number in page.counts.items() if number],
    )


def _writer_words(page: OccurrencePage) -> str:
    row = page.occurrence
    if row.written_by is not None:
        return row.written_by.name
    # An outline with notes to the author in it is no text yet.
    names = [] if page.problems else [account.name for account in outline_writers(row)]
    return f"{' and '.join(names)}, in the outline" if names else "nobody yet"


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


@dataclass(frozen=True)
class _Reading:
    """As whom the text is shown: a recipient whom the reader sees by name, else the reader themself, else nobody."""

    preview: Preview
    person: Person | None
    unknown_address: str
    offered: list[Person]
    own: Person | None = None

    @property
    def stands_for(self) -> Person | None:
        """Whose values the text is filled with."""
        return self.person or self.own


def reading_as(row: Occurrence) -> _Reading:
    """Return the text as the recipient reads it whom the request names, else as the first one of its language does.

    Somebody whom the reader doesn't see by name is no recipient to them.
    """
    reading = rights.reading(guard.reader())
    visible = people_within(reading)
    offered = queries.some_recipients(row.communication, visible)
    asked = request.values.get("as", "").strip()[:254]
    found = queries.recipient_by_email(row.communication, asked, visible) if asked else None
    language, organisation = asked_language(row), guard.organisation()
    if not asked and language and row.mailing_id is None:
        found = queries.reader_in(row.communication, language, visible)
        there = next((text for text in texts_of(row, organisation) if text.language == language), None)
        if found is None and there is not None:
            return _Reading(preview_to_nobody(row, organisation, there), None, "", offered)
    person = found or (offered[0] if offered else None)
    own = None if person or reading.everything else guard.person_or_none()
    shown = person or own
    preview = preview_as(row, shown, organisation) if shown else preview_to_nobody(row, organisation)
    return _Reading(preview, person, asked if asked and found is None else "", offered, own)


def back_to(row: Occurrence) -> BaseResponse:
    """Lead back to the page of a message."""
    # The recipient chosen for the preview stays chosen, and so does the language that is being written.
    address = url_for("calendar.occurrence", occurrence_id=row.id)
    kept = {"as": request.form.get("as", "")[:254], "language": asked_language(row)}
    query = urlencode({name: value for name, value in kept.items() if value})
    return redirect(f"{address}?{query}" if query else address, code=303)
