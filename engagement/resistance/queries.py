"""Reads of the resistance log, for the change team and for the sender."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from engagement.accounts.models import Account
from engagement.days.working_days import working_days_before
from engagement.db import db
from engagement.letters import search_words
from engagement.people.models import Department
from engagement.resistance.models import Concern, ConcernReply, ConcernResponse, ConcernStep
from engagement.resistance.rules import (
    ACKNOWLEDGE_WITHIN_WORKING_DAYS,
    ANSWER_WITHIN_WORKING_DAYS,
    ConcernStatus,
    LeftOut,
    Severity,
    Source,
)
from engagement.searching import by_name, holds_words


@dataclass(frozen=True)
class LogFilters:
    """Filters of the log; None doesn't filter. `is_open` True shows concerns that wait for an answer.

    `below` is the lineage of a department, and `came` the first and the last day on which they came in.
    """

    source: Source | None = None
    status: ConcernStatus | None = None
    severity: Severity | None = None
    wave_id: int | None = None
    below: str | None = None
    came: tuple[date, date] | None = None
    owner_id: int | None = None
    person_id: int | None = None
    is_open: bool | None = None
    is_late: bool = False
    older_than_days: int | None = None
    left_out: LeftOut | None = None
    words: str = ""


@dataclass(frozen=True)
class SourceCount:
    """How many concerns of one source wait for an answer, and how many have one."""

    source: Source
    open: int
    answered: int


@dataclass(frozen=True)
class Message:
    """One turn of the conversation, in reading order: the text, its author (None: the sender) and day."""

    text: str
    author: str | None
    written_on: date


@dataclass(frozen=True)
class Conversation:
    """A concern with all replies and steps."""

    concern: Concern
    messages: Sequence[Message]
    steps: Sequence[ConcernStep]


@dataclass(frozen=True)
class Waiting:
    """Concerns that need somebody now: unread ones, and read ones whose answer is late; the longest wait first.

    The counts are of all of them, the sequences hold the first few.
    """

    unread: Sequence[Concern]
    unread_count: int
    late: Sequence[Concern]
    late_count: int


@dataclass(frozen=True)
class WaitingCounts:
    """How many concerns wait for an answer, and how many of them longer than promised."""

    open: int
    late: int


def late_to_acknowledge(on: date, country: str) -> ColumnElement[bool]:
    """Return the condition on `Concern` that nobody has read it on a day, though it was promised earlier."""
    first_in_time = working_days_before(on, ACKNOWLEDGE_WITHIN_WORKING_DAYS, country)
    return and_(Concern.status == ConcernStatus.RECEIVED, Concern.received_on < first_in_time)


def late_to_answer(on: date, country: str) -> ColumnElement[bool]:
    """Return the condition on `Concern` that its sender waits for an answer promised for an earlier day."""
    return Concern.waiting_since_on < working_days_before(on, ANSWER_WITHIN_WORKING_DAYS, country)


def late_at_end_of(on: date, country: str) -> ColumnElement[bool]:
    """Return the condition on `Concern` that a promise is broken at the end of a day, that day's promises included."""
    after = on + timedelta(days=1)
    return late_to_acknowledge(after, country) | late_to_answer(after, country)


def concerns_listed(
    readable: ColumnElement[bool], on: date, country: str, filters: LogFilters = LogFilters()
) -> Select[Concern]:
    """Return a SELECT of `readable` concerns (see `scopes`): waiting ones by longest wait, then answered, newest first."""
    query = select(Concern).where(readable, holds_words(search_words(filters.words), Concern.text))
    exact = (
        (Concern.source, filters.source),
        (Concern.status, filters.status),
        (Concern.severity, filters.severity),
        (Concern.wave_id, filters.wave_id),
        (Concern.owner_id, filters.owner_id),
        (Concern.person_id, filters.person_id),
        (Concern.left_out, filters.left_out),
    )
    for column, wanted in exact:
        if wanted is not None:
            query = query.where(column == wanted)
    if filters.is_open is not None:
        query = query.where(Concern.answered_on.is_(None) if filters.is_open else Concern.answered_on.is_not(None))
    if filters.is_late:
        query = query.where(late_to_acknowledge(on, country) | late_to_answer(on, country))
    if filters.below is not None:
        within = select(Department.id).where(Department.lineage.startswith(filters.below, autoescape=True))
        query = query.where(Concern.department_id.in_(within))
    if filters.came is not None:
        query = query.where(Concern.received_on.between(*filters.came))
    if filters.older_than_days is not None:
        query = query.where(Concern.received_on < on - timedelta(days=filters.older_than_days))
    return query.order_by(
        Concern.answered_on.is_not(None), Concern.waiting_since_on, Concern.answered_on.desc(), Concern.id
    )


def log_page(rows: Select[Concern], offset: int, limit: int) -> list[Concern]:
    """Return one page of the log, with wave, person, department and owner loaded."""
    return list(db.session.scalars(_with_names(rows).offset(offset).limit(limit)))


def said_with_name(person_id: int, readable: ColumnElement[bool]) -> Select[Concern]:
    """Return a SELECT of what somebody said with their name, the newest first."""
    theirs = (Concern.person_id == person_id, Concern.is_anonymous.is_(False))
    return select(Concern).where(readable, *theirs).order_by(Concern.received_on.desc(), Concern.id)


def _with_names(rows: Select[Concern]) -> Select[Concern]:
    return rows.options(
        joinedload(Concern.wave),
        joinedload(Concern.department),
        joinedload(Concern.owner),
        joinedload(Concern.person),
        joinedload(Concern.logged_by),
    )


def conversation(concern: Concern) -> Conversation:
    """Return one concern with all its replies and steps, in two queries."""
    return conversations([concern])[0]


def conversations(concerns: Sequence[Concern]) -> list[Conversation]:
    """Return these concerns with all replies and steps, in their order, in two queries."""
    ids = [concern.id for concern in concerns]
    replies = db.session.scalars(
        select(ConcernReply)
        .where(ConcernReply.concern_id.in_(ids))
        .options(joinedload(ConcernReply.author))
        .order_by(ConcernReply.place)
    ).all()
    steps = db.session.scalars(
        select(ConcernStep)
        .where(ConcernStep.concern_id.in_(ids))
        .options(joinedload(ConcernStep.by))
        .order_by(ConcernStep.at, ConcernStep.id)
    ).all()
    return [
        Conversation(
            concern,
            [
                Message(concern.text, None, concern.received_on),
                *(
                    Message(r.text, r.author.name if r.author else None, r.written_on)
                    for r in replies
                    if r.concern_id == concern.id
                ),
            ],
            [step for step in steps if step.concern_id == concern.id],
        )
        for concern in concerns
    ]


def responses_tried(concern_id: int) -> dict[str, date]:
    """Return the titles of the responses that are tried for a concern, and since when."""
    rows = select(ConcernResponse.title, ConcernResponse.tried_on).where(ConcernResponse.concern_id == concern_id)
    return dict(db.session.execute(rows).all())


def waiting_at_end_of(on: date) -> ColumnElement[bool]:
    """Return the condition on `Concern` that it waited for an answer at the end of a day.

    A reopened concern counts as waiting throughout.
    """
    return and_(Concern.received_on <= on, or_(Concern.answered_on.is_(None), Concern.answered_on > on))


def counts_by_source(within: ColumnElement[bool], on: date) -> list[SourceCount]:
    """Return for each source how many concerns within the condition were waiting and answered at the end of day `on`.

    Don't use these counts in reports, which hide small groups: see `figures`.
    """
    counted = {
        source: (waiting, answered)
        for source, waiting, answered in db.session.execute(
            select(
                Concern.source,
                func.count().filter(waiting_at_end_of(on)),
                func.count().filter(Concern.answered_on <= on),
            )
            .where(within)
            .group_by(Concern.source)
        )
    }
    return [SourceCount(source, *counted.get(source, (0, 0))) for source in Source]


def open_by_source(wave_id: int, on: date) -> list[SourceCount]:
    """Return a wave's counts by source at the end of day `on`, for readers who may read all its concerns."""
    return counts_by_source(Concern.wave_id == wave_id, on)


def waiting_counts(readable: ColumnElement[bool], on: date, country: str) -> WaitingCounts:
    """Return how many concerns waited at the end of day `on`, and how many of them longer than promised.

    These are unread ones, and read ones not answered in time.
    """
    late = late_at_end_of(on, country)
    row = db.session.execute(
        select(func.count(), func.count().filter(late)).where(readable, waiting_at_end_of(on))
    ).one()
    return WaitingCounts(*row)


def needs_answer(readable: ColumnElement[bool], on: date, country: str, limit: int = 5) -> Waiting:
    """Return the concerns that need the change team now, the longest wait first, in at most three queries."""
    is_unread = Concern.status == ConcernStatus.RECEIVED
    is_late = and_(Concern.status != ConcernStatus.RECEIVED, late_to_answer(on, country))
    unread_count, late_count = db.session.execute(
        select(func.count().filter(is_unread), func.count().filter(is_late)).where(
            readable, Concern.answered_on.is_(None)
        )
    ).one()

    def first(condition: ColumnElement[bool]) -> list[Concern]:
        rows = select(Concern).where(readable, condition).order_by(Concern.waiting_since_on, Concern.id)
        return log_page(rows, 0, limit)

    unread = first(is_unread) if unread_count else []
    return Waiting(unread, unread_count, first(is_late) if late_count else [], late_count)


def received_between(readable: ColumnElement[bool], first: date, last: date) -> dict[Source, int]:
    """Return how many concerns came in by source between two days, both included, the most frequent first."""
    number = func.count()
    counted = db.session.execute(
        select(Concern.source, number)
        .where(readable, Concern.received_on.between(first, last))
        .group_by(Concern.source)
        .order_by(number.desc(), Concern.source)
    )
    return {row[0]: row[1] for row in counted}


def owners(readable: ColumnElement[bool]) -> list[Account]:
    """Return the accounts, by name, that own readable concerns."""
    holding = select(Concern.owner_id).where(readable, Concern.owner_id.is_not(None))
    holders = select(Account).where(Account.id.in_(holding))
    return list(db.session.scalars(holders.order_by(by_name(Account.name), Account.id)))
