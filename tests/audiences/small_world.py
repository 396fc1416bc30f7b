"""A small organisation made by chance, once as rows and once as the plain records that rules are held against."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from factories import TESTER, make_department, make_programme, make_wave

from engagement import clock
from engagement.audiences.rules import PersonRecord
from engagement.db import db
from engagement.people import actions as people
from engagement.people.models import Department, Person, PersonRole
from engagement.people.rules import RoleOrigin, TrainingRole
from engagement.training.models import Assignment, Completion, Curriculum, CurriculumItem, Module
from engagement.training.rules import CompletionSource, ItemKind
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import MembershipOrigin, WaveStatus

PATHS = ("Operations", "Operations/Claims", "Operations/Claims/Property", "Finance", "Letters")
LOCATIONS = ("London", "Kraków", "", "O'Brien’s 100%_\\")
LANGUAGES = (None, "en", "pl")
TITLES = ("", "Claims Handler", "Senior claims handler", "ŻÓŁW keeper", "Head of 100%_ claims", "Team lead")
SLUGS = ("user-one", "user-two", "builder-one", "choice-one", "choice-two", "withdrawn")


@dataclass
class World:
    """What rules can name, and everybody as plain values."""

    departments: list[int]
    merged: int
    waves: list[int]
    records: list[PersonRecord]

    @property
    def ids(self) -> list[int]:
        return [record.id for record in self.records]


def make_world(seed: int, on: date, size: int = 25) -> World:
    """Make an organisation by chance; Letters is merged into Claims after people were placed."""
    dice = random.Random(seed)
    departments = {path: make_department(path) for path in PATHS}
    waves = _make_waves(on)
    modules = _make_curricula()
    drawn = [_draw(dice, number, waves) for number in range(size)]
    rows = [_insert(draw, departments, waves, modules) for draw in drawn]
    for draw, row in zip(drawn, rows, strict=True):
        row.manager_id = rows[draw["manager"]].id if draw["manager"] is not None else None
    db.session.flush()
    people.merge_department(departments["Letters"], departments["Operations/Claims"], by=TESTER)
    records = [_record(draw, rows, drawn, departments, waves, on) for draw in drawn]
    return World([d.id for d in departments.values()], departments["Letters"].id, [w.id for w in waves], records)


def _make_waves(on: date) -> list[Wave]:
    programme = make_programme("A programme")
    days = (
        (1, WaveStatus.LIVE, -5),
        (2, WaveStatus.READY, 7),
        (3, WaveStatus.PLANNED, 30),
        (4, WaveStatus.CLOSED, -90),
    )
    return [
        make_wave(programme, number=n, name=f"Wave {n}", status=status, go_live_on=on + timedelta(days=away))
        for n, status, away in days
    ]


def _make_curricula() -> dict[str, Module]:
    modules = {
        slug: Module(
            slug=slug,
            title=slug.replace("-", " ").capitalize(),
            body="Text.",
            minutes=5,
            changed_at=clock.now(),
            withdrawn_at=clock.now() if slug == "withdrawn" else None,
        )
        for slug in SLUGS
    }
    user = Curriculum(role=TrainingRole.USER)
    builder = Curriculum(role=TrainingRole.BUILDER, choices_needed=1)
    db.session.add_all([*modules.values(), user, builder])
    required, choice = ItemKind.REQUIRED, ItemKind.CHOICE
    placed = [
        (user, "user-one", required), (user, "user-two", required), (user, "withdrawn", required),
        (builder, "builder-one", required), (builder, "choice-one", choice), (builder, "choice-two", choice),
    ]  # fmt: skip
    db.session.add_all(
        CurriculumItem(curriculum=curriculum, module=modules[slug], position=n, kind=kind)
        for n, (curriculum, slug, kind) in enumerate(placed)
    )
    db.session.flush()
    return modules


def _draw(dice: random.Random, number: int, waves: list[Wave]) -> dict:
    some = lambda things, share=0.35: [thing for thing in things if dice.random() < share]  # noqa: E731
    return {
        "number": number,
        "department": dice.choice((*PATHS, None)),
        "location": dice.choice(LOCATIONS),
        "country": dice.choice(("GB", "PL", "")),
        "language": dice.choice(LANGUAGES),
        "job_title": dice.choice(TITLES),
        "roles": some(("user", "builder", "leader")),
        "waves": some(range(len(waves))),
        "past_waves": some(range(len(waves)), 0.1),
        "assigned": [(w, role) for w in range(len(waves)) for role in some(("user", "builder"), 0.3)],
        "withdrawn": some(range(8), 0.2),
        "finished": some(SLUGS),
        "has_left": dice.random() < 0.15,
        "manager": dice.choice((None, dice.randrange(25))) if number else None,
    }


def _insert(draw: dict, departments: dict[str, Department], waves: list[Wave], modules: dict[str, Module]) -> Person:
    now = clock.now()
    person = Person(
        name=f"Person {draw['number']}",
        email=f"person{draw['number']}@example.com",
        department=departments.get(draw["department"]),
        joined_at=now,
        left_at=now if draw["has_left"] else None,
        **{key: draw[key] for key in ("location", "country", "language", "job_title")},
    )
    db.session.add(person)
    for role in draw["roles"]:
        db.session.add(PersonRole(person=person, role=TrainingRole(role), origin=RoleOrigin.FILE, given_at=now))
    for number in {*draw["waves"], *draw["past_waves"]}:
        ended_at = None if number in draw["waves"] else now
        db.session.add(
            Membership(
                person=person, wave=waves[number], origin=MembershipOrigin.HAND, joined_at=now, ended_at=ended_at
            )
        )
    for n, (wave, role) in enumerate(draw["assigned"]):
        withdrawn_at = now if n in draw["withdrawn"] else None
        db.session.add(
            Assignment(
                person=person, wave=waves[wave], role=TrainingRole(role), assigned_at=now, withdrawn_at=withdrawn_at
            )
        )
    for slug in draw["finished"]:
        for version in (1, 2) if slug == "choice-one" else (1,):
            db.session.add(
                Completion(
                    person=person,
                    module=modules[slug],
                    module_version=version,
                    source=CompletionSource.QUIZ,
                    completed_at=now,
                    recorded_by="Quiz",
                )
            )
    db.session.flush()
    return person


def _record(
    draw: dict, rows: list[Person], drawn: list[dict], departments: dict[str, Department], waves: list[Wave], on: date
) -> PersonRecord:
    path = "Operations/Claims" if draw["department"] == "Letters" else draw["department"]
    parts = path.split("/") if path else []
    finished = set(draw["finished"])
    asked = [pair for n, pair in enumerate(draw["assigned"]) if n not in draw["withdrawn"]]
    open_ones = [(w, role) for w, role in asked if waves[w].status is not WaveStatus.CLOSED]
    return PersonRecord(
        id=rows[draw["number"]].id,
        departments=tuple(departments["/".join(parts[: n + 1])].id for n in range(len(parts))),
        location=draw["location"],
        country=draw["country"],
        language=draw["language"] or "",
        job_title=draw["job_title"],
        roles=frozenset(draw["roles"]),
        waves=frozenset(waves[w].id for w in draw["waves"]),
        wave_states=frozenset(waves[w].status.value for w in draw["waves"]),
        finished=frozenset(finished),
        is_overdue=any(
            waves[w].go_live_on - timedelta(days=7) < on and not _is_finished(role, finished) for w, role in open_ones
        ),
        has_not_started=bool(open_ones) and all(not _has_begun(role, finished) for _, role in open_ones),
        has_reports=any(d["manager"] == draw["number"] and not d["has_left"] for d in drawn),
        has_left=draw["has_left"],
    )


def _is_finished(role: str, finished: set[str]) -> bool:
    if role == "user":
        return {"user-one", "user-two"} <= finished
    return "builder-one" in finished and bool(finished & {"choice-one", "choice-two"})


def _has_begun(role: str, finished: set[str]) -> bool:
    of_role = {"user": {"user-one", "user-two"}, "builder": {"builder-one", "choice-one", "choice-two"}}
    return bool(finished & of_role[role])
