"""A small world of people, waves and courses with a random history, and a count of it by hand to hold kept numbers against."""

import random
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import count

from factories import TESTER, make_department, make_person, make_programme, make_wave
from sqlalchemy import select
from time_machine import Traveller

from engagement import clock
from engagement.db import db
from engagement.people.models import Person, PersonRole
from engagement.people.rules import TrainingRole
from engagement.readiness.tallies.actions import settle_tallies
from engagement.readiness.tallies.queries.sums import Friendly, sums_of, waves_that_differ
from engagement.stakeholders.models import Champion
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.leftovers import decide_leftovers
from engagement.training.models import Assignment, Completion, Curriculum, CurriculumItem, Leftover, Module
from engagement.training.queries.counts import Count
from engagement.training.rules import CompletionSource, ItemKind, LeftoverDecision
from engagement.training.tallies.queries import learning_sums, people_sums
from engagement.waves import actions as waves
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import WaveStatus
from engagement.waves.tallies.models import TallyDay
from engagement.waves.tallies.queries import member_sums
from engagement.waves.volunteers.actions import mark_volunteers, take_back_volunteers
from tests.training.courses import make_curriculum, make_module

ROLES = list(TrainingRole)
PLACES = ("Operations/Claims", "Operations/Letters", "Finance", None)
#: One for each completion: a person completes a version of a module once.
VERSIONS = count(1)
#: Where champions begin and end: from 10:00 UTC on it is another day than there.
ZONE = "Pacific/Kiritimati"


def settle() -> None:
    """Count everybody who is marked, as the timetable does."""
    while settle_tallies(ZONE):
        pass


def finish(person: Person, module: Module) -> None:
    now = clock.now()
    db.session.add(
        Completion(
            person=person,
            module=module,
            module_version=next(VERSIONS),
            source=CompletionSource.IMPORT,
            completed_at=now,
            recorded_by="The tests",
        )
    )


def by_hand() -> tuple[dict[tuple, list[int]], dict[tuple, list[int]], dict[int, Friendly]]:
    """Count members, learners and friendly users row by row in Python, from the tables alone."""
    members: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
    roles = set(db.session.scalars(select(PersonRole.person_id)))
    for row in db.session.scalars(select(Membership).where(Membership.ended_at.is_(None))):
        cell = members[row.wave_id, row.person.department_id]
        cell[0] += 1
        cell[1] += row.person_id not in roles
    done = {(row.person_id, row.module_id) for row in db.session.scalars(select(Completion))}
    asked = {}
    for curriculum in db.session.scalars(select(Curriculum)):
        items = db.session.scalars(select(CurriculumItem).where(CurriculumItem.curriculum_id == curriculum.id))
        kept = [item for item in items if item.module.withdrawn_at is None]
        required = [item.module for item in kept if item.kind is ItemKind.REQUIRED]
        choices = [item.module for item in kept if item.kind is ItemKind.CHOICE]
        asked[curriculum.role] = required, choices, min(curriculum.choices_needed, len(choices))
    learners: dict[tuple, list[int]] = defaultdict(lambda: [0, 0, 0])
    each: dict[tuple, list[tuple[bool, int]]] = defaultdict(list)
    for row in db.session.scalars(select(Assignment).where(Assignment.withdrawn_at.is_(None))):
        open_leftovers = select(Leftover.id).where(Leftover.assignment_id == row.id, Leftover.ended_at.is_(None))
        required, choices, needed = asked.get(row.role, ([], [], 0))
        if db.session.scalar(open_leftovers) or not len(required) + needed:
            continue
        missing = [module for module in required if (row.person_id, module.id) not in done]
        chosen = sum((row.person_id, module.id) in done for module in choices)
        is_finished, left = not missing and chosen >= needed, sum(module.minutes for module in missing)
        each[row.wave_id, row.person_id, row.person.department_id].append((is_finished, left))
        cell = learners[row.wave_id, row.person.department_id, row.role]
        cell[0], cell[1], cell[2] = cell[0] + 1, cell[1] + is_finished, cell[2] + left
    friendly: dict[int, Friendly] = defaultdict(Friendly)
    for (wave_id, person_id, department_id), found in each.items():
        own, one = db.session.get_one(Wave, wave_id), Count(1, all(finished for finished, _ in found))
        if any(row.person_id == person_id and row.wave.programme_id == own.programme_id for row in champions_now()):
            friendly[wave_id] += Friendly(champions=one)
        elif is_volunteer(person_id, wave_id):
            friendly[wave_id] += Friendly(volunteers=one)
        elif was_earlier(person_id, own):
            friendly[wave_id] += Friendly(pilots=one)
        cell = learners[wave_id, department_id, None]
        cell[0], cell[1] = cell[0] + 1, cell[1] + all(finished for finished, _ in found)
        cell[2] += sum(left for _, left in found)
    return members, learners, dict(friendly)


def champions_now() -> list[Champion]:
    """Return the rows whose time covers today in the `ZONE`, or in UTC while nobody has counted."""
    today = clock.today(ZONE if db.session.scalar(select(TallyDay.id)) else "UTC")
    rows = db.session.scalars(select(Champion)).all()
    return [row for row in rows if row.from_on <= today and (row.until_on is None or row.until_on > today)]


def is_volunteer(person_id: int, wave_id: int) -> bool:
    """Return whether somebody is in a wave now, and of their own will."""
    rows = db.session.scalars(
        select(Membership).where(Membership.person_id == person_id, Membership.wave_id == wave_id)
    )
    return any(row.volunteered for row in rows if row.ended_at is None)


def was_earlier(person_id: int, own: Wave) -> bool:
    """Return whether somebody was in a wave of the same programme that is in use and went live earlier."""
    been = db.session.scalars(select(Wave).join(Membership).where(Membership.person_id == person_id)).all()
    same = (wave for wave in been if wave.programme_id == own.programme_id)
    return any(wave.status.is_in_use and wave.go_live_on < own.go_live_on for wave in same)


def compare() -> None:
    db.session.flush()
    db.session.expire_all()
    ids = list(db.session.scalars(select(Wave.id)))
    members, learners, friendly = by_hand()
    kept = {
        (row.wave_id, row.department_id, row.role): [row.asked, row.finished, row.minutes_left]
        for row in learning_sums(ids)
    }
    assert kept == dict(learners)
    assert {(row.wave_id, row.department_id): [row.members, row.without_role] for row in member_sums(ids)} == dict(
        members
    )
    sums = sums_of(ids)
    assert {key: each for key, each in sums.friendly.items() if each != Friendly()} == friendly
    here = (row for row in champions_now() if row.person.left_at is None)
    posts = Counter((row.wave_id, row.department_id) for row in here)
    assert {(row.wave_id, row.department_id): row.number for row in sums.posts} == posts
    assert {row.wave_id for row in sums_of(ids[:1]).posts} <= set(ids[:1])
    together: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for (wave_id, _, role), cell in learners.items():
        if role is None:
            together[wave_id] = [a + b for a, b in zip(together[wave_id], cell, strict=True)]
    assert {row.wave_id: [row.asked, row.finished, row.minutes_left] for row in people_sums(ids)} == dict(together)
    assert waves_that_differ() == []


class World:
    """People, waves and courses, and the changes that may happen to them."""

    def __init__(self, chance: random.Random, time: Traveller | None = None) -> None:
        self.chance, self.time = chance, time
        self.modules = [make_module(f"m{n}", minutes=chance.randint(5, 40)) for n in range(6)]
        for role in ROLES[:3]:
            entries = [(module, chance.choice(list(ItemKind))) for module in chance.sample(self.modules, 4)]
            make_curriculum(role, *entries, choices_needed=chance.randint(0, 2))
        self.people = [
            make_person(
                f"Person Number{n}",
                department=chance.choice(PLACES),
                roles=tuple(chance.sample(ROLES, chance.randint(0, 3))),
            )
            for n in range(10)
        ]
        self.programmes = [make_programme(), make_programme("Elsewhere")]
        places = [make_department(place) for place in PLACES if place]
        self.waves = [
            make_wave(self.programmes[0], number=n, departments=tuple(chance.sample(places, 2)), name=f"Wave {n}")
            for n in (1, 2)
        ]
        self.settle()

    def settle(self) -> None:
        for wave in self.waves:
            waves.place_people(wave)
        settle_assignments(clock.now())

    def change(self) -> None:
        person, module = self.chance.choice(self.people), self.chance.choice(self.modules)
        what = self.chance.randint(0, 18)
        if what <= 2:
            finish(person, module)
        elif what == 3:
            place = self.chance.choice(PLACES)
            person.department = make_department(place) if place else None
        elif what == 4:
            held = db.session.scalars(select(PersonRole).where(PersonRole.person_id == person.id)).all()
            if held:
                db.session.delete(self.chance.choice(held))
        elif what == 5:
            module.withdrawn_at = None if module.withdrawn_at else clock.now()
        elif what == 6:
            module.minutes += 1
        elif what == 7:
            self.settle()
        elif what == 8:
            decide_leftovers(Person.id == person.id, self.chance.choice(list(LeftoverDecision)), by=TESTER)
        elif what == 9:
            curriculum = db.session.scalars(select(Curriculum).order_by(Curriculum.id)).first()
            curriculum.choices_needed = (curriculum.choices_needed + 1) % 3
            item = db.session.scalars(select(CurriculumItem).order_by(CurriculumItem.id)).first()
            item.kind = self.chance.choice(list(ItemKind))
        elif what == 10:
            wave = self.chance.choice(self.waves)
            wave.status = self.chance.choice((WaveStatus.PLANNED, WaveStatus.LIVE))
            wave.go_live_on += timedelta(days=self.chance.randint(-9, 9))
        elif what == 11:
            settle_tallies(ZONE)
        elif what == 12:
            person.left_at = None if person.left_at else clock.now()
        elif what == 13 and self.time:
            self.time.shift(timedelta(hours=self.chance.randint(1, 40)))
        elif what >= 16:
            self.change_volunteer(person)
        else:
            self.change_champion(person)
        db.session.flush()

    def change_volunteer(self, person: Person) -> None:
        """Say that somebody is in a wave of their own will, or take it back; or add them by hand, which keeps what was said."""
        wave = self.chance.choice(self.waves)
        what = self.chance.choice((mark_volunteers, mark_volunteers, take_back_volunteers, None))
        if what:
            what(wave, [person], by=TESTER)
        elif person.left_at is None:
            waves.add_member(wave, person, by=TESTER)

    def change_champion(self, person: Person) -> None:
        """Appoint somebody, or have their time end, begin or be for something else; or move a wave to another programme."""
        row = db.session.scalars(select(Champion).where(Champion.person_id == person.id)).first()
        wave, day = self.chance.choice(self.waves), clock.today(ZONE)
        soon, sooner = (day + timedelta(days=self.chance.randint(-1, 2)) for _ in range(2))
        what = self.chance.randint(0, 4)
        if row is None:
            place = make_department(self.chance.choice([place for place in PLACES if place]))
            row = Champion(wave=wave, person=person, department=place, from_on=soon, appointed_at=clock.now())
            db.session.add(row)
        elif what == 0:
            row.from_on, row.until_on = min(soon, sooner), None
        elif what == 1:
            row.until_on = max(row.from_on, soon)
        elif what == 2:
            row.department = make_department("Finance")
        elif what == 3:
            db.session.delete(row)
        else:
            wave.programme = self.chance.choice(self.programmes)
