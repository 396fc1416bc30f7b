"""Short ways to the rows that the tests of the calendar need."""

from datetime import UTC, datetime, timedelta
from typing import Any

from factories import TESTER, make_account, make_programme
from sqlalchemy import select

from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.audiences.actions import save_audience
from engagement.audiences.models import Audience
from engagement.audit import Actor
from engagement.communications.actions import sending, writing
from engagement.communications.actions.approving import approve, ask_approval
from engagement.communications.actions.calendar import make_communication
from engagement.communications.actions.planning import schedule_briefing
from engagement.communications.actions.writing import write_occurrence
from engagement.communications.models import Communication, Details, Occurrence
from engagement.communications.rules import CommunicationKind, QueueOutcome
from engagement.content.question import ReaderQuestion
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.programmes.models import Programme

TEXT = (
    "Dear {{ first_name }},\n\nFrom May new claims arrive sorted. You still decide every one.\n\n{{ my_change_link }}"
)
AT_TWO = datetime(2026, 4, 14, 13, 0, tzinfo=UTC)
THURSDAYS = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH"


def make_audience(name: str = "Everybody", rule: dict[str, Any] | None = None) -> Audience:
    return save_audience(name, rule or {"field": "everybody"}, by=TESTER)


def make_writer() -> Account:
    return make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER)


def make_approver() -> Account:
    return make_account("sam@example.com", "Sam Pryce", Role.CHANGE_MANAGER)


def make_line(
    programme: Programme | None = None,
    *,
    audience: Audience | None = None,
    owner: Account | None = None,
    by: Actor = TESTER,
    name: str = "Department briefing",
    kind: CommunicationKind = CommunicationKind.DEPARTMENT_BRIEFING,
    **details: Any,
) -> Communication:
    details.setdefault("subject", "What changes in claims")
    details.setdefault("outline", "[Write here.]")
    # Tests that run by the real clock must not wait for Monday.
    details.setdefault("in_working_hours", False)
    return make_communication(
        programme or make_programme(),
        Details(kind, name, audience or make_audience(), owner or make_writer(), **details),
        by=by,
    )


def make_draft(line: Communication | None = None, at: datetime = AT_TWO) -> Occurrence:
    return schedule_briefing(line or make_line(), at, by=TESTER)


def make_approved(
    line: Communication | None = None,
    at: datetime = AT_TWO,
    body: str = TEXT,
    approver: Account | None = None,
    question: ReaderQuestion | None = None,
) -> Occurrence:
    occurrence = make_draft(line, at)
    by = occurrence.communication.owner.actor
    write_occurrence(occurrence, "What changes in claims", body, question=question, by=by)
    ask_approval(occurrence, by=occurrence.communication.owner.actor)
    approve(occurrence, by=(approver or make_approver()).actor)
    db.session.flush()
    return occurrence


def all_occurrences() -> list[Occurrence]:
    return list(db.session.scalars(select(Occurrence).order_by(Occurrence.sends_at)))


def written(body: str = TEXT) -> tuple[Occurrence, Account]:
    draft = make_draft()
    writer = draft.communication.owner
    writing.write_occurrence(draft, "What changes in claims", body, by=writer.actor)
    return draft, writer


def queue(occurrence: Occurrence, late: timedelta = timedelta(0), limit: int = 24) -> QueueOutcome:
    return sending.queue_occurrence(occurrence.id, now=AT_TWO + late, lateness_limit_hours=limit)


def deliveries() -> list[Delivery]:
    return list(db.session.scalars(select(Delivery).order_by(Delivery.id)))
