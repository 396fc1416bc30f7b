"""Every figure's change since the last closed month is what working it out by hand gives, on random programmes with a random history."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest
import time_machine
from factories import make_account, recount_objections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from readiness.random_programme import ON
from reports.changes_by_hand import Seen, change_by_hand, seen
from reports.random_history import live_on, scale_metrics, write_criteria
from reports.random_sheet import COUNTED_ON, make_random_sheet
from sqlalchemy import select

from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.accounts.scopes.reader import Reader
from engagement.db import db
from engagement.people.organisation.rules import UNSET
from engagement.programmes.models import Programme
from engagement.reports.queries.figures import figures_of
from engagement.reports.queries.programme import programme_report
from engagement.reports.queries.sheet import sheet_of
from engagement.reports.rules.document import Document
from engagement.reports.rules.figures import FigureKey, SubjectKind
from engagement.reports.snapshots.actions import close_period
from engagement.reports.snapshots.models import FrozenFigure
from engagement.resistance.figures.actions import count_objections

pytestmark = pytest.mark.usefixtures("app")
Frozen = dict[FigureKey, Seen]


def close_month(random: Random, programme: Programme, floor: int) -> tuple[Frozen, tuple[date, ...]]:
    """Close the month, in time or late, and return its figures as they stood, with the days for which it stands."""
    closes_on = ON - timedelta(days=random.choice((1, 14)))
    stood = seen(figures_of(programme_report(programme, ON, floor)), floor)
    assert close_period(programme.id, closes_on, ON, floor) == 1
    kept = {key: each for key, each in stood.items() if key[1] not in (SubjectKind.SPONSOR, SubjectKind.MESSAGE)}
    return kept, (ON, closes_on) if closes_on == ON - timedelta(days=1) else (ON,)


def make_earlier_release(random: Random, frozen: Frozen) -> None:
    """Let some figures have been frozen by a release that defined them otherwise, asked for another share, or did not count them."""
    for row in db.session.scalars(select(FrozenFigure).order_by(FrozenFigure.id)).all():
        key, said = (row.measure, row.about.value, row.of_key), random.random()
        if said < 0.04:
            row.definition = "In a former way."
            frozen[key] = frozen[key]._replace(definition=row.definition)
        elif said < 0.2 and row.need is not None:
            row.need = 80
            frozen[key] = frozen[key]._replace(figure=replace(frozen[key].figure, need=80))
        elif said > 0.97:
            db.session.delete(row)
            del frozen[key]
    db.session.flush()


def reader_by_chance(random: Random, programme: Programme) -> tuple[Reader, bool]:
    """Return who reads everything, or somebody from whom objections are kept back, and whether they are."""
    if random.random() < 0.8:
        return reader_of(make_account("ada@example.com", "Ada Auditor", Role.AUDITOR), "UTC"), False
    planner = make_account("pat@example.com", "Pat Planner", Role.CHANGE_MANAGER, programme_id=programme.id)
    return reader_of(planner, "UTC"), True


def changes_of(seed: int, traveller: time_machine.Traveller) -> tuple[Document, dict[FigureKey, str]]:
    """Make a programme, close its month, let things happen; return its sheet and the changes by hand."""
    random = Random(seed)
    programme = make_random_sheet(seed)
    programme.made_at = datetime.combine(ON - timedelta(days=100), time(8), UTC)
    scale_metrics(random)
    write_criteria(random, programme)
    floor, later = random.choice(((5, 5), (5, 5), (5, 5), (6, 5), (5, 6)))
    recount_objections(COUNTED_ON, floor)
    frozen, days = close_month(random, programme, floor)
    make_earlier_release(random, frozen)
    until = ON + timedelta(days=random.choice((1, 6, 20, 300)))
    traveller.move_to(datetime.combine(until, time(8), UTC))
    live_on(random, programme, until)
    count_objections(until - timedelta(days=1), later, "GB-ENG")
    reader, is_kept_back = reader_by_chance(random, programme)
    document = sheet_of(programme, until, reader, later, UNSET).document
    now = seen(document.figures, later)
    return document, {
        key: change_by_hand(each, frozen.get(key), days, later, is_kept_back=is_kept_back)
        for key, each in now.items()
        if key[1] not in (SubjectKind.SPONSOR, SubjectKind.MESSAGE)
    }


@settings(
    max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate)
)
@given(seed=st.integers(0, 10**6))
def test_every_change_is_what_working_it_out_by_hand_gives(frozen: time_machine.Traveller, seed: int) -> None:
    # What the example before left is nothing to this one.
    db.session.rollback()
    db.session.expunge_all()
    frozen.move_to(datetime.combine(ON, time(8), UTC))
    document, by_hand = changes_of(seed, frozen)
    assert {key: change.words for key, change in document.changes.items()} == by_hand
