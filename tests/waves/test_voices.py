"""What people say of their change each alone: who is asked, counting from the floor on, and that nothing leads back to anybody."""

import random
from collections import Counter, defaultdict
from datetime import UTC, datetime

import pytest
from factories import TESTER, make_department, make_people, make_person, make_wave
from flask import Flask
from sqlalchemy import select, text

from engagement.audit import AuditEntry
from engagement.db import Base, db
from engagement.errors import BadInput, RuleBroken
from engagement.people.rules import TrainingRole
from engagement.programmes.scope.rules import StatementFor
from engagement.scheduler.wave_jobs import count_voices as job
from engagement.waves.impacts.actions import assess_impact, publish_impact
from engagement.waves.impacts.models import ImpactAssessment
from engagement.waves.impacts.queries.standing import members_of, published_for, roles_of_members, standing_assessment
from engagement.waves.impacts.rules import Aspect, AspectSaid, Assessed, ImpactSide, middle_of, people_said
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from engagement.waves.voices.actions import answer_alone, count_voices
from engagement.waves.voices.models import ImpactMark, ImpactVoice
from engagement.waves.voices.queries import answered_by, sentences_of
from engagement.waves.voices.rules import Own, answer_problems, mark_of

FLOOR, SECRET = 5, "only for tests"
LEADERS, ANSWERS = ImpactSide.LEADERS, ImpactSide.ANSWERS
INSTANT = datetime(2026, 4, 14, 9, 27, 31, tzinfo=UTC)


def published(wave: Wave, department, for_role: StatementFor = StatementFor.EVERYBODY, points: int = 2):
    said = Assessed({Aspect.TASKS: AspectSaid(points, "", f"Otherwise for {for_role}.")})
    row = assess_impact(wave, department, LEADERS, said, for_role, floor=FLOOR, by=TESTER)
    assert row is not None
    publish_impact(wave, department.id, for_role, by=TESTER)
    return row


def answer(row: ImpactAssessment, person_id: int, **said: int | tuple[int, str]) -> None:
    own = {Aspect(name): Own(*each) if isinstance(each, tuple) else Own(each) for name, each in said.items()}
    answer_alone(row, person_id, own, floor=FLOOR, secret=SECRET)


@pytest.mark.parametrize(
    ("given", "middle"), [([0], 0), ([5, 5, 0], 5), ([0, 5], 5), ([1, 2, 3, 4], 3), ([0, 0, 0, 5, 5], 0)]
)
def test_the_middle_makes_nothing_light(given: list[int], middle: int):
    counts = Counter(given)
    assert middle_of([counts[points] for points in range(6)]) == middle == sorted(given)[len(given) // 2]


def test_what_each_said_alone_goes_before_what_they_said_together():
    together = Assessed({Aspect.TASKS: AspectSaid(1, "Now", "Then"), Aspect.PAY: AspectSaid(0)}, "Workshop", 8)
    alone = Assessed({Aspect.TASKS: AspectSaid(4, counts=(0, 0, 0, 0, 5, 0))}, "", 5)
    both = people_said(together, alone)
    assert both is not None
    assert both.of(Aspect.TASKS) == AspectSaid(4, "Now", "Then", (0, 0, 0, 0, 5, 0))
    assert both.of(Aspect.PAY) == AspectSaid(0)
    assert (people_said(None, alone), people_said(together, None), people_said(None, None)) == (alone, together, None)


def test_each_fault_of_an_answer_has_its_field():
    assert list(answer_problems({}, {})) == ["score_tasks"]
    assert list(answer_problems({}, {Aspect.PAY: "Why"})) == ["score_pay"]
    assert list(answer_problems({Aspect.PAY: Own(6)}, {})) == ["score_pay"]
    assert list(answer_problems({Aspect.PAY: Own(0, "x" * 301)}, {})) == ["words_pay"]


def test_a_mark_names_nobody_without_the_secret():
    marks = {mark_of(secret, row, person) for secret in "ab" for row in (1, 11) for person in (1, 11, 111)}
    assert len(marks) == 12
    assert {len(mark) for mark in marks} == {64}


def test_who_reads_what_follows_from_department_and_role(app: Flask):
    """Of the closest department: what is for each role of theirs, and what is for everybody where a role has nothing."""
    above, below = make_department("Operations"), make_department("Operations/Claims")
    people = [*make_people(3, "Operations/Claims"), make_person("L", "l@example.com", below, (TrainingRole.LEADER,))]
    nobody = make_person("N", "n@example.com", below, ())
    wave = make_wave(departments=(above,), members=[*people, nobody])
    assert roles_of_members(wave.id) == {
        (below.id, TrainingRole.USER): 3,
        (below.id, TrainingRole.LEADER): 1,
        (below.id, None): 1,
    }
    rows = {each: published(wave, above, each) for each in (StatementFor.EVERYBODY, StatementFor.USER)}

    def read(*roles: TrainingRole) -> list[StatementFor]:
        return [row.for_role for row in published_for([wave.id], below.lineage, roles)]

    assert read() == read(TrainingRole.LEADER) == [StatementFor.EVERYBODY]
    assert read(TrainingRole.USER) == [StatementFor.USER]
    assert read(TrainingRole.USER, TrainingRole.LEADER) == [StatementFor.EVERYBODY, StatementFor.USER]
    assert members_of(list(rows.values())) == {
        rows[StatementFor.EVERYBODY].id: 5,
        rows[StatementFor.USER].id: 3,
    }
    assert (standing := standing_assessment(wave.id, above.id, LEADERS, StatementFor.USER)) is not None
    assert standing.said.of(Aspect.TASKS).after == "Otherwise for user."


def test_answers_are_counted_in_no_fewer_than_the_floor_whatever_comes_on_which_day(app: Flask):
    """Random answers over days against a count of everything by hand; two counts never differ by fewer than the floor."""
    chance = random.Random(3)
    claims, desk = make_department("Operations/Claims"), make_department("Operations/Desk")
    people = {
        claims: make_people(14, claims.path),
        desk: [make_person(f"D{n}", f"d{n}@x.example", desk) for n in range(9)],
    }
    wave = make_wave(departments=(claims, desk), members=[*people[claims], *people[desk]])
    rows = {place: published(wave, place) for place in people}
    waiting: dict[tuple, list[Own]] = defaultdict(list)
    counted: dict[tuple, list[Own]] = defaultdict(list)
    to_come = [(place, person) for place in people for person in people[place]]
    chance.shuffle(to_come)
    while to_come:
        for place, person in [to_come.pop() for _ in range(min(4, len(to_come)))]:
            said = {
                each: Own(chance.randrange(6), chance.choice(["", "So."])) for each in chance.sample(list(Aspect), 6)
            }
            answer_alone(rows[place], person.id, said, floor=FLOOR, secret=SECRET)
            for aspect, own in said.items():
                waiting[place, aspect].append(own)
        count_voices(FLOOR)
        for key, given in waiting.items():
            if len(given) >= FLOOR:
                counted[key] += given
                given.clear()
        for place, row in rows.items():
            standing = standing_assessment(wave.id, place.id, ANSWERS)
            told = standing.said.aspects if standing else {}
            by_hand = {each: counted[place, each] for each in Aspect if counted[place, each]}
            assert {each: said.counts for each, said in told.items()} == {
                each: tuple(sum(own.score == n for own in given) for n in range(6)) for each, given in by_hand.items()
            }
            assert {each: said.score for each, said in told.items()} == {
                each: sorted(own.score for own in given)[len(given) // 2] for each, given in by_hand.items()
            }
            sentences = {each: [own.sentence for own in given if own.sentence] for each, given in by_hand.items()}
            assert sentences_of([row.id]) == {each: given for each, given in sentences.items() if given}
    assert len(counted) > 10
    assert db.session.query(ImpactVoice).count() == sum(map(len, waiting.values())) > 0
    # A second version is asked anew, and what was said of the first one stands until enough have answered.
    second = published(wave, claims, points=5)
    answer(second, people[claims][0].id, tasks=1)
    count_voices(FLOOR)
    standing = standing_assessment(wave.id, claims.id, ANSWERS)
    assert standing is not None
    assert standing.about_id == rows[claims].id


def test_somebody_answers_a_version_once_and_only_where_it_can_be_counted(app: Flask):
    claims, desk = make_department("Operations/Claims"), make_department("Operations/Desk")
    people, few = make_people(5, claims.path), [make_person("D", "d@example.com", desk)]
    wave = make_wave(departments=(claims, desk), members=[*people, *few])
    row = published(wave, claims)
    with pytest.raises(BadInput):
        answer(row, people[0].id)
    answer(row, people[0].id, tasks=3)
    assert answered_by(people[0].id, [row.id], SECRET) == {row.id}
    assert answered_by(people[0].id, [row.id], "another") == answered_by(people[1].id, [row.id], SECRET) == set()
    with pytest.raises(RuleBroken, match="answered this already"):
        answer(row, people[0].id, tasks=5)
    with pytest.raises(RuleBroken, match="fewer than 5 people"):
        answer(published(wave, desk), few[0].id, tasks=3)
    assert db.session.query(ImpactVoice).count() == db.session.query(ImpactMark).count() == 1
    for status in (WaveStatus.LIVE, WaveStatus.CLOSED):
        wave.status = status
        count_voices(FLOOR)
        assert db.session.query(ImpactVoice).count() == (status is WaveStatus.LIVE)
    with pytest.raises(RuleBroken, match="not asked any more"):
        answer(row, people[1].id, tasks=3)


def test_nothing_that_is_stored_leads_to_a_person_or_an_hour(app: Flask, frozen):
    """Everything that an answer adds is known by column; after the job rows of one answer share nothing, on either engine."""
    claims = make_department("Operations/Claims")
    people = make_people(9, claims.path)
    wave = make_wave(departments=(claims,), members=people)
    row = published(wave, claims)
    frozen.move_to(INSTANT)
    before, entries = _everything(), db.session.query(AuditEntry).count()
    for number, person in enumerate(people[:4]):
        answer(row, person.id, tasks=(number, f"tasks {number}"), pay=(number, f"pay {number}"))
        db.session.commit()
    added = _everything() - before
    assert {table for table, _ in added} == {"impact_voice", "impact_mark"}
    assert {column.name for column in ImpactVoice.__table__.columns} == {
        "id",
        "assessment_id",
        "aspect",
        "score",
        "sentence",
    }
    assert not any(str(INSTANT.year) in str(values) or "09:27" in str(values) for _, values in added)
    assert db.session.query(AuditEntry).count() == entries
    assert job(app.config["SETTINGS"]) == "Done for today."
    if db.engine.dialect.name == "postgresql":
        rows = db.session.execute(text("SELECT CAST(xmin AS TEXT) FROM impact_voice")).scalars().all()
        marks = db.session.execute(text("SELECT CAST(xmin AS TEXT) FROM impact_mark")).scalars().all()
        assert len(rows) == 8
        assert len(set(rows)) == 1
        assert not set(rows) & set(marks)
    else:
        made = db.session.scalars(
            text("SELECT sql FROM sqlite_master WHERE name IN ('impact_voice', 'impact_mark')")
        ).all()
        assert all("WITHOUT ROWID" in sql for sql in made)
    assert standing_assessment(wave.id, claims.id, ANSWERS) is None
    assert sentences_of([row.id]) == {}
    answer(row, people[4].id, tasks=(4, "tasks 4"))
    count_voices(FLOOR)
    assert sentences_of([row.id]) == {Aspect.TASKS: [f"tasks {number}" for number in range(5)]}
    assert {each.aspect for each in db.session.query(ImpactVoice)} == {Aspect.PAY}


def _everything() -> Counter:
    """Return every row of every table."""
    return Counter(
        (table.name, str(row))
        for table in Base.metadata.sorted_tables
        for row in db.session.execute(select(table)).all()
    )
