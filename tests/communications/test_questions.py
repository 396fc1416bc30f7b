"""The question of a message: what keeps it from being asked, as part of the text, and how answers are counted."""

import random
import threading
from collections import defaultdict
from dataclasses import replace

import pytest
from factories import make_department, make_person
from sqlalchemy import select

from engagement.audit import AuditEntry
from engagement.communications.actions import writing
from engagement.communications.actions.approving import ask_approval
from engagement.communications.answers.actions import answer_message
from engagement.communications.answers.models import MessageAnswer
from engagement.communications.answers.queries import Answered, all_of, answers_of, with_names
from engagement.communications.models import Occurrence
from engagement.communications.queries.approvals import standing_approval
from engagement.communications.queries.one_message import versions_of
from engagement.communications.rules import OccurrenceStatus
from engagement.communications.texts.queries.problems import problems_of
from engagement.communications.texts.queries.questions import question_in
from engagement.communications.texts.rules.questions import question_problems, translated_problems
from engagement.content.question import ReaderQuestion
from engagement.db import count_of, db
from engagement.errors import BadInput, RuleBroken
from engagement.people.models import Person
from tests.communications.calendar_rows import TEXT, make_approved, make_draft, make_line, queue

FLOOR = 5
ASKED = ReaderQuestion("Who decides?", "The system\nI do\nThe desk", 2, "Every decision stays yours.")
POLISH = ReaderQuestion("Kto decyduje?", "System\nJa\nZespół", None, "Każda decyzja jest Twoja.")
CONFIRM = "It is answered where readers confirm that they have read it, so let them confirm, or take it out."
on_a_database = pytest.mark.usefixtures("app", "frozen")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"question": " "}, "Write the question, or empty its answers and the reason."),
        ({"answers": "One", "right_answer": 1}, "Write 2 to 4 answers, one a line; there are 1."),
        ({"answers": "1\n2\n3\n4\n5"}, "Write 2 to 4 answers, one a line; there are 5."),
        ({"answers": "I do\ni DO"}, "Two answers are the same."),
        ({"answers": "x" * 301 + "\ny"}, "Keep each answer under 300 characters."),
        ({"right_answer": None}, "Say which of the answers is right."),
        ({"right_answer": 4}, "Say which of the answers is right."),
        ({"why": ""}, "Say why it is right. Whoever chose another answer reads it."),
        ({"why": "Because {{ go_live }}"}, "Merge fields can’t stand in it: everybody reads the same words."),
    ],
)
def test_a_question_is_whole_or_says_what_it_lacks(changed, sentence):
    assert question_problems(replace(ASKED, **changed), is_confirmed=True) == [f"Question: {sentence}"]


def test_a_question_needs_readers_who_confirm_and_none_needs_nothing():
    assert question_problems(ASKED, is_confirmed=True) == question_problems(ReaderQuestion(), is_confirmed=False) == []
    assert question_problems(ASKED, is_confirmed=False) == [f"Question: {CONFIRM}"]


def test_a_translation_asks_the_same_with_as_many_answers():
    assert translated_problems(POLISH, ASKED) == translated_problems(POLISH, ReaderQuestion()) == []
    assert translated_problems(ReaderQuestion(), ASKED) == ["Question: it is missing in this language."]
    fewer = translated_problems(replace(POLISH, answers="Ja\nSystem"), ASKED)
    assert fewer == ["Question: Write as many answers as the message itself has, in the same order."]
    assert translated_problems(ASKED, ASKED) == ["Question: It is still the one that it is a translation of."]


@on_a_database
def test_a_change_of_the_question_is_a_version_withdraws_the_approval_and_can_be_brought_back():
    row = make_approved(make_line(asks_confirmation=True))
    by = row.communication.owner.actor
    version, subject = row.text_version, row.subject
    written = writing.write_occurrence(row, subject, TEXT, question=ASKED, by=by)
    assert (written.is_changed, written.withdrew_approval, row.text_version) == (True, True, version + 1)
    assert (standing_approval(row), row.status) == (None, OccurrenceStatus.DRAFT)
    assert not writing.write_occurrence(row, subject, TEXT, question=ASKED, by=by).is_changed
    assert not writing.write_occurrence(row, subject, TEXT, by=by).is_changed
    writing.write_occurrence(row, subject, TEXT, question=replace(ASKED, right_answer=1), by=by)
    writing.write_occurrence(row, subject, TEXT, question=ReaderQuestion(), by=by)
    assert question_in(row, "en") is None
    told = [version.asked for version in versions_of(row.id)]
    assert told[:3] == [ReaderQuestion(), replace(ASKED, right_answer=1), ASKED]
    writing.bring_back(row, versions_of(row.id)[2], by=by)
    assert row.asked == ASKED
    with pytest.raises(BadInput, match="Shorten this to 5,000 characters"):
        writing.write_occurrence(row, subject, TEXT, question=replace(ASKED, why="x" * 5001), by=by)


@on_a_database
def test_every_language_asks_or_the_message_waits():
    row = make_draft(make_line(asks_confirmation=True))
    by = row.communication.owner.actor
    writing.write_occurrence(row, "What changes", TEXT, question=ASKED, by=by)
    writing.write_translation(row, "pl", "Co się zmienia", "Dzień dobry.", by=by)
    assert problems_of(row) == ["Polish: Question: it is missing in this language."]
    with pytest.raises(BadInput, match="it is missing"):
        ask_approval(row, by=by)
    writing.write_translation(row, "pl", "Co się zmienia", "Dzień dobry.", question=POLISH, by=by)
    assert problems_of(row) == []
    assert question_in(row, "pl") == replace(POLISH, right_answer=2)
    assert question_in(row, "de") == ASKED
    writing.write_occurrence(row, "What changes", TEXT, asks_confirmation=False, by=by)
    assert problems_of(row) == [f"Question: {CONFIRM}"]


def make_sent(people: int = 1, places: int = 1) -> tuple[Occurrence, list[Person]]:
    """Return a message that asks and was sent to these people, by turns of these departments, and them."""
    readers = [
        make_person(f"Reader {n}", f"r{n}@example.com", make_department(f"Operations/Place {n % places}"))
        for n in range(people)
    ]
    row = make_approved(make_line(asks_confirmation=True), question=ASKED)
    queue(row)
    db.session.refresh(row)
    return row, readers


@on_a_database
def test_only_the_first_answer_counts_and_nonsense_is_refused_in_words():
    row, [ann] = make_sent()
    for nonsense in (None, 0, 4, -1):
        with pytest.raises(BadInput) as refused:
            answer_message(row, ann, nonsense, floor=FLOOR)
        assert refused.value.problems == {"answer": "Choose one. We never choose for you."}
    before = count_of(select(AuditEntry))
    assert answer_message(row, ann, 1, floor=FLOOR)
    assert not answer_message(row, ann, 2, floor=FLOOR)
    kept = db.session.scalars(select(MessageAnswer)).one()
    assert (kept.answer, kept.is_right, kept.department_id) == (1, False, None)
    assert count_of(select(AuditEntry)) == before


@on_a_database
def test_a_message_that_asks_nothing_or_is_not_out_takes_no_answer():
    row = make_approved(make_line(asks_confirmation=True), question=ASKED)
    person = make_person("Ann", "ann@example.com")
    with pytest.raises(RuleBroken):
        answer_message(row, person, 2, floor=FLOOR)
    row.status, row.asked = OccurrenceStatus.SENT, ReaderQuestion()
    with pytest.raises(RuleBroken):
        answer_message(row, person, 2, floor=FLOOR)


@on_a_database
def test_no_two_looks_and_no_two_figures_differ_by_fewer_people_than_the_floor():
    """Whoever looks after each answer, and at each part, learns of five people at once at least."""
    chance = random.Random(11)
    row, readers = make_sent(40, places=3)
    few = [make_person(f"Few {n}", f"f{n}@example.com", make_department("Operations/Few")) for n in range(3)]
    by_hand, before = defaultdict(list), {}
    for person in chance.sample(readers, 40) + few:
        answer = chance.randrange(1, 4)
        answer_message(row, person, answer, floor=FLOOR)
        by_hand[person.department_id if person in readers else None].append(answer == 2)
        found = answers_of([row.id], FLOOR).get(row.id, {})
        for key, given in by_hand.items():
            counted = given[: len(given) - len(given) % FLOOR]
            assert found.get(key, Answered()) == Answered(sum(counted), len(counted))
            assert found.get(key, Answered()).people - before.get(key, Answered()).people in (0, FLOOR)
        assert all_of(found).people % FLOOR == 0
        before = found
    assert None not in found
    assert [name for _, name, _ in with_names(found)] == [f"Operations/Place {n}" for n in range(3)]
    assert answers_of([], FLOOR) == {}


@on_a_database
def test_small_departments_are_counted_together_as_they_stood_when_somebody_answered(statements):
    row, readers = make_sent(12, places=6)
    for person in readers[:11]:
        answer_message(row, person, 2, floor=FLOOR)
    readers[0].department = make_department("Elsewhere")
    db.session.flush()
    key = row.id
    with statements() as sent:
        found = answers_of([key], FLOOR)
    assert len(sent) == 1
    assert with_names(found[key]) == [(None, "Smaller departments together", Answered(10, 10))]


@on_a_database
def test_another_floor_tells_of_no_group_under_it_and_counts_nothing_twice():
    row, readers = make_sent(9)
    for person in readers[:5]:
        answer_message(row, person, 2, floor=FLOOR)
    assert all_of(answers_of([row.id], FLOOR)[row.id]) == Answered(5, 5)
    assert answers_of([row.id], 6) == {}
    for person in readers[5:]:
        answer_message(row, person, 1, floor=4)
    assert all_of(answers_of([row.id], FLOOR)[row.id]) == Answered(5, 9)


def test_answers_that_come_at_the_same_moment_count_together_or_wait(app, frozen):
    row, readers = make_sent(7)
    for person in readers[:4]:
        answer_message(row, person, 1, floor=FLOOR)
    key, last = row.id, [person.id for person in readers[4:]]
    db.session.commit()
    start = threading.Barrier(len(last))

    def answer(person_id: int) -> None:
        with app.app_context():
            start.wait()
            answer_message(db.session.get_one(Occurrence, key), db.session.get_one(Person, person_id), 2, floor=FLOOR)
            db.session.commit()

    threads = [threading.Thread(target=answer, args=(person_id,)) for person_id in last]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert count_of(select(MessageAnswer.id)) == 7
    assert all_of(answers_of([key], FLOOR)[key]) == Answered(1, 5)
