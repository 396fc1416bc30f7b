"""Copying a wave keeps every offset: milestones, messages as drafts with their texts, workflows if wanted, no people."""

from datetime import UTC, date, datetime, time

import pytest
from factories import TESTER, make_department, make_programme, make_wave, make_workflow
from sqlalchemy import select

from engagement.audit import AuditEntry
from engagement.communications.actions.placing import skip_occurrence
from engagement.communications.actions.rolling_back import prepare_message
from engagement.communications.actions.writing import write_occurrence, write_translation
from engagement.communications.models import Communication, Occurrence, OccurrenceText
from engagement.communications.rules import OccurrenceStatus
from engagement.content.question import ReaderQuestion
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.planning.actions.anchoring import Chain, drop_anchor, plan_chain
from engagement.planning.copying.actions import CopyWanted, copy_wave
from engagement.planning.copying.queries import copy_of
from engagement.planning.models import Anchor
from engagement.planning.queries.moves import Seen
from engagement.verbs import Verb
from engagement.waves.milestones.actions import MilestoneDetails, add_milestone, settle_milestones
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import MilestoneKind, Offset
from engagement.waves.models import Wave
from engagement.waves.queries import departments_of_waves, workflows_of_waves
from tests.communications.calendar_rows import make_line, make_writer

pytestmark = pytest.mark.usefixtures("app", "frozen")
SEEN = Seen(datetime(2026, 4, 14, 8, tzinfo=UTC), date(2026, 4, 14), "GB-ENG")
NEXT = date(2026, 9, 15)


@pytest.fixture
def wave() -> Wave:
    """Wave 3: kick-off on its own day, training that opens counted from its due day, three messages, one of them left out, and one that is kept."""
    programme = make_programme()
    made = make_wave(
        programme, departments=(make_department(),), workflows=(make_workflow(programme),), go_live_on=date(2026, 5, 12)
    )
    made.stabilises_until_on = date(2026, 6, 9)
    settle_milestones([made])
    rows = {row.kind: row for row in milestones_of(made.id)}
    for said in (
        MilestoneDetails(MilestoneKind.KICK_OFF, falls_on=date(2026, 4, 20)),
        MilestoneDetails(MilestoneKind.TRAINING_OPENS, anchor=rows[MilestoneKind.TRAINING_DUE], offset=Offset(-5)),
    ):
        add_milestone(made, said, country="GB-ENG", by=TESTER)
    line = make_line(programme, wave=made, owner=make_writer(), name="Department briefing, wave 3")
    chain = Chain(rows[MilestoneKind.GO_LIVE], (-7, -1, 5), time(14))
    first, second, third = plan_chain(line, chain, by=TESTER)
    asked, po_polsku = (ReaderQuestion(text, "A\nB", number, "Why") for text, number in (("Who?", 2), ("Kto?", None)))
    write_occurrence(first, "What changes", "Dear {{ first_name }}", question=asked, by=line.owner.actor)
    write_translation(first, "pl", "Co się zmienia", "Cześć", question=po_polsku, by=line.owner.actor)
    first.status = OccurrenceStatus.SENT
    drop_anchor(second, by=TESTER)
    prepare_message(made, owner=line.owner, timezone=line.timezone, holiday_country="GB-ENG", by=TESTER)
    skip_occurrence(third, "Not needed", by=TESTER)
    return made


def test_a_copy_keeps_every_offset_and_the_texts(wave: Wave) -> None:
    plan = copy_of(wave, NEXT, SEEN)
    new = copy_wave(wave, CopyWanted("Claims again", NEXT), SEEN, by=TESTER)
    db.session.expire_all()
    assert (new.number, new.name, new.go_live_on, new.training_due_on) == (4, "Claims again", NEXT, date(2026, 9, 8))
    told = [(row.title, row.falls_on, row.counted_words) for row in milestones_of(new.id)]
    assert told == [
        ("Kick-off", date(2026, 8, 24), "its own day"),
        ("Training opens", date(2026, 9, 1), "5 working days before the day on which training is due"),
        ("Training is due", date(2026, 9, 8), "7 days before go-live"),
        ("Go-live", NEXT, "its own day"),
        ("The quiet period ends", date(2026, 10, 13), "28 days after go-live"),
    ]
    assert [(each.milestone.title, each.falls_on) for each in plan.days] == [(title, day) for title, day, _ in told]
    line = db.session.scalars(select(Communication).where(Communication.wave_id == new.id)).one()
    assert (line.name, line.audience.rule) == ("Department briefing, wave 4", {"field": "wave", "values": [new.id]})
    rows = db.session.scalars(
        select(Occurrence).where(Occurrence.communication_id == line.id).order_by(Occurrence.sends_at)
    ).all()
    assert [(row.sends_on, row.status, row.subject) for row in rows] == [
        (date(2026, 9, 4), OccurrenceStatus.DRAFT, "What changes"),
        (date(2026, 9, 14), OccurrenceStatus.DRAFT, "What changes in claims"),
    ]
    assert [row.sends_at for row in rows] == [each.sends_at for each in plan.messages]
    assert rows[0].asked == ReaderQuestion("Who?", "A\nB", 2, "Why")
    assert db.session.scalars(select(OccurrenceText.question).order_by(OccurrenceText.id)).all() == ["Kto?", "Kto?"]
    texts = db.session.scalars(select(OccurrenceText.subject).where(OccurrenceText.occurrence_id == rows[0].id)).all()
    assert texts == ["Co się zmienia"]
    live = next(row for row in milestones_of(new.id) if row.kind is MilestoneKind.GO_LIVE)
    anchors = db.session.scalars(select(Anchor).where(Anchor.milestone_id == live.id).order_by(Anchor.id)).all()
    assert [each.offset.words("go-live") for each in anchors] == [
        "7 working days before go-live",
        "1 day before go-live",
    ]
    assert departments_of_waves([new.id]) == {}
    assert [w.name for w in workflows_of_waves([new.id])[new.id]] == ["Claims triage"]


def test_a_copy_leaves_out_what_is_not_wanted_and_what_would_be_past(wave: Wave) -> None:
    bare = copy_wave(wave, CopyWanted("Bare", NEXT, with_workflows=False, with_messages=False), SEEN, by=TESTER)
    assert workflows_of_waves([bare.id]) == {}
    assert set(db.session.scalars(select(Communication.wave_id))) == {wave.id}
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == Verb.COPIED_WAVE)).one()
    assert entry.changes["messages"] == [None, 0]
    soon = copy_of(wave, date(2026, 4, 17), SEEN)
    assert [each.has_passed for each in soon.messages] == [True, False]
    near = copy_wave(wave, CopyWanted("Near", date(2026, 4, 17)), SEEN, by=TESTER)
    made = select(Occurrence).join(Communication).where(Communication.wave_id == near.id)
    assert [row.sends_on for row in db.session.scalars(made)] == [date(2026, 4, 16)]
    wave.programme.closed_at = SEEN.now
    with pytest.raises(RuleBroken, match="is closed"):
        copy_wave(wave, CopyWanted("Late", NEXT), SEEN, by=TESTER)
