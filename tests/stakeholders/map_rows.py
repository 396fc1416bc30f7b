"""Stakeholders of a map, where they stand, and what they were promised."""

from datetime import date, timedelta

from factories import TESTER
from sqlalchemy import select, true

from engagement import clock
from engagement.db import db
from engagement.stakeholders.actions import mapping
from engagement.stakeholders.commitments.actions import promising
from engagement.stakeholders.history.queries import history_of
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.standings.actions import say_standing
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.rules import Standing

#: A Tuesday.
ON = date(2026, 4, 14)


def add(whom, *places, group=StakeholderGroup.OTHERS, **said):
    return mapping.add_stakeholder(whom, group, places=places, by=TESTER, **said)


def say(row, reason="", by=TESTER, **said):
    return say_standing(row, Standing(**said), reason, on=clock.now().date(), by=by)


def stored(row):
    rows = db.session.scalars(
        select(StakeholderStanding).where(StakeholderStanding.stakeholder_id == row.id).order_by(StakeholderStanding.id)
    )
    return [(r.influence, r.interest, r.impact, r.level_now, r.level_wanted, r.reason) for r in rows]


def history(row, **told):
    return [line.words for line in history_of(row.id, true(), **told)]


def promise(row, owner, text="Send the rota", due=ON + timedelta(days=9), **more):
    return promising.make_promise(row, text, owner, due, on=ON, by=TESTER, **more)
