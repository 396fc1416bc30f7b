"""Reads of what criteria count of people as kept numbers, what people add to them, and whether they agree with a full count."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, exists, func, or_, select, union
from sqlalchemy.orm import aliased

from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import CommunicationKind
from engagement.db import db
from engagement.mail.models import Acknowledgement, Delivery, Mailing
from engagement.mail.rules import DeliveryState
from engagement.notices.models import Notice, WorkerEffect
from engagement.people.models import PersonRole
from engagement.programmes.models import Workflow
from engagement.programmes.scope.models import ScopeStatement
from engagement.programmes.scope.queries import holds_now
from engagement.programmes.scope.rules import StatementFor
from engagement.readiness.tallies import models as models  # has tables set marks
from engagement.training.models import Assignment
from engagement.training.queries.counts import Count
from engagement.training.scope_answers.models import ScopeAnswer
from engagement.training.tallies.queries import LearningSum, People, learning_shares, people_to_count
from engagement.waves.models import Membership, Wave, WaveWorkflow
from engagement.waves.tallies.models import NUMBERS, ReachedMark, TallyShare
from engagement.waves.tallies.queries import WAVES, MemberSum, counts_marked, kept_sums, member_shares, sums_with

_KEYS = ("wave_id", "person_id", "department_id", "role")


class ReachedSum(NamedTuple):
    """How many members of a wave were sent a briefing of it, one to confirm, and confirmed each of these; how many have statements to
    understand, and did; and how many were told of everything in the wave that affects their work."""

    wave_id: int
    briefed: int = 0
    to_confirm: int = 0
    confirmed: int = 0
    to_understand: int = 0
    understood: int = 0
    told: int = 0


class WaveSums(NamedTuple):
    """All kept numbers of some waves: members by department, learning by department and role, and by wave what reached whom, and its
    pilot users: how many of its learners they are, and how many of them have finished."""

    members: Sequence[MemberSum]
    learning: Sequence[LearningSum]
    reached: Mapping[int, ReachedSum]
    pilots: Mapping[int, Count]


def sums_of(wave_ids: Sequence[int], *, by_department: bool = True) -> WaveSums:
    """Return all kept numbers of these waves, as `member_sums` and `learning_sums` do, in one statement; none are left out that are not 0.

    Without `by_department`, learning in a role is added up over departments, of which large waves have hundreds.
    """
    members, learning = [], []
    reached: dict[int, list[int]] = {}
    pilots: dict[int, Count] = defaultdict(Count)
    for wave_id, department_id, role, *numbers in db.session.execute(
        _statement(by_department, counts_marked()), {"waves": list(wave_ids)}
    ):
        people, without_role, asked, finished, minutes_left, early, early_finished, *others = map(int, numbers)
        if asked > 0:
            learning.append(LearningSum(wave_id, department_id, role, asked, finished, minutes_left))
        if role is not None:
            continue
        pilots[wave_id] += Count(early, early_finished)
        if people > 0:
            members.append(MemberSum(wave_id, department_id, people, without_role))
        reached[wave_id] = [sum(pair) for pair in zip(reached.get(wave_id, [0] * len(others)), others, strict=True)]
    return WaveSums(members, learning, {key: ReachedSum(key, *each) for key, each in reached.items()}, pilots)


# Making a long statement anew costs more than running it.
@cache
def _statement(by_department: bool, counts: bool) -> Select[Any]:
    people = people_to_count()
    sums = sums_with(people, _present(people)) if counts else kept_sums().subquery()
    department = sums.c.department_id if by_department else case((sums.c.role.is_(None), sums.c.department_id))
    key = (sums.c.wave_id, department, sums.c.role)
    return select(*key, *(func.sum(sums.c[name]) for name in NUMBERS)).group_by(*key)


def _present(people: Select[Any]) -> list[Select[Any]]:
    """Return SELECTs of what these people add now, and also those who are marked for what reached them, less their old shares as members."""
    marked = select(ReachedMark.person_id)
    keys = [getattr(TallyShare, key) for key in _KEYS]
    kept = select(*keys, *(getattr(TallyShare, number) for number in NUMBERS)).where(
        TallyShare.wave_id.in_(WAVES),
        # What somebody adds as a member is a row of its own beside those of their training.
        TallyShare.members > 0,
        TallyShare.person_id.in_(marked),
        TallyShare.person_id.not_in(people),
    )
    members = member_shares_now(union(people, marked), Membership.wave_id.in_(WAVES))
    return [members, *learning_shares(people, Assignment.wave_id.in_(WAVES)), _negative(kept)]


def member_shares_now(people: People, *where: ColumnElement[bool]) -> Select[Any]:
    """Return a SELECT of what these people add now as members, with what reached them; `where` are conditions on `Membership`."""
    return member_shares(people, *where, **_reached())


def every_share() -> list[Select[Any]]:
    """Return SELECTs of everything that everybody adds now to kept numbers."""
    members = select(Membership.person_id).where(Membership.ended_at.is_(None))
    return [member_shares_now(members), *learning_shares(None)]


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


def waves_that_differ() -> list[int]:
    """Return the waves whose kept numbers, with the correction for marked people, are not what counting everybody gives."""
    wave_ids = list(db.session.scalars(select(Wave.id).order_by(Wave.id)))
    people = people_to_count()
    counted = [_negative(part) for part in every_share()]
    sums = sums_with(people, [*_present(people), *counted])
    key = (sums.c.wave_id, sums.c.department_id, sums.c.role)
    is_off = or_(*(func.sum(sums.c[number]) != 0 for number in NUMBERS))
    off = select(*key).group_by(*key).having(is_off).subquery()
    return list(db.session.scalars(select(off.c.wave_id).distinct().order_by(off.c.wave_id), {"waves": wave_ids}))


def _negative(shares: Select[Any]) -> Select[Any]:
    rows = shares.subquery()
    plain = [rows.c[key] for key in _KEYS]
    return select(*plain, *((-rows.c[number]).label(number) for number in NUMBERS))
