"""Reads for the page of one communication or message."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload

from engagement import clock
from engagement.addresses import kept_form
from engagement.audiences.outside.queries import Outsider, outside_reach, outsiders_in
from engagement.audiences.queries import members, people_in, reaches
from engagement.communications.models import Approval, Communication, Occurrence, SentBack, TextVersion
from engagement.communications.queries import approvals
from engagement.communications.queries.readers import DeliveryPlan, delivery_plan, reader_groups, unread_languages
from engagement.communications.rules import OccurrenceStatus
from engagement.communications.texts.queries.problems import problems_of
from engagement.communications.texts.queries.scope_texts import scope_fields, unsaid_readers
from engagement.communications.texts.queries.translations import texts_of
from engagement.communications.texts.rules.scope_values import unsaid_words
from engagement.db import db
from engagement.mail.confirmations.queries import Confirmations, confirmations_of, left_unconfirmed
from engagement.mail.queries import Waiting, delivery_counts, waiting_for_hours
from engagement.mail.rules import DeliveryState
from engagement.people.models import Person
from engagement.people.organisation.rules import UNSET, Organisation
from engagement.people.roles.queries import roles_held
from engagement.people.roles.rules import number_of
from engagement.people.rules import TrainingRole


@dataclass(frozen=True)
class OccurrencePage:
    """Everything about one message: `reach_now` is the size of its audience now, `counts` its deliveries by state.

    `outsiders` of these are stakeholders outside the directory, by name.

    `lapsed` says why an approval no longer covers what readers act on, "" when it does. `sent_back` is what has to
    change before approval is asked again. `languages` are those of its texts, its own first; `unread` is the number of
    readers by language without a text in it. `plan` says when readers would get it, None once it is out; `waiting` says
    who still waits then. `confirmations` says who has confirmed, None when nobody is asked; `gone` is how many left without
    having done so. `tells_scope` is whether its texts tell readers what is published for their training roles, and `unsaid` for whom nothing is.
    """

    occurrence: Occurrence
    problems: list[str]
    approval: Approval | None
    lapsed: str
    sent_back: SentBack | None
    history: list[Approval]
    reach_now: int
    outsiders: list[Outsider]
    counts: dict[DeliveryState, int]
    languages: list[str]
    unread: dict[str, int]
    plan: DeliveryPlan | None
    waiting: Waiting
    confirmations: Confirmations | None
    gone: int
    unsaid: list[str]
    tells_scope: bool

    @property
    def outside(self) -> int:
        """How many of its readers are outside the directory."""
        return len(self.outsiders)

    @property
    def unconfirmed(self) -> int:
        """How many people could still confirm it."""
        return self.confirmations.asked - self.confirmations.confirmed - self.gone if self.confirmations else 0

    @property
    def missing(self) -> int:
        """How many more people the audience reaches now than the message was made out to."""
        reached = self.occurrence.reached
        return max(self.reach_now - reached, 0) if reached is not None else 0


def occurrence_page(occurrence: Occurrence, organisation: Organisation = UNSET) -> OccurrencePage:
    """Return what the page of one message shows."""
    history = approvals.approvals_of(occurrence)
    standing = (a for a in history if a.withdrawn_at is None and a.text_version == occurrence.text_version)
    approval = next(standing, None)
    lapsed = approvals.lapsed_because(occurrence, approval) if approval and occurrence.status.goes_out_by_itself else ""
    communication = occurrence.communication
    on = clock.today(communication.timezone)
    people = people_in(communication.audience, on)
    groups = reader_groups(people)
    outsiders = readers_outside(occurrence)
    texts = texts_of(occurrence, organisation)
    languages = [text.language for text in texts]
    may_still_go = occurrence.status.can_be_written
    mailing, now = occurrence.mailing, clock.now()
    counts = delivery_counts(mailing.id) if mailing else {}
    asking = mailing if mailing and mailing.asks_confirmation else None
    in_hours = communication.in_working_hours
    return OccurrencePage(
        occurrence=occurrence,
        problems=problems_of(occurrence) if may_still_go else [],
        approval=None if lapsed else approval,
        lapsed=lapsed,
        sent_back=_sent_back(occurrence.id) if occurrence.status is OccurrenceStatus.DRAFT else None,
        history=history,
        reach_now=sum(group.people for group in groups) + len(outsiders),
        outsiders=outsiders,
        counts=counts,
        languages=languages,
        unread=unread_languages(groups, languages, organisation) if may_still_go else {},
        plan=delivery_plan(groups, max(occurrence.sends_at, now), organisation, in_working_hours=in_hours)
        if may_still_go
        else None,
        waiting=waiting_for_hours(now, mailing.id) if mailing else Waiting(),
        confirmations=_confirmations(asking.id, sum(counts.values())) if asking else None,
        gone=left_unconfirmed(asking.id) if asking else 0,
        unsaid=unsaid_words(unsaid_readers(communication, texts, people, len(outsiders))) if may_still_go else [],
        tells_scope=communication.wave_id is not None and bool(scope_fields(*texts)),
    )


def _confirmations(mailing_id: int, copies: int) -> Confirmations:
    return confirmations_of({mailing_id: copies}).get(mailing_id, Confirmations(0, 0))


def readers_outside(occurrence: Occurrence) -> list[Outsider]:
    """Return the stakeholders outside the directory, by name, who would get a message now."""
    communication = occurrence.communication
    reached = outsiders_in(communication.audience, clock.today(communication.timezone))
    return [each for each in reached if each.can_be_written_to]


def _sent_back(occurrence_id: int) -> SentBack | None:
    rows = select(SentBack).where(SentBack.occurrence_id == occurrence_id, SentBack.answered_at.is_(None))
    newest = rows.options(joinedload(SentBack.sent_back_by)).order_by(SentBack.id.desc())
    return db.session.scalar(newest.limit(1))


def versions_of(occurrence_id: int) -> list[TextVersion]:
    """Return all versions of a message's texts with their authors, the newest first."""
    rows = select(TextVersion).where(TextVersion.occurrence_id == occurrence_id)
    return list(db.session.scalars(rows.options(joinedload(TextVersion.written_by)).order_by(TextVersion.id.desc())))


def version_of(occurrence_id: int, version_id: int) -> TextVersion | None:
    """Return one version of a message's texts, None when this message has no such id."""
    rows = select(TextVersion).where(TextVersion.occurrence_id == occurrence_id, TextVersion.id == version_id)
    return db.session.scalar(rows.options(joinedload(TextVersion.written_by)))


def reach_of(communications: Sequence[Communication], on: date) -> dict[int, int]:
    """Return the number of people, and of those outside the directory, that each communication would reach now."""
    audiences = {row.audience_id: row.audience for row in communications}
    rules = [audience.rule for audience in audiences.values()]
    every = (people + outside for people, outside in zip(reaches(rules, on), outside_reach(rules, on), strict=True))
    numbers = dict(zip(audiences, every, strict=True))
    return {row.id: numbers[row.audience_id] for row in communications}


def some_recipients(communication: Communication, visible: ColumnElement[bool], limit: int = 12) -> list[Person]:
    """Return the first people by name in the audience now, for previews.

    `visible`, here and below, is a condition on `Person` from `waves.scopes.people_within`.
    """
    return list(db.session.scalars(_recipients(communication).where(visible).limit(limit)))


def reader_in(communication: Communication, language: str, visible: ColumnElement[bool]) -> Person | None:
    """Return the first person by name in the audience now who reads this language, None without one."""
    reads = or_(Person.language == language, Person.language.startswith(f"{language}-", autoescape=True))
    return db.session.scalar(_recipients(communication).where(reads, visible).limit(1))


def reader_in_roles(
    communication: Communication, roles: Collection[TrainingRole], visible: ColumnElement[bool]
) -> Person | None:
    """Return the first person by name in the audience now who has exactly these training roles, None without one."""
    has = roles_held() == number_of(roles) if roles else roles_held().is_(None)
    return db.session.scalar(_recipients(communication).where(has, visible).limit(1))


def recipient_by_email(communication: Communication, email: str, visible: ColumnElement[bool]) -> Person | None:
    """Return the person with this address if they are in the audience now, else None."""
    return db.session.scalar(_recipients(communication).where(Person.email == kept_form(email), visible))


def _recipients(communication: Communication) -> Select[Person]:
    return members(communication.audience, clock.today(communication.timezone))
