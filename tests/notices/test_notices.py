"""Notices: who publishes, who is sent one and when, what a wave waits for, and the proof."""

from datetime import date

import pytest
from factories import TESTER, make_account, make_person, make_programme, make_wave, make_workflow
from sqlalchemy import select, update

from engagement import clock
from engagement.audit import Actor
from engagement.consultations.actions.bodies import make_body, name_member
from engagement.consultations.actions.consulting import open_consultation
from engagement.consultations.rules import Asked, BodyDetails, BodyKind
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState
from engagement.notices.actions import end_effect, publish_notice, say_effect, send_notice, write_notice
from engagement.notices.models import Notice
from engagement.notices.queries.informed import Told, missing_in_wave, proof_of, told_in_waves
from engagement.notices.queries.present import current_notices, draft_of, notices_to_send, published_of
from engagement.people.models import Person
from engagement.programmes.models import Workflow
from engagement.readiness.queries.obstacles import obstacles
from engagement.readiness.rules import ObstacleKind
from engagement.waves.actions import add_member
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus

pytestmark = pytest.mark.usefixtures("app", "frozen")
TODAY = date(2026, 4, 14)
BODY = "It sorts your claims.\n\n- Nobody sees how **fast** you are."


def author() -> Actor:
    return make_account("ann@example.com", "Ann Author").actor


def affecting() -> tuple[Workflow, Wave, list[Person]]:
    programme = make_programme()
    workflow = make_workflow(programme)
    people = [make_person("Ann One", "ann.one@example.com"), make_person("Bob Two", "bob@example.com")]
    return workflow, make_wave(programme, workflows=(workflow,), members=people), people


def published(workflow: Workflow, by: Actor) -> Notice:
    say_effect(workflow, "It decides who gets which case.", by=by)
    notice = write_notice(workflow, "What claims triage means for you", BODY, by=by)
    publish_notice(notice, by=TESTER)
    return notice


def stands(wave: Wave, to: WaveStatus) -> list[str]:
    found = obstacles(wave, TODAY, to=to)
    return [each.why for each in found if each.kind is ObstacleKind.RIGHT]


def hand_over_to_people() -> None:
    """Let the mail server accept everything."""
    db.session.execute(update(Delivery).values(state=DeliveryState.SENT, sent_at=clock.now()))
    db.session.expire_all()


def test_a_notice_is_written_by_one_and_published_by_another_who_changes_nothing() -> None:
    workflow, _, _ = affecting()
    by = author()
    notice = write_notice(workflow, "What it means", BODY, by=by)
    with pytest.raises(RuleBroken, match="Say first how Claims triage affects workers"):
        publish_notice(notice, by=TESTER)
    with pytest.raises(BadInput) as refused:
        say_effect(workflow, "  ", by=by)
    assert list(refused.value.problems) == ["why"]
    say_effect(workflow, "It decides who gets which case.", by=by)
    with pytest.raises(RuleBroken, match="nobody approves their own text"):
        publish_notice(notice, by=by)
    assert publish_notice(notice, by=TESTER) == 2
    with pytest.raises(RuleBroken, match="published already"):
        publish_notice(notice, by=TESTER)
    wrong = {("", BODY): "subject"} | dict.fromkeys(
        (("What", " "), ("What", "Dear {{ first_name }}"), ("What", "x" * 20_001)), "body"
    )
    for (subject, body), field in wrong.items():
        with pytest.raises(BadInput) as refused:
            write_notice(workflow, subject, body, by=by)
        assert list(refused.value.problems) == [field]
    second = write_notice(workflow, "What else it means", BODY, by=by)
    assert (second.number, draft_of(workflow.id), current_notices([workflow.id])[workflow.id]) == (2, second, notice)
    assert publish_notice(second, by=TESTER) == 2
    assert [row.number for row in published_of(workflow.id)] == [2, 1]
    # What still waited of the first one is stopped: everybody gets the current words.
    states = [(row.mailing_id == second.mailing_id, row.state) for row in db.session.scalars(select(Delivery))]
    assert sorted(states) == [(False, DeliveryState.SUPPRESSED)] * 2 + [(True, DeliveryState.QUEUED)] * 2
    assert notice.mailing is not None
    assert "Nobody sees how **fast** you are." not in notice.mailing.text
    assert "<strong>fast</strong>" in notice.mailing.html


def test_a_wave_waits_until_everybody_was_sent_the_notice_also_who_comes_later() -> None:
    workflow, wave, (first, second) = affecting()
    assert stands(wave, WaveStatus.READY) == []
    by = author()
    say_effect(workflow, "It decides who gets which case.", by=by)
    no_notice = ["Nobody has written what people are told about Claims triage."]
    assert stands(wave, WaveStatus.READY) == stands(wave, WaveStatus.LIVE) == no_notice
    notice = published(workflow, by)
    assert stands(wave, WaveStatus.READY) == []
    assert stands(wave, WaveStatus.LIVE) == ["0 of 2 people were sent the notice of what affects their work."]
    hand_over_to_people()
    assert stands(wave, WaveStatus.LIVE) == []
    later = make_person("Cem Later", "cem@example.com")
    add_member(wave, later, by=TESTER)
    assert (notices_to_send(), told_in_waves([wave.id], notice)[wave.id]) == ([notice.id], Told(3, 2, 0))
    assert [person.name for person in db.session.scalars(missing_in_wave(wave.id, notice))] == ["Cem Later"]
    assert [send_notice(notice.id), send_notice(notice.id)] == [1, 0]
    hand_over_to_people()
    assert (told_in_waves([wave.id], notice)[wave.id].missing, stands(wave, WaveStatus.LIVE)) == (0, [])
    assert [(line.name, line.number, line.state) for line in proof_of(workflow.id)] == [
        (name, 1, DeliveryState.SENT) for name in ("Cem Later", "Ann One", "Bob Two")
    ]
    end_effect(workflow, by=by)
    assert (notices_to_send(), first.name, second.name) == ([], "Ann One", "Bob Two")


def test_who_speaks_for_a_body_that_is_asked_gets_it_too_and_nobody_of_a_wave_that_is_over() -> None:
    workflow, wave, _ = affecting()
    council = make_body(wave.programme, BodyDetails("Council", BodyKind.WORKS_COUNCIL), None, by=TESTER)
    name_member(council, make_person("Rea Council", "rea@example.com"), by=TESTER)
    notice = published(workflow, author())
    assert len(db.session.scalars(select(Delivery)).all()) == 2
    open_consultation(wave, council, Asked(False, "", None), today=TODAY, by=TESTER)
    assert send_notice(notice.id) == 1
    add_member(wave, make_person("Dee Late", "dee@example.com"), by=TESTER)
    wave.status = WaveStatus.CANCELLED
    assert send_notice(notice.id) == 0
