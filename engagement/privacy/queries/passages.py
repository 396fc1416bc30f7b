"""Passages of free text in which somebody is named by others: what an administrator decides on who erases them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, Table, and_, cast, false, func, literal, not_, or_, select
from sqlalchemy.sql.schema import Column

from engagement.db import Base, db
from engagement.privacy.queries.known_as import KnownAs
from engagement.privacy.queries.reach import OF_CONCERNS, REACH
from engagement.privacy.queries.subject import Subject, in_own_concerns, rows_about, rows_by
from engagement.privacy.queries.texts import FREE_TEXT
from engagement.privacy.rules.naming import Wording

#: Characters shown on either side of what was found.
AROUND = 60
PLACES = {
    "audience": "Audience",
    "mailing": "Message that was sent",
    "translation": "Translation of a message that was sent",
    "bounce": "What a mail server wrote about a message",
    "suppression": "Reason for letting an address get mail again",
    "module": "Training module",
    "programme": "Programme",
    "workflow": "Workflow",
    "wave": "Wave",
    "wave_step": "Reason for a step of a wave",
    "wave_fallback": "The way back of a wave",
    "wave_lesson": "Lesson of a wave",
    "impact_assessment": "How a group’s change was judged",
    "impact_aspect": "What changes for a group",
    "design_occasion": "What an occasion of design was about",
    "design_point": "What was raised in design",
    "go_live_move": "Reason for another go-live",
    "worker_effect": "How a workflow affects workers",
    "notice": "Notice to workers",
    "body": "Body that has to be asked",
    "consultation": "Legal basis of a consultation",
    "handed_over": "Document handed over to a body",
    "body_question": "Question of a body",
    "body_answer": "Answer to a body",
    "position": "Position of a body",
    "value_metric": "What is measured of a workflow",
    "metric_baseline": "How a metric stood before",
    "metric_reading": "Note on a reading",
    "overruling": "Why a wave went on without something",
    "criterion_terms": "Criterion of a wave",
    "criterion_judgement": "How a criterion was judged",
    "gate_decision": "Reason for a decision about a go-live",
    "gate_value": "What was seen when a go-live was decided",
    "gate_condition": "Condition of a go-live",
    "gate_reopening": "Why a gate opened again",
    "gate_override": "Why a wave went on without its gate",
    "quiet_override": "Why training goes on in a quiet period",
    "report_snapshot": "Sentence of a kept report",
    "report_figure": "Name of what a kept figure is about",
    "own_due_day": "Reason for somebody’s own day",
    "stakeholder": "Stakeholder outside the directory",
    "stakeholder_profile": "What was said of a stakeholder",
    "stakeholder_standing": "Reason for where a stakeholder stands",
    "stakeholder_removal": "Reason for taking a stakeholder off the map",
    "stakeholder_note": "Note on a stakeholder",
    "interaction_wording": "What was said with a stakeholder",
    "mail_in": "Mail that waits to be assigned",
    "health_judgement": "Reason for how a relationship stands",
    "commitment": "Promise to a stakeholder",
    "commitment_move": "Reason for another day of a promise",
    "leadership_line": "Step of a sponsor",
    "communication": "Communication",
    "occurrence": "Text of a message",
    "occurrence_text": "Translation of a message",
    "text_version": "Earlier version of a message",
    "sent_back": "Comment on a message that was sent back",
    "concern": "Concern",
    "concern_reply": "Answer to a concern",
    "concern_step": "Note on a concern",
}


@dataclass(frozen=True)
class Passage:
    """A row of free text that names the person: where that is, and the words around what was found first.

    `is_plain` says that it can mean nobody else.
    """

    table: str
    key: int
    place: str
    before: str
    found: str
    after: str
    is_plain: bool

    @property
    def reference(self) -> str:
        """By what a form names it."""
        return f"{self.table}-{self.key}"


def passages_about(known: KnownAs, who: Subject, *, with_concerns: bool) -> list[Passage]:
    """Return where others name this person in free text; words of concerns only `with_concerns`, letters that wait never."""
    hidden = {"concern_letter"} if with_concerns else OF_CONCERNS
    names = [name for name in FREE_TEXT if name not in hidden]
    return [passage for name in names for passage, _ in passages_in(Base.metadata.tables[name], known, who)]


def passages_in(table: Table, known: KnownAs, who: Subject) -> Iterator[tuple[Passage, dict[str, Any]]]:
    """Yield each passage of a table with the texts of its row; what is about or by the person is no passage of others."""
    columns = [table.c[name] for name in FREE_TEXT[table.name]]
    wordings, plain = everything_sought(known), known.plain_wordings()
    of_others = not_(func.coalesce(own_rows(table, who), false()))
    rows = select(table.c.id, *columns).where(hinted(columns, wordings), of_others).order_by(table.c.id)
    for row in db.session.execute(rows).mappings().all():
        texts = {column.name: row[column.name] or "" for column in columns}
        match = _first(texts.values(), wordings)
        if match is None:
            continue
        text, start, end = match.string, match.start(), match.end()
        yield (
            Passage(
                table.name,
                row["id"],
                PLACES.get(table.name, "Letter that waits"),
                ("…" if start > AROUND else "") + text[max(0, start - AROUND) : start],
                match.group(),
                text[end : end + AROUND] + ("…" if len(text) > end + AROUND else ""),
                _first(texts.values(), plain) is not None,
            ),
            texts,
        )


def everything_sought(known: KnownAs) -> list[Wording]:
    """Return every wording of names, addresses and numbers; a number of up to three characters may be any."""
    return [*known.wordings(), *numbers_of(known)]


def numbers_of(known: KnownAs) -> list[Wording]:
    """Return the wordings of employee numbers."""
    return [Wording.of_number(number) for number in sorted(known.numbers) if len(number) > 3]


def _first(texts: Iterable[str], wordings: Sequence[Wording]) -> re.Match[str] | None:
    return next((match for text in texts for wording in wordings if (match := wording.pattern.search(text))), None)


def own_rows(table: Table, who: Subject) -> ColumnElement[bool]:
    """Return the condition for the rows that are about the person or were written by them."""
    written = [rows_by(table, name, who) for name in REACH[table.name].by]
    return or_(rows_about(table, who), in_own_concerns(table, who), *written)


def hinted(columns: Iterable[Column[Any]], wordings: Iterable[Wording]) -> ColumnElement[bool]:
    """Return the condition for rows in which one of the wordings may stand; the patterns say it exactly."""
    # The texts of a row are joined, so that each row is searched once for everything.
    whole: ColumnElement[str] = literal("")
    for column in columns:
        whole = whole + " " + func.coalesce(cast(column, String), "")
    return or_(false(), *(and_(*(or_(*(_has(whole, hint) for hint in group)) for group in w.hints)) for w in wordings))


def _has(text: ColumnElement[str], hint: str) -> ColumnElement[bool]:
    escaped = hint.replace("/", "//").replace("%", "/%").replace("_", "/_")
    if db.engine.dialect.name == "postgresql":
        return text.ilike(f"%{escaped}%", escape="/")
    # SQLite's LIKE ignores the case of ASCII letters, and hints consist of these if possible.
    return text.like(f"%{escaped}%", escape="/")
