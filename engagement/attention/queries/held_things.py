"""The kinds of things that people hold and others take over when they leave, and their words."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from engagement.accounts.models import Account
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.attention.rules import Kind, Place
from engagement.communications import scopes as communications
from engagement.communications.models import Communication
from engagement.consultations.models import Body, BodyMember
from engagement.people.models import Department
from engagement.people.scopes import reaches_department
from engagement.programmes.models import Ownership, Programme, Workflow
from engagement.programmes.oversight.models import Overseer
from engagement.programmes.scopes import reaches_programme
from engagement.resistance.models import Concern
from engagement.resistance.rules import ConcernStatus
from engagement.resistance.scopes import may_answer_for
from engagement.searching import by_name
from engagement.stakeholders.commitments.models import Commitment
from engagement.stakeholders.commitments.queries.lists import is_open
from engagement.stakeholders.commitments.scopes import commitments_within
from engagement.stakeholders.models import Stakeholder, StakeholderProfile
from engagement.stakeholders.queries import holds_now, on_the_map
from engagement.stakeholders.scopes import stakeholders_within
from engagement.value.models import ValueMetric
from engagement.waves.models import Wave
from engagement.waves.queries import of_open_waves
from engagement.waves.scopes import reaches_wave
from engagement.words import short_day_words


@dataclass(frozen=True)
class HeldThing:
    """Something that a person holds and somebody else takes over when they leave: what, as what, and where.

    `place` is None when the reader may not look at it; `may_change` says that the reader may give it away there.
    """

    what: str
    as_what: str
    kind: Kind
    key: int
    place: Place | None
    may_change: bool


@dataclass(frozen=True)
class HeldKind:
    """One way of holding something: the column of the holder, the rows, and the words for a reader.

    `said` returns None for what the reader may not see; without a reader (the service itself) it hides nothing.
    `within` is the condition for the rows that a reader may see, if the rows alone don't tell.
    """

    holder: InstrumentedAttribute[Any]
    rows: Select[Any]
    said: Callable[[Any, Reader | None], HeldThing | None]
    within: Callable[[Reader], ColumnElement[bool]] | None = None


def _workflow(row: Ownership, reader: Reader | None) -> HeldThing | None:
    workflow = row.workflow
    if reader and not reaches_programme(rights.reading(reader), workflow.programme):
        return None
    may_change = not reader or reaches_programme(rights.planning(reader), workflow.programme)
    place = Place.NAME_OWNERS if may_change else Place.WORKFLOW
    return HeldThing(workflow.name, row.part.word, Kind.WORKFLOW, workflow.id, place, may_change)


def _overseer(row: Overseer, reader: Reader | None) -> HeldThing | None:
    if reader and not reaches_programme(rights.reading(reader), row.workflow.programme):
        return None
    may_change = not reader or reaches_programme(rights.naming_holders(reader), row.workflow.programme)
    return HeldThing(row.workflow.name, "May stop it", Kind.WORKFLOW, row.workflow_id, Place.OVERSIGHT, may_change)


def _wave(as_what: str, wave: Wave, reader: Reader | None) -> HeldThing | None:
    if reader and not reaches_wave(rights.reading(reader), wave):
        return None
    may_change = not reader or reaches_wave(rights.planning(reader), wave)
    place = Place.PLAN_WAVE if may_change else Place.WAVE
    return HeldThing(wave.title, as_what, Kind.WAVE, wave.id, place, may_change)


def _programme(programme: Programme, reader: Reader | None) -> HeldThing | None:
    if reader and not reaches_programme(rights.reading(reader), programme):
        return None
    may_change = not reader or reaches_programme(rights.planning(reader), programme)
    place = Place.PLAN_PROGRAMME if may_change else Place.PROGRAMME
    return HeldThing(programme.name, "Sponsor", Kind.PROGRAMME, programme.id, place, may_change)


def _department(department: Department, reader: Reader | None) -> HeldThing | None:
    if reader and not reaches_department(rights.seeing_departments(reader), department):
        return None
    may_change = not reader or rights.keeping_people(reader).everything
    return HeldThing(department.path, "Manager", Kind.DEPARTMENT, department.id, Place.DEPARTMENT, may_change)


def _stakeholder(stakeholder: Stakeholder, reader: Reader | None) -> HeldThing:
    may_change = not reader or rights.planning(reader).everything
    place, as_what = Place.PLAN_STAKEHOLDER if may_change else Place.STAKEHOLDER, "Looks after this stakeholder"
    return HeldThing(stakeholder.title, as_what, Kind.STAKEHOLDER, stakeholder.id, place, may_change)


def _promise(commitment: Commitment, reader: Reader | None) -> HeldThing:
    may_change = not reader or rights.planning(reader).everything
    return HeldThing(commitment.title, "Keeps this promise", Kind.PROMISE, commitment.id, Place.PROMISE, may_change)


def _metric(metric: ValueMetric, reader: Reader | None) -> HeldThing | None:
    if reader and not reaches_programme(rights.reading(reader), metric.workflow.programme):
        return None
    may_change = not reader or reaches_programme(rights.planning(reader), metric.workflow.programme)
    what = f"{metric.workflow.name}: {metric.name}"
    return HeldThing(what, "Reads this metric", Kind.METRIC, metric.id, Place.METRIC, may_change)


def _body(member: BodyMember, reader: Reader | None) -> HeldThing | None:
    programme = member.body.programme
    if reader and not reaches_programme(rights.reading(reader), programme):
        return None
    may_change = not reader or reaches_programme(rights.planning(reader), programme)
    place = Place.BODIES if may_change else None
    return HeldThing(member.body.name, "Speaks for this body", Kind.BODY, programme.id, place, may_change)


def _communication(as_what: str, line: Communication, reader: Reader | None) -> HeldThing | None:
    if reader and not communications.may_read(rights.reading(reader), line):
        return None
    may_change = not reader or communications.may_plan(rights.planning(reader), line)
    place = Place.PLAN_COMMUNICATION if may_change else Place.COMMUNICATION
    return HeldThing(line.name, as_what, Kind.COMMUNICATION, line.id, place, may_change)


def _concern(concern: Concern, reader: Reader | None) -> HeldThing | None:
    """Name a concern by number, day, state and topic to those who may read it; to others only as a concern."""
    if reader and may_answer_for(rights.planning(reader), concern.wave):
        what = f"Concern {concern.id % 1_000_000:06d}, came in on {short_day_words(concern.received_on)}"
        where = f", {concern.wave.title}" if concern.wave else ""
        about = f"Owner. State: {concern.status.word.lower()}. About {concern.source.word.lower()}{where}"
        return HeldThing(what, about, Kind.CONCERN, concern.id, Place.CONCERN, may_change=True)
    if reader and not rights.keeping_people(reader).everything:
        return None
    return HeldThing("A concern", "Owner", Kind.CONCERN, concern.id, None, may_change=False)


_OPEN_WAVES = select(Wave).where(of_open_waves()).order_by(Wave.id)
_LINES = (
    select(Communication)
    .where(Communication.ended_at.is_(None))
    .order_by(by_name(Communication.name), Communication.id)
)
#: Workflows first, then waves, programmes, departments, stakeholders, promises, metrics, bodies, communications and concerns.
KINDS = (
    HeldKind(
        Ownership.person_id,
        select(Ownership)
        .where(Ownership.until_on.is_(None))
        .options(joinedload(Ownership.workflow).joinedload(Workflow.programme))
        .order_by(Ownership.id),
        _workflow,
    ),
    HeldKind(
        Overseer.person_id,
        select(Overseer)
        .where(Overseer.until_on.is_(None))
        .options(joinedload(Overseer.workflow).joinedload(Workflow.programme))
        .order_by(Overseer.id),
        _overseer,
    ),
    HeldKind(Wave.lead_id, _OPEN_WAVES, partial(_wave, "Wave lead")),
    HeldKind(
        Wave.sponsor_id,
        _OPEN_WAVES.where(or_(Wave.lead_id.is_(None), Wave.lead_id != Wave.sponsor_id)),
        partial(_wave, "Sponsor of the wave"),
    ),
    HeldKind(Programme.sponsor_id, select(Programme).order_by(by_name(Programme.name), Programme.id), _programme),
    HeldKind(
        Department.manager_id,
        select(Department).where(Department.closed_at.is_(None)).order_by(Department.sorted_by, Department.id),
        _department,
    ),
    HeldKind(
        StakeholderProfile.owner_id,
        select(Stakeholder)
        .join(StakeholderProfile, holds_now())
        .where(on_the_map())
        .options(joinedload(Stakeholder.person), joinedload(Stakeholder.department))
        .order_by(Stakeholder.id),
        _stakeholder,
        within=lambda reader: stakeholders_within(rights.reading_maps(reader)),
    ),
    HeldKind(
        Commitment.owner_id,
        select(Commitment).where(is_open()).order_by(Commitment.due_on, Commitment.id),
        _promise,
        within=lambda reader: commitments_within(rights.reading_notes(reader)),
    ),
    HeldKind(
        ValueMetric.owner_id,
        select(ValueMetric)
        .where(ValueMetric.ended_at.is_(None))
        .options(joinedload(ValueMetric.workflow).joinedload(Workflow.programme))
        .order_by(ValueMetric.id),
        _metric,
    ),
    HeldKind(
        BodyMember.person_id,
        select(BodyMember)
        .where(BodyMember.ended_at.is_(None))
        .options(joinedload(BodyMember.body).joinedload(Body.programme))
        .order_by(BodyMember.id),
        _body,
    ),
    HeldKind(
        Account.person_id, _LINES.join(Account, Account.id == Communication.owner_id), partial(_communication, "Writer")
    ),
    HeldKind(
        Account.person_id,
        _LINES.join(Account, Account.id == Communication.approver_id).where(
            Communication.approver_id != Communication.owner_id
        ),
        partial(_communication, "Approver"),
    ),
    HeldKind(
        Account.person_id,
        select(Concern)
        .join(Account, Account.id == Concern.owner_id)
        .where(Concern.status.in_([status for status in ConcernStatus if status.is_open]))
        .options(joinedload(Concern.wave))
        .order_by(Concern.received_on, Concern.id),
        _concern,
    ),
)
