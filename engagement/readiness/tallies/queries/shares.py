"""What people add now to kept numbers: as members with what reached them, as learners with who is a friendly user, and as champions."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import CommunicationKind
from engagement.mail.models import Acknowledgement, Delivery, Mailing
from engagement.mail.rules import DeliveryState
from engagement.notices.models import Notice, WorkerEffect
from engagement.people.models import Person, PersonRole
from engagement.programmes.models import Workflow
from engagement.programmes.scope.models import ScopeStatement
from engagement.programmes.scope.queries import holds_now
from engagement.programmes.scope.rules import StatementFor
from engagement.readiness.tallies import models as models  # has tables set marks
from engagement.stakeholders.champions.queries import is_champion_on
from engagement.stakeholders.models import Champion
from engagement.training.models import Assignment
from engagement.training.scope_answers.models import ScopeAnswer
from engagement.training.tallies.queries import People, learning_shares
from engagement.waves.models import Membership, Wave, WaveWorkflow
from engagement.waves.tallies.queries import is_pilot, is_volunteer, member_shares, share

#: A day, or where it is given.
Day = date | ColumnElement[date]


def shares_now(
    members: People, people: People | None, on: Day, *where: Callable[[Any], ColumnElement[bool]]
) -> list[Select[Any]]:
    """Return SELECTs of what `members` add now as such, with what reached them, and `people` (None: all) as learners and champions.

    Who is a champion is asked of the day `on`. `where` are conditions, given as functions of a table with `wave_id`.
    """

    def conditions(table: Any) -> list[ColumnElement[bool]]:
        return [condition(table) for condition in where]

    return [
        member_shares(members, *conditions(Membership), **_reached()),
        *learning_shares(people, *conditions(Assignment), more=_friendly(on)),
        _posts(people, on, *conditions(Champion)),
    ]


def every_share(on: Day) -> list[Select[Any]]:
    """Return SELECTs of everything that everybody adds now to kept numbers, champions as of a day."""
    return shares_now(select(Membership.person_id).where(Membership.ended_at.is_(None)), None, on)


def champions_begun_or_ended(first: Day, last: Day) -> Select[int]:
    """Return a SELECT of the ids of people whose time as a champion begins or ends after the day `first` and until `last`."""
    crossed = (and_(day > first, day <= last) for day in (Champion.from_on, Champion.until_on))
    return select(Champion.person_id).where(or_(*crossed))


def _posts(people: People | None, on: Day, *where: ColumnElement[bool]) -> Select[Any]:
    """Return what people add on a day to the champions of departments."""
    these = [] if people is None else [Champion.person_id.in_(people)]
    columns = share(Champion.wave_id, Champion.person_id, department_id=Champion.department_id, posts=literal(1))
    is_here = (is_champion_on(on), Person.left_at.is_(None))
    return select(*columns).join(Person, Person.id == Champion.person_id).where(*is_here, *these, *where)


def _friendly(on: Day) -> Callable[[Any, Any, ColumnElement[int]], dict[str, ColumnElement[int]]]:
    """Return what a learner adds to `Friendly` on a day."""
    own, other = aliased(Wave), aliased(Wave)

    def numbers(wave_id: Any, person_id: Any, finished: ColumnElement[int]) -> dict[str, ColumnElement[int]]:
        champion = exists().where(
            Champion.person_id == person_id,
            is_champion_on(on),
            own.id == wave_id,
            other.id == Champion.wave_id,
            other.programme_id == own.programme_id,
        )
        volunteer = and_(is_volunteer(wave_id, person_id), ~champion)
        pilot = and_(is_pilot(wave_id, person_id), ~champion, ~is_volunteer(wave_id, person_id))
        return {
            "pilots": _one_if(pilot),
            "pilots_finished": _one_if(finished == 1, pilot),
            "champions": _one_if(champion),
            "champions_finished": _one_if(finished == 1, champion),
            "volunteers": _one_if(volunteer),
            "volunteers_finished": _one_if(finished == 1, volunteer),
        }

    return numbers


def _reached() -> dict[str, ColumnElement[int]]:
    """Return what a member adds to `ReachedSum`, as expressions that are correlated with `Membership`.

    They begin at the member, so that counting a few people again looks at nobody else.
    """
    briefing, statement, notice = _briefing(), _statement_for(), _notice()
    asks = briefing.join(Mailing, Mailing.id == Occurrence.mailing_id).where(Mailing.asks_confirmation)
    has_confirmed = (
        exists()
        .where(Acknowledgement.mailing_id == Mailing.id, Acknowledgement.person_id == Membership.person_id)
        .correlate(Mailing, Membership)
    )
    is_right = (ScopeAnswer.person_id == Membership.person_id, ScopeAnswer.is_right)
    has_answered = (
        exists().where(ScopeAnswer.statement_id == ScopeStatement.id, *is_right).correlate(ScopeStatement, Membership)
    )
    is_sent = (Delivery.person_id == Membership.person_id, Delivery.state == DeliveryState.SENT)
    was_sent = exists().where(Delivery.mailing_id == Notice.mailing_id, *is_sent).correlate(Notice, Membership)
    return {
        "briefed": _one_if(briefing.exists()),
        "to_confirm": _one_if(asks.exists()),
        "confirmed": _one_if(asks.exists(), ~asks.where(~has_confirmed).exists()),
        "to_understand": _one_if(statement.exists()),
        "understood": _one_if(statement.exists(), ~statement.where(~has_answered).exists()),
        "told": _one_if(notice.exists(), ~notice.where(~was_sent).exists()),
    }


def _one_if(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return case((and_(*conditions), 1), else_=0)


def _briefing() -> Select[Any]:
    """The department briefings of the wave that the member was sent."""
    # Begins at the briefings, of which a wave has few, rather than at all messages that the member was ever sent.
    was_sent = (
        exists()
        .where(
            Delivery.mailing_id == Occurrence.mailing_id,
            Delivery.person_id == Membership.person_id,
            Delivery.state == DeliveryState.SENT,
        )
        .correlate(Occurrence, Membership)
    )
    return (
        select(Occurrence.id)
        .join(Communication, Communication.id == Occurrence.communication_id)
        .where(
            Communication.wave_id == Membership.wave_id,
            Communication.kind == CommunicationKind.DEPARTMENT_BRIEFING,
            was_sent,
        )
        .correlate(Membership)
    )


def _statement_for() -> Select[Any]:
    """The scope statements of the wave that hold and are for the member.

    Whom a statement is for is said by `programmes.scope.rules.applying`; this asks the same of many people at once.
    """
    own = aliased(ScopeStatement)
    has = exists().where(PersonRole.person_id == Membership.person_id).correlate(Membership, ScopeStatement)
    with_own = (
        exists()
        .where(
            own.workflow_id == ScopeStatement.workflow_id,
            own.published_at.is_not(None),
            cast(own.role, String) == cast(PersonRole.role, String),
        )
        .correlate(ScopeStatement, PersonRole)
    )
    is_common = cast(ScopeStatement.role, String) == StatementFor.EVERYBODY.value
    is_for = or_(
        and_(is_common, or_(~has, has.where(~with_own))),
        and_(~is_common, has.where(cast(PersonRole.role, String) == cast(ScopeStatement.role, String))),
    )
    holds = and_(ScopeStatement.workflow_id == Workflow.id, holds_now())
    return _of_workflows(select(ScopeStatement.id)).join(ScopeStatement, holds).where(is_for)


def _notice() -> Select[Any]:
    """The current notices of those workflows of the wave that are marked as affecting workers."""
    newer = aliased(Notice)
    newest = select(func.max(newer.id)).where(newer.workflow_id == Workflow.id, newer.published_at.is_not(None))
    return (
        _of_workflows(select(Notice.id))
        .join(WorkerEffect, and_(WorkerEffect.workflow_id == Workflow.id, WorkerEffect.ended_at.is_(None)))
        .join(Notice, Notice.id == newest.correlate(Workflow).scalar_subquery())
    )


def _of_workflows(asked: Select[Any]) -> Select[Any]:
    return (
        asked.select_from(WaveWorkflow)
        .join(Workflow, and_(Workflow.id == WaveWorkflow.workflow_id, Workflow.retired_at.is_(None)))
        .where(WaveWorkflow.wave_id == Membership.wave_id)
        .correlate(Membership)
    )
