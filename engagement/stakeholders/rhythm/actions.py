"""Saying how often to be in touch: with a quadrant of a programme's map, or with one stakeholder."""

from collections.abc import Mapping

from sqlalchemy import select

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db
from engagement.programmes.models import Programme
from engagement.stakeholders.actions.mapping import told_of
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.rhythm.models import ContactRhythm
from engagement.stakeholders.rhythm.queries.said import own_rhythm, rhythms_of
from engagement.stakeholders.rhythm.rules import Every
from engagement.stakeholders.standings.rules import Quadrant
from engagement.verbs import Verb


def say_rhythms(programme: Programme, said: Mapping[Quadrant, Every], *, by: Actor) -> bool:
    """Say how often a programme wants to be in touch with each quadrant; return whether anything differs from before."""
    before = rhythms_of(programme.id)
    changed = {quadrant: every for quadrant, every in said.items() if before[quadrant] is not every}
    for quadrant, every in changed.items():
        here = (ContactRhythm.programme_id == programme.id, ContactRhythm.quadrant == quadrant)
        _end(db.session.scalar(select(ContactRhythm).where(*here, ContactRhythm.superseded_at.is_(None))))
        db.session.add(
            ContactRhythm(
                programme_id=programme.id,
                quadrant=quadrant,
                every=every,
                said_at=clock.now(),
                said_by_id=by.account_id,
            )
        )
    if changed:
        changes = {quadrant.value: (before[quadrant], every) for quadrant, every in changed.items()}
        audit.record(Verb.SAID_RHYTHM, programme, by=by, **changes)
    db.session.flush()
    return bool(changed)


def say_own_rhythm(stakeholder: Stakeholder, every: Every | None, *, by: Actor) -> bool:
    """Say how often to be in touch with one stakeholder, None for as often as with their quadrant; whether it differs."""
    old = own_rhythm(stakeholder.id)
    before = old.every if old else None
    if before is every:
        return False
    _end(old)
    if every is not None:
        row = ContactRhythm(stakeholder_id=stakeholder.id, every=every, said_at=clock.now(), said_by_id=by.account_id)
        db.session.add(row)
    audit.record(Verb.SAID_RHYTHM, told_of(stakeholder), by=by, contact=(before, every))
    db.session.flush()
    return True


def hand_over_rhythm(goes: Stakeholder, stays: Stakeholder, *, by: Actor) -> None:
    """Let a rhythm of one who was merged hold of the one who stays, unless they have their own."""
    old = own_rhythm(goes.id)
    if old is not None and own_rhythm(stays.id) is None:
        say_own_rhythm(stays, old.every, by=by)


def _end(row: ContactRhythm | None) -> None:
    if row is not None:
        row.superseded_at = clock.now()
        db.session.flush()
