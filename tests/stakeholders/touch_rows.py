"""Stakeholders who stand somewhere on the map, talks with them, and how long ago the last one was."""

from datetime import date, timedelta

from factories import TESTER

from engagement.stakeholders.actions import mapping
from engagement.stakeholders.interactions.actions import log_interaction
from engagement.stakeholders.interactions.rules import Channel, Said
from engagement.stakeholders.rhythm.queries.said import contacts_of
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.standings.actions import say_standing
from engagement.stakeholders.standings.rules import Standing

ON = date(2026, 4, 14)


def add(whom, *places, at=(90, 90), **said):
    row = mapping.add_stakeholder(whom, StakeholderGroup.OTHERS, places=places, by=TESTER, **said)
    if at:
        say_standing(row, Standing(*at), on=ON, by=TESTER)
    return row


def talk(*rows, ago=0, sentiment=None):
    said = Said(Channel.CALL, ON - timedelta(days=ago), "Talked.", sentiment=sentiment)
    return log_interaction(rows, said, on=ON, by=TESTER)


def contact(row, on=ON):
    return contacts_of({row.id: row.added_at.date()}, on)[row.id]
