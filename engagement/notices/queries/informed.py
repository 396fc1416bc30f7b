"""Whom a workflow affects, and who of them was sent the current notice, read it, or is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select, union
from sqlalchemy.orm import joinedload

from engagement.consultations.models import BodyMember, Consultation
from engagement.db import db
from engagement.mail.models import Acknowledgement, Delivery
from engagement.mail.rules import DeliveryState
from engagement.notices.models import Notice
from engagement.people.models import Person
from engagement.waves.models import Membership, Wave, WaveWorkflow
from engagement.waves.queries import of_open_waves


@dataclass(frozen=True)
class Told:
    """How many people a workflow affects in one wave, and how many of them were sent the current notice and confirmed it."""

    people: int
    sent: int
    confirmed: int

    @property
    def missing(self) -> int:
        """How many were not sent it."""
        return self.people - self.sent


def open_waves_with(workflow_id: int) -> Select[int]:
    """Return a SELECT of the ids of the open waves with a workflow."""
    waves = select(WaveWorkflow.wave_id).join(Wave, Wave.id == WaveWorkflow.wave_id)
    return waves.where(WaveWorkflow.workflow_id == workflow_id, of_open_waves())


def affected(workflow_id: int) -> Select[int]:
    """Return a SELECT of the ids of everybody in open waves with this workflow, and of who speaks for bodies asked about them."""
    waves = open_waves_with(workflow_id)
    members = select(Membership.person_id).where(Membership.wave_id.in_(waves), Membership.ended_at.is_(None))
    asked = select(Consultation.body_id).where(Consultation.wave_id.in_(waves))
    speaking = select(BodyMember.person_id).where(BodyMember.body_id.in_(asked), BodyMember.ended_at.is_(None))
    everybody = union(members, speaking).subquery()
    return select(Person.id).where(Person.left_at.is_(None), Person.id.in_(select(everybody.c.person_id)))


def told_in_waves(wave_ids: Sequence[int], notice: Notice | None) -> dict[int, Told]:
    """Return how many members of each wave were sent a notice, or none of it; in one statement, with an entry for every wave."""
    mailing_id = notice.mailing_id if notice is not None else None
    rows = db.session.execute(
        select(Membership.wave_id, func.count(), func.count(Delivery.id), func.count(Acknowledgement.id))
        .select_from(Membership)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(
            Delivery,
            (Delivery.person_id == Person.id)
            & (Delivery.mailing_id == mailing_id)
            & (Delivery.state == DeliveryState.SENT),
        )
        .outerjoin(
            Acknowledgement,
            (Acknowledgement.person_id == Person.id) & (Acknowledgement.mailing_id == mailing_id),
        )
        .where(Membership.wave_id.in_(wave_ids), Membership.ended_at.is_(None), Person.left_at.is_(None))
        .group_by(Membership.wave_id)
    )
    return dict.fromkeys(wave_ids, Told(0, 0, 0)) | {wave_id: Told(*numbers) for wave_id, *numbers in rows}


def missing_in_wave(wave_id: int, notice: Notice | None) -> Select[Person]:
    """Return a SELECT of the members of a wave, by name, who were not sent a notice."""
    sent = select(Delivery.person_id).where(
        Delivery.mailing_id == (notice.mailing_id if notice is not None else None),
        Delivery.state == DeliveryState.SENT,
        Delivery.person_id.is_not(None),
    )
    return (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.wave_id == wave_id,
            Membership.ended_at.is_(None),
            Person.left_at.is_(None),
            Person.id.not_in(sent),
        )
        .options(joinedload(Person.department))
        .order_by(Person.sorted_by, Person.id)
    )


@dataclass(frozen=True)
class Proof:
    """One line of the proof: who was sent which version, when, and when they confirmed it."""

    name: str
    department: str
    number: int
    state: DeliveryState
    sent_at: datetime | None
    confirmed_at: datetime | None
    reason: str | None


def proof_of(workflow_id: int) -> Sequence[Proof]:
    """Return a line for each notice of a workflow to each person, the newest version first; in one statement."""
    rows = db.session.execute(
        select(Delivery, Notice.number, Acknowledgement.acknowledged_at)
        .join(Notice, Notice.mailing_id == Delivery.mailing_id)
        .outerjoin(Delivery.person)
        .outerjoin(
            Acknowledgement,
            (Acknowledgement.person_id == Delivery.person_id) & (Acknowledgement.mailing_id == Delivery.mailing_id),
        )
        .where(Notice.workflow_id == workflow_id, or_(Person.id.is_(None), Person.erased_at.is_(None)))
        .options(joinedload(Delivery.person).joinedload(Person.department))
        .order_by(Notice.number.desc(), Person.sorted_by, Delivery.id)
    )
    return [
        Proof(
            row.person.name if row.person else row.name,
            row.person.department.path if row.person and row.person.department else "",
            number,
            row.state,
            row.sent_at,
            confirmed_at,
            row.reason,
        )
        for row, number, confirmed_at in rows
    ]
