"""What is typed into a message's page. Every button saves it first, and the page saves it while somebody writes."""

from dataclasses import dataclass

from flask import jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.communications.actions import writing
from engagement.communications.models import Occurrence
from engagement.communications.scopes import is_in_charge
from engagement.communications.texts.queries.translations import main_language, translations_of
from engagement.communications.texts.rules.languages import check_language
from engagement.errors import BadInput
from engagement.pages.calendar.message_forms import CommentForm, DraftForm, MoveForm, ReasonForm, StopForm
from engagement.pages.calendar.words import when_words
from engagement.pages.frame import guard
from engagement.pages.frame.formats import clock_time
from engagement.pages.frame.shell import notify
from engagement.pages.parts.question import shown
from engagement.pages.parts.saving import REFUSED, held, saving


@dataclass
class MessageForms:
    """The forms of the page. When the text can be changed, they are sent as one."""

    draft: DraftForm
    move: MoveForm
    skip: ReasonForm
    stop: StopForm
    back: CommentForm

    @classmethod
    def of(cls, row: Occurrence, *, posted: bool = False) -> "MessageForms":
        """Return the forms as a message fills them, or as they were sent (`posted`); the text is in the language that the
        request names."""

        def sent(field: str) -> bool:
            return posted and field in request.form

        made = cls(
            draft_form(row, asked_language(row), posted=sent("body")),
            MoveForm.of(row, posted=sent("day")),
            ReasonForm(formdata=request.form if sent("reason") else None),
            StopForm(formdata=None),
            CommentForm(formdata=request.form if sent("comment") else None),
        )
        made.draft.drawn_from.of = lambda: made.draft.marks() | made.move.marks()
        return made


def asked_language(row: Occurrence) -> str:
    """Return the language of the translation that is being written; "" for the message's own text, or for nonsense."""
    return _language(row, request.values.get("language", ""))


def _language(row: Occurrence, tag: str) -> str:
    try:
        asked = check_language(tag[:35])
    except BadInput:
        return ""
    return "" if asked == main_language(row.communication, guard.organisation()) else asked


def language_to_show(row: Occurrence) -> str:
    """Return the language that the page shows next: the one that a button chose, else the one that was being written."""
    return _language(row, request.form["turn_to"]) if "turn_to" in request.form else asked_language(row)


def draft_form(row: Occurrence, language: str, *, posted: bool = False) -> DraftForm:
    """Return the form of a message's text in one language ("" for its own); `posted` fills it from the request."""
    there = {text.language: text for text in translations_of(row)}
    # A new translation begins with the text to translate.
    text = there.get(language, row)
    form = DraftForm(
        formdata=request.form if posted else None,
        subject=text.subject,
        body=text.body,
        **shown(text.asked),
        asks_confirmation=row.asks_confirmation,
        text_version=str(row.text_version),
        language=language,
    )
    if language and language not in there:
        # The text to translate may change meanwhile; only somebody else's translation overtakes this one.
        for field in (form.subject, form.body, form.question, form.answers, form.why):
            field.object_data = None
    return form


@dataclass
class Typed:
    """What became of the text that a request brought: whether it was saved and as what, or the forms if it was refused."""

    written: writing.Written | None = None
    refused: MessageForms | None = None

    @property
    def is_changed(self) -> bool:
        """Whether saving changed the text."""
        return self.written is not None and self.written.is_changed


def save_typed(row: Occurrence, *, by_itself: bool = False) -> Typed:
    """Save and commit the text that a request brings. Without a text, or without the right to write, nothing changes."""
    planning = rights.planning(guard.reader())
    if "body" not in request.form or not row.status.can_be_written or not is_in_charge(planning, row.communication):
        return Typed()
    forms = MessageForms.of(held(row), posted=True)
    if forms.draft.validate():
        with saving(forms.draft) as saved:
            written = _write(row, forms.draft, by_itself=by_itself)
        if saved:
            if not by_itself and forms.move.was_overtaken(request.form.get("drawn_from")):
                notify(
                    "The message was given another time after you opened the page.",
                    f"It is due {when_words(row)}.",
                    "warn",
                )
            return Typed(written)
    return Typed(refused=forms)


def _write(row: Occurrence, form: DraftForm, *, by_itself: bool) -> writing.Written:
    """Save what was typed: the message's own text, or its translation into the language that the form names."""
    subject, body = form.subject.data or "", form.body.data or ""
    # A form that carries the values it was drawn from was compared already, field by field.
    seen = row.text_version if form.drawn_from.raw_data else form.seen_version
    by, saved = guard.reader().actor, writing.Saving(seen, by_itself)
    question = form.asked() if "question" in request.form else None
    if form.language.data:
        return writing.write_translation(
            row,
            form.language.data,
            subject,
            body,
            by=by,
            question=question,
            organisation=guard.organisation(),
            saved=saved,
        )
    asks = form.asks_confirmation.data if row.communication.is_required else None
    return writing.write_occurrence(row, subject, body, by=by, asks_confirmation=asks, question=question, saved=saved)


def say_written(typed: Typed, *, first: bool = False) -> None:
    """Say that the text is saved; `first` when the button then does something else."""
    if typed.written is None or (first and not typed.is_changed):
        return
    if typed.written.withdrew_approval:
        heading = "Saved. The approval was withdrawn."
        notify(heading, "It was given for the text before. Ask for approval again.", "warn")
    elif first:
        notify("What you typed is saved.")
    else:
        notify("Saved." if typed.is_changed else "Nothing was changed.")


def saved_by_itself(row: Occurrence) -> BaseResponse:
    """Save what a page sends by itself, and answer with what the page needs for the next time."""
    typed = save_typed(row, by_itself=True)
    if typed.written is None:
        form = typed.refused.draft if typed.refused else None
        problems = [*form.form_errors, *(str(each) for field in form for each in field.errors)] if form else []
        answer = jsonify(says=" ".join(["Not saved yet.", *problems[:1], "Press the button to save."]))
        answer.status_code = REFUSED
        return answer
    fresh = MessageForms.of(row).draft
    says = f"Saved by itself at {clock_time(clock.now())}." if typed.is_changed else ""
    return jsonify(says=says, text_version=fresh.text_version.data, drawn_from=fresh.drawn_from._value())
