"""Promises to stakeholders: making, moving and closing them, who reads them, reminders, and next steps of important ones."""

from datetime import date, timedelta

import pytest
from factories import TESTER, make_change_manager, make_person, make_programme, make_wave
from sqlalchemy import select, true
from sqlalchemy.exc import IntegrityError
from stakeholders.map_rows import ON, add, promise

from engagement import clock
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput, BeyondReach, NotFound, RuleBroken
from engagement.people import actions as people
from engagement.people.models import Person
from engagement.privacy.actions.erasing import erase_person
from engagement.privacy.actions.outsiders import erase_outsider
from engagement.reach import Reach
from engagement.stakeholders.actions import mapping
from engagement.stakeholders.commitments.actions import promising
from engagement.stakeholders.commitments.models import Commitment
from engagement.stakeholders.commitments.queries.lists import (
    Filters,
    Standing,
    commitments_listed,
    moves_of,
    of_stakeholder,
    open_of_owner,
    with_everything,
)
from engagement.stakeholders.commitments.queries.next_steps import (
    important_without_next_step,
    lacking_next_step,
    promises_due,
    with_owners,
)
from engagement.stakeholders.commitments.rules import Outcome
from engagement.stakeholders.commitments.scopes import commitment_for, commitment_to_change
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.standings.actions import say_standing
from engagement.stakeholders.standings.rules import Standing as Judged
from engagement.verbs import Verb

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.mark.parametrize(
    ("values", "field"),
    [({"text": " "}, "text"), ({"text": "x" * 1_001}, "text"), ({"due": ON - timedelta(days=1)}, "due_on")],
)
def test_what_makes_no_sense_is_refused(wave, sam, values, field):
    with pytest.raises(BadInput) as refused:
        promise(add("Brokers", wave), sam, **values)
    assert list(refused.value.problems) == [field]


def test_who_has_left_keeps_no_promise_and_nobody_off_the_map_gets_one(wave, sam):
    row = add("Brokers", wave)
    people.mark_as_left(sam, by=TESTER)
    with pytest.raises(RuleBroken, match="Sam Pryce has left"):
        promise(row, sam)
    mapping.remove_stakeholder(row, by=TESTER)
    with pytest.raises(RuleBroken, match="Brokers was taken off the map"):
        promise(row, make_person())


def test_another_day_keeps_the_former_one_with_the_reason(wave, sam):
    row, ann = promise(add("Brokers", wave), sam), make_person("Ann Employee")
    former = row.due_on
    assert promising.move_promise(row, former, sam, "", on=ON, by=TESTER) is None
    with pytest.raises(BadInput) as refused:
        promising.move_promise(row, former + timedelta(days=7), sam, " ", on=ON, by=TESTER)
    assert refused.value.problems == {"reason": promising.WHY_MOVED}
    with pytest.raises(BadInput, match="This day has passed"):
        promising.move_promise(row, ON - timedelta(days=1), sam, "Ill", on=ON, by=TESTER)
    promising.move_promise(row, former + timedelta(days=7), sam, "The rota is not agreed.", on=ON, by=TESTER)
    promising.move_promise(row, row.due_on, ann, "Sam is ill.", on=ON, by=TESTER)
    assert [
        (move.former_on, move.due_on, move.former_owner.name, move.owner.name, move.reason) for move in moves_of(row.id)
    ] == [
        (former + timedelta(days=7), former + timedelta(days=7), "Sam Pryce", "Ann Employee", "Sam is ill."),
        (former, former + timedelta(days=7), "Sam Pryce", "Sam Pryce", "The rota is not agreed."),
    ]


def test_a_promise_ends_with_a_sentence_and_once(wave, sam):
    row = promise(add("Brokers", wave), sam)
    with pytest.raises(BadInput) as refused:
        promising.close_promise(row, Outcome.KEPT, "  ", by=TESTER)
    assert list(refused.value.problems) == ["outcome_words"]
    promising.close_promise(row, Outcome.NOT_KEPT, "The rota was never agreed.", by=make_change_manager().actor)
    assert (row.outcome, row.outcome_words, row.closed_by.name) == (
        Outcome.NOT_KEPT,
        "The rota was never agreed.",
        "Ines Okafor",
    )
    with pytest.raises(RuleBroken, match="closed this promise already"):
        promising.close_promise(row, Outcome.KEPT, "No, it was.", by=TESTER)
    with pytest.raises(RuleBroken, match="closed already"):
        promising.move_promise(row, ON, sam, "Why", on=ON, by=TESTER)


def test_the_database_wants_an_outcome_with_every_end(wave, sam):
    row = promise(add("Brokers", wave), sam)
    row.closed_at = clock.now()
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_the_audit_has_days_and_outcomes_but_no_words(wave, sam):
    row = promise(add("Brokers", wave), sam)
    promising.move_promise(row, ON + timedelta(days=20), sam, "Secret reason.", on=ON, by=TESTER)
    promising.close_promise(row, Outcome.KEPT, "Secret outcome.", by=TESTER)
    verbs = (Verb.MADE_PROMISE, Verb.MOVED_PROMISE, Verb.CLOSED_PROMISE)
    told = select(AuditEntry.subject_name, AuditEntry.changes).where(AuditEntry.verb.in_(verbs)).order_by(AuditEntry.id)
    assert [tuple(entry) for entry in db.session.execute(told)] == [
        ("Brokers", {"due": [None, "2026-04-23"]}),
        ("Brokers", {"due": ["2026-04-23", "2026-05-04"]}),
        ("Brokers", {"outcome": [None, "kept"]}),
    ]


def test_it_is_read_by_who_keeps_a_map_and_by_whoever_keeps_the_promise(wave, sam):
    row = promise(add("Brokers", wave), sam)
    here, far = Reach(waves=frozenset({wave.id})), Reach(waves=frozenset({make_wave(make_programme("B")).id}))
    own, nobody = Reach(person_id=sam.id), Reach(person_id=make_person("Ann Employee").id)
    assert [commitment_for(reach, row.id) for reach in (here, own)] == [row, row]
    assert commitment_to_change(own, own, row.id) is row
    assert commitment_to_change(here, here, row.id) is row
    with pytest.raises(BeyondReach):
        commitment_to_change(here, far, row.id)
    with pytest.raises(NotFound):
        commitment_for(far, row.id)
    with pytest.raises(BeyondReach):
        commitment_for(nobody, row.id)


def test_lists_are_narrowed_and_take_one_statement(wave, sam, statements):
    row, ann = add("Brokers", wave), make_person("Ann Employee")
    late = promise(row, sam, "Late", ON)
    soon = promise(row, ann, "Soon", ON + timedelta(days=2))
    done = promise(row, sam, "Done")
    promising.close_promise(done, Outcome.KEPT, "Sent.", by=TESTER)
    after = ON + timedelta(days=1)
    reach = Reach(everything=True, person_id=ann.id)

    def texts(on=after, **filters):
        asked = commitments_listed(true(), Filters(**filters), reach, on)
        return [each.text for each in with_everything(asked)]

    assert texts() == ["Late", "Soon"]
    assert texts(standing=Standing.LATE) == ["Late"]
    assert texts(standing=Standing.LATE, on=ON) == []
    assert texts(standing=Standing.CLOSED, outcome=Outcome.KEPT) == ["Done"]
    assert texts(standing=Standing.CLOSED, outcome=Outcome.NOT_KEPT) == []
    assert texts(only_own=True) == ["Soon"]
    assert texts(standing=None, owner_id=sam.id) == ["Late", "Done"]
    assert texts(words="brok soon") == ["Soon"]
    assert (late.days_late(after), soon.days_late(after), done.days_late(date(2027, 1, 1))) == (1, 0, 0)
    assert [each.text for each in open_of_owner(sam.id)] == ["Late"]
    assert [[each.text for each in part] for part in of_stakeholder(row.id, 5)] == [["Late", "Soon"], ["Done"]]
    sam_id = sam.id
    db.session.commit()
    with statements() as sent:
        for each in open_of_owner(sam_id):
            assert each.stakeholder.title + each.owner.name
    assert len(sent) == 1
    mapping.remove_stakeholder(row, by=TESTER)
    assert texts() == []
    assert texts(standing=None) == ["Late", "Soon", "Done"]


def judge(row, influence, interest):
    say_standing(row, Judged(influence, interest), on=ON, by=TESTER)


def test_important_ones_without_a_next_step_are_asked_of_who_looks_after_them(wave, sam):
    mine, nobodys, weak, theirs = (
        add(name, wave, owner=owner)
        for name, owner in (("Mine", sam), ("Nobody’s", None), ("Weak", sam), ("Theirs", make_person("Ann Owner")))
    )
    for row, interest in ((mine, 50), (nobodys, 90), (weak, 49), (theirs, 90)):
        judge(row, 50, interest)
    ids = [row.id for row in (mine, nobodys, weak, theirs)]

    def shown(found):
        return [db.session.get(Stakeholder, key) for key in found[1]]

    assert lacking_next_step(ids) == [mine, nobodys, theirs]
    planner = Reach(waves=frozenset({wave.id}), person_id=sam.id)
    assert shown(important_without_next_step(planner, 9)) == [mine, nobodys]
    assert shown(important_without_next_step(Reach(person_id=sam.id), 9)) == [mine]
    assert shown(important_without_next_step(Reach(waves=frozenset({wave.id})), 9)) == [nobodys]
    assert important_without_next_step(planner, 1) == (2, [mine.id])
    assert with_owners([mine.id, nobodys.id]) == {mine.id: (mine, sam), nobodys.id: (nobodys, None)}
    people.mark_as_left(db.session.scalars(select(Person).where(Person.name == "Ann Owner")).one(), by=TESTER)
    assert shown(important_without_next_step(planner, 9)) == [mine, nobodys, theirs]
    kept = promise(mine, sam)
    mapping.remove_stakeholder(nobodys, by=TESTER)
    assert lacking_next_step(ids) == [theirs]
    promising.close_promise(kept, Outcome.KEPT, "Sent.", by=TESTER)
    assert lacking_next_step(ids) == [mine, theirs]


def test_a_promise_needs_its_keeper_on_the_day_and_others_after_it(wave, sam):
    ann = make_person("Ann Owner", "ann@example.com")
    row = promise(add("Brokers", wave, owner=ann), sam, due=ON)
    after, before = ON + timedelta(days=1), ON - timedelta(days=1)
    keeper, carer, planner = Reach(person_id=sam.id), Reach(person_id=ann.id), Reach(waves=frozenset({wave.id}))
    stranger = Reach(person_id=make_person().id)
    found = {
        on: [promises_due(reach, on, 9) == (1, [row]) for reach in (keeper, carer, planner, stranger)]
        for on in (before, ON, after)
    }
    assert found == {
        before: [False, False, False, False],
        ON: [True, False, False, False],
        after: [True, True, True, False],
    }


def test_erasing_ends_promises_to_somebody_and_waits_for_those_of_somebody(wave, sam):
    zed = add("Zed Broker", wave)
    row = promise(zed, sam, "Call Zed")
    promising.move_promise(row, ON + timedelta(days=20), sam, "Zed is away.", on=ON, by=TESTER)
    with pytest.raises(RuleBroken, match=f"still holds Promise {row.id}"):
        erase_person(sam, by=TESTER)
    erase_outsider(zed, by=TESTER)
    db.session.commit()
    gone = db.session.scalars(select(Commitment)).one()
    assert (gone.text, gone.outcome, [move.reason for move in moves_of(gone.id)]) == (
        "",
        Outcome.NO_LONGER_WANTED,
        [""],
    )
    erase_person(sam, by=TESTER)
