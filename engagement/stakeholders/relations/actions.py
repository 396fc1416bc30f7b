"""Changes of relations: saying that one stakeholder stands to another in some way, and that this has ended."""

from contextlib import suppress
from datetime import date

from sqlalchemy import or_, select

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, EngagementError, RuleBroken
from engagement.reach import Reach
from engagement.stakeholders.actions.mapping import told_of
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.queries import on_the_map
from engagement.stakeholders.relations.models import StakeholderRelation
from engagement.stakeholders.relations.queries.network import network_within, relations_of
from engagement.stakeholders.relations.rules import SAID_BY_HAND, RelationKind, closes_circle
from engagement.stakeholders.rules import StakeholderKind
from engagement.verbs import Verb

_EVERYTHING = Reach(everything=True)


def say_relation(
    first: Stakeholder, second: Stakeholder, kind: RelationKind, *, on: date, by: Actor
) -> StakeholderRelation:
    """Say that the first stands to the second in this way; who of them the directory knows is derived and never said.

    Raises BadInput for somebody and themselves, for what is said or known already, and for a circle of reporting;
    RuleBroken for a stakeholder who was taken off the map.
    """
    _refuse_gone(first, second)
    _refuse(first, second, kind, on)
    row = StakeholderRelation(
        from_id=first.id, to_id=second.id, kind=kind, said_at=clock.now(), said_by_id=by.account_id
    )
    db.session.add(row)
    db.session.flush()
    audit.record(Verb.SAID_RELATION, told_of(first), by=by, relation=(None, kind), to=(None, _named(second)))
    db.session.flush()
    return row


def _refuse_gone(*both: Stakeholder) -> None:
    here = set(db.session.scalars(select(Stakeholder.id).where(Stakeholder.id.in_({s.id for s in both}), on_the_map())))
    for each in both:
        if each.id not in here:
            raise RuleBroken(f"{each.title} was taken off the map. Put them back first.")


def _refuse(first: Stakeholder, second: Stakeholder, kind: RelationKind, on: date) -> None:
    sentence = ""
    if first.id == second.id:
        sentence = "Choose somebody else: nobody stands in a relation to themselves."
    elif kind not in SAID_BY_HAND:
        sentence = "Champions are appointed on the page of their wave."
    elif kind is RelationKind.REPORTS_TO and first.kind is second.kind is StakeholderKind.PERSON:
        sentence = f"The directory says to whom {first.title} reports. Correct it there."
    elif (first.id, second.id, kind) in {each.key for each in relations_of(_EVERYTHING, first, on)}:
        sentence = f"That is known already: {first.title} {kind.inside} {second.title}."
    elif kind is RelationKind.REPORTS_TO and _leads_back(first, second, on):
        sentence = (
            f"That would be a circle: {second.title} reports to {first.title} already, directly or through others."
        )
    if sentence:
        raise BadInput(sentence, {"other": sentence})


def _leads_back(first: Stakeholder, second: Stakeholder, on: date) -> bool:
    network = network_within(_EVERYTHING, on, kind=RelationKind.REPORTS_TO)
    return bool(closes_circle(network.pairs(), (first.id, second.id)))


def _named(stakeholder: Stakeholder) -> str:
    """Return how the audit names the other one. It keeps it for ever, so never somebody outside the directory."""
    return "somebody outside the directory" if stakeholder.kind is StakeholderKind.OUTSIDE else stakeholder.title


def end_relation(row: StakeholderRelation, *, by: Actor) -> None:
    """Say that a relation has ended; that it was said stays. Twice changes nothing."""
    if row.ended_at is not None:
        return
    row.ended_at, row.ended_by_id = clock.now(), by.account_id
    ended = {"relation": (row.kind, None), "to": (_named(row.second), None)}
    audit.record(Verb.ENDED_RELATION, told_of(row.first), by=by, **ended)
    db.session.flush()


def hand_over_relations(goes: Stakeholder, stays: Stakeholder, *, on: date, by: Actor) -> None:
    """End what holds of one who was merged, and say it of the one who stays, except where that is known or makes no sense."""
    held = StakeholderRelation.from_id == goes.id, StakeholderRelation.to_id == goes.id
    for row in db.session.scalars(
        select(StakeholderRelation).where(or_(*held), StakeholderRelation.ended_at.is_(None))
    ):
        row.ended_at, row.ended_by_id = clock.now(), by.account_id
        db.session.flush()
        first, second = (stays if each.id == goes.id else each for each in (row.first, row.second))
        with suppress(EngagementError):
            say_relation(first, second, row.kind, on=on, by=by)
