"""What is counted of the people of many waves: briefings, role statements, notices, and friendly users. One statement each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import String, and_, case, cast, exists, func, literal, or_, select, union, union_all
from sqlalchemy.orm import aliased

from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import CommunicationKind
from engagement.db import db
from engagement.mail.models import Acknowledgement, Delivery, Mailing
from engagement.mail.rules import DeliveryState
from engagement.notices.models import Notice
from engagement.people.models import Person, PersonRole
from engagement.programmes.models import Workflow
from engagement.programmes.scope.models import ScopeStatement
from engagement.programmes.scope.queries import holds_now
from engagement.programmes.scope.rules import StatementFor
from engagement.stakeholders.champions.queries import is_champion_on
from engagement.stakeholders.models import Champion
from engagement.training.models import Assignment
from engagement.training.queries.counts import Count
from engagement.training.queries.standing import belonging, standing_of
from engagement.training.scope_answers.models import ScopeAnswer
from engagement.waves.models import Membership, Wave, WaveWorkflow
from engagement.waves.rules import WaveStatus

NONE = Count()
_USED = (WaveStatus.LIVE, WaveStatus.STABILISING, WaveStatus.CLOSED)


@dataclass(frozen=True)
class Briefed:
    """How many members of a wave were sent a briefing of it; of those asked to confirm, how many confirmed every one."""

    sent: int = 0
    confirming: Count = NONE


def briefed_in_waves(wave_ids: Sequence[int]) -> dict[int, Briefed]:
    """Return whom the department briefings of each wave reached among its present members; waves without any have no entry."""
    # Begun at the copies of briefings, of which there may be none, not at everybody in the wave.
    sent = (
        select(Occurrence.mailing_id)
        .join(Communication, Communication.id == Occurrence.communication_id)
        .where(
            Communication.wave_id.in_(wave_ids),
            Communication.kind == CommunicationKind.DEPARTMENT_BRIEFING,
            Occurrence.mailing_id.is_not(None),
        )
    )
    asks = case((Mailing.asks_confirmation, 1), else_=0)
    of_person = (
        select(
            Membership.wave_id,
            func.max(asks).label("asked"),
            func.min(case((and_(Mailing.asks_confirmation, Acknowledgement.id.is_(None)), 0), else_=1)).label("all"),
        )
        .join(Delivery, and_(Delivery.person_id == Membership.person_id, Delivery.state == DeliveryState.SENT))
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .join(Occurrence, Occurrence.mailing_id == Mailing.id)
        .join(Communication, Communication.id == Occurrence.communication_id)
        .outerjoin(
            Acknowledgement,
            and_(Acknowledgement.mailing_id == Mailing.id, Acknowledgement.person_id == Membership.person_id),
        )
        .where(
            Membership.wave_id.in_(wave_ids),
            Membership.ended_at.is_(None),
            Communication.wave_id == Membership.wave_id,
            Delivery.mailing_id.in_(sent),
        )
        .group_by(Membership.wave_id, Membership.person_id)
        .subquery()
    )
    confirmed = case((and_(of_person.c.asked == 1, of_person.c.all == 1), 1), else_=0)
    counted = select(of_person.c.wave_id, func.count(), func.sum(of_person.c.asked), func.sum(confirmed))
    rows = db.session.execute(counted.group_by(of_person.c.wave_id))
    return {wave_id: Briefed(sent, Count(int(asked), int(done))) for wave_id, sent, asked, done in rows}


def statements_in_waves(wave_ids: Sequence[int]) -> dict[int, Count]:
    """Return of each wave how many people have statements to confirm, and how many confirmed them all.

    Whom a statement is for is said by `programmes.scope.rules.applying`; this asks the same of many people at once.
    """
    # As with briefings.
    published = (
        select(WaveWorkflow.wave_id)
        .join(ScopeStatement, ScopeStatement.workflow_id == WaveWorkflow.workflow_id)
        .where(WaveWorkflow.wave_id.in_(wave_ids), ScopeStatement.published_at.is_not(None))
    )
    if not db.session.scalar(select(published.exists())):
        return {}
    own = aliased(ScopeStatement)
    has = exists().where(PersonRole.person_id == Membership.person_id)
    with_own = (
        select(cast(own.role, String))
        .where(own.workflow_id == ScopeStatement.workflow_id, own.published_at.is_not(None))
        .correlate(ScopeStatement)
    )
    is_common = cast(ScopeStatement.role, String) == StatementFor.EVERYBODY.value
    is_for = or_(
        and_(is_common, or_(~has, has.where(cast(PersonRole.role, String).not_in(with_own)))),
        and_(~is_common, has.where(cast(PersonRole.role, String) == cast(ScopeStatement.role, String))),
    )
    of_person = (
        select(Membership.wave_id, func.min(case((ScopeAnswer.id.is_(None), 0), else_=1)).label("all"))
        .join(WaveWorkflow, WaveWorkflow.wave_id == Membership.wave_id)
        .join(Workflow, and_(Workflow.id == WaveWorkflow.workflow_id, Workflow.retired_at.is_(None)))
        .join(ScopeStatement, and_(ScopeStatement.workflow_id == Workflow.id, holds_now()))
        .outerjoin(
            ScopeAnswer,
            and_(
                ScopeAnswer.statement_id == ScopeStatement.id,
                ScopeAnswer.person_id == Membership.person_id,
                ScopeAnswer.is_right,
            ),
        )
        .where(Membership.wave_id.in_(wave_ids), Membership.ended_at.is_(None), is_for)
        .group_by(Membership.wave_id, Membership.person_id)
        .subquery()
    )
    counted = select(of_person.c.wave_id, func.count(), func.sum(of_person.c.all)).group_by(of_person.c.wave_id)
    return {wave_id: Count(asked, int(done)) for wave_id, asked, done in db.session.execute(counted)}


def told_in_waves(wave_ids: Sequence[int], notices: Mapping[int, Notice]) -> dict[tuple[int, int], Count]:
    """Return for each wave and workflow how many members there are and how many were sent the workflow's current notice."""
    mailings = {notice.mailing_id: workflow_id for workflow_id, notice in notices.items()}
    if not mailings:
        return {}
    rows = db.session.execute(
        select(Membership.wave_id, Notice.mailing_id, func.count(), func.count(Delivery.id))
        .join(Person, and_(Person.id == Membership.person_id, Person.left_at.is_(None)))
        .join(WaveWorkflow, WaveWorkflow.wave_id == Membership.wave_id)
        .join(Notice, and_(Notice.workflow_id == WaveWorkflow.workflow_id, Notice.mailing_id.in_(mailings)))
        .outerjoin(
            Delivery,
            and_(
                Delivery.person_id == Membership.person_id,
                Delivery.mailing_id == Notice.mailing_id,
                Delivery.state == DeliveryState.SENT,
            ),
        )
        .where(Membership.wave_id.in_(wave_ids), Membership.ended_at.is_(None))
        .group_by(Membership.wave_id, Notice.mailing_id)
    )
    return {(wave_id, mailings[mailing_id]): Count(people, sent) for wave_id, mailing_id, people, sent in rows}


@dataclass(frozen=True)
class Friendly:
    """How many learners of a wave are champions, or else pilot users, and how many of each have finished."""

    champions: Count = NONE
    pilots: Count = NONE


def friendly_in_waves(wave_ids: Sequence[int], on: date) -> dict[int, Friendly]:
    """Return how far friendly users are with the training of each wave; waves without any have no entry.

    Champions are those of any wave of the programme on a day; pilot users were in a wave of it that went live earlier.
    """
    pairs = union_all(*_friendly(wave_ids, on)).subquery()
    persons = union(*(rows.with_only_columns(rows.selected_columns[1]) for rows in _friendly(wave_ids, on)))
    standing = standing_of(Assignment.wave_id.in_(wave_ids), Assignment.person_id.in_(persons), belonging())
    of_person = (
        select(
            standing.c.wave_id,
            func.min(standing.c.is_finished).label("finished"),
            func.max(pairs.c.is_champion).label("is_champion"),
        )
        .join(pairs, and_(pairs.c.wave_id == standing.c.wave_id, pairs.c.person_id == standing.c.person_id))
        .where(standing.c.asked > 0)
        .group_by(standing.c.wave_id, standing.c.person_id)
        .subquery()
    )
    key = (of_person.c.wave_id, of_person.c.is_champion)
    found: dict[int, dict[int, Count]] = {}
    counted = select(*key, func.count(), func.sum(of_person.c.finished)).group_by(*key)
    for wave_id, is_champion, asked, finished in db.session.execute(counted):
        found.setdefault(wave_id, {})[is_champion] = Count(asked, int(finished))
    return {key: Friendly(each.get(1, Count()), each.get(0, Count())) for key, each in found.items()}


def _friendly(wave_ids: Sequence[int], on: date) -> Sequence[Any]:
    other = aliased(Wave)
    champions = (
        select(Wave.id.label("wave_id"), Champion.person_id.label("person_id"), literal(1).label("is_champion"))
        .join(other, other.programme_id == Wave.programme_id)
        .join(Champion, Champion.wave_id == other.id)
        .where(Wave.id.in_(wave_ids), is_champion_on(on))
    )
    earlier = aliased(Wave)
    pilots = (
        select(Wave.id.label("wave_id"), Membership.person_id.label("person_id"), literal(0).label("is_champion"))
        .join(earlier, earlier.programme_id == Wave.programme_id)
        .join(Membership, Membership.wave_id == earlier.id)
        .where(
            Wave.id.in_(wave_ids),
            earlier.id != Wave.id,
            earlier.status.in_(_USED),
            earlier.go_live_on < Wave.go_live_on,
        )
    )
    return champions, pilots
