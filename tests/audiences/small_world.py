"""A small organisation made by chance, once as rows and once as what fields should read of each person."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from factories import TESTER, make_department, make_programme, make_wave

from engagement import clock
from engagement.audiences.conditions.queries.confirmation import Confirming
from engagement.audiences.conditions.queries.narrowing import Post
from engagement.audiences.conditions.queries.training_state import Learning
from engagement.audiences.conditions.queries.wave import title_of
from engagement.db import db
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.models import Acknowledgement, Mailing
from engagement.mail.rules import DeliveryState, Letter, MailingKind
from engagement.people import actions as people
from engagement.people.models import Department, Person, PersonRole
from engagement.people.rules import RoleOrigin, TrainingRole
from engagement.stakeholders.models import (
    Champion,
    Stakeholder,
    StakeholderPlace,
    StakeholderProfile,
    StakeholderRemoval,
)
from engagement.stakeholders.rules import StakeholderGroup, StakeholderKind
from engagement.training.models import Assignment, Completion, Curriculum, CurriculumItem, Module
from engagement.training.rules import CompletionSource, ItemKind
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import MembershipOrigin, WaveStatus

PATHS = ("Operations", "Operations/Claims", "Operations/Claims/Property", "Finance", "Letters")
LOCATIONS = ("London", "Kraków", "", "O'Brien’s 100%_\\")
LANGUAGES = (None, "en", "pl")
TITLES = (
    "",
    "Claims Handler",
    "Senior claims handler",
    "ŻÓŁW keeper",
    "Head of 100%_ claims",
    "Team lead",
    "Großkunden, ΟΔΟΣ",
)
TITLE_WORDS = ("claims", "handler senior", "żółw", "100%", "_", "\\", "GROSS", "großkunden", "οδος", "ΟΔΟΣ")
GROUPS = ("executive_sponsors", "business_leaders", "end_users", "others")
SLUGS = ("user-one", "user-two", "builder-one", "choice-one", "choice-two", "withdrawn")


@dataclass
class World:
    """What rules can name, everybody, and for each of them what was drawn, as the field of that name should read it."""

    departments: list[int]
    programmes: list[int]
    waves: list[int]
    people: list[Person]
    facts: list[dict[str, Any]]
    mailings: list[int]


def make_world(seed: int, on: date, size: int = 25) -> World:
    """Make an organisation by chance; Letters is merged into Claims after people were placed."""
    dice = random.Random(seed)
    departments = {path: make_department(path) for path in PATHS}
    waves = _make_waves(on)
    modules = _make_curricula()
    mailings = [_make_mailing(number) for number in range(3)]
    drawn = [_draw(dice, number, waves) for number in range(size)]
    as_groups = {path: _draw_stakes(dice) for path in PATHS if dice.random() < 0.4}
    rows = [_insert(draw, departments, waves, modules) for draw in drawn]
    for draw, row in zip(drawn, rows, strict=True):
        _insert_stakes(draw["stakes"], waves, kind=StakeholderKind.PERSON, person=row)
        _insert_posts(draw, row, waves, departments["Finance"].id, on)
    for path, stakes in as_groups.items():
        _insert_stakes(stakes, waves, kind=StakeholderKind.DEPARTMENT, department=departments[path])
    for draw, row in zip(drawn, rows, strict=True):
        row.manager_id = rows[draw["manager"]].id if draw["manager"] is not None else None
    db.session.flush()
    people.merge_department(departments["Letters"], departments["Operations/Claims"], by=TESTER)
    for draw, row in zip(drawn, rows, strict=True):
        _send_and_confirm(draw, row, mailings)
    return World(
        [department.id for department in departments.values()],
        sorted({wave.programme_id for wave in waves}),
        [wave.id for wave in waves],
        rows,
        [_facts(draw, drawn, waves, on, as_groups) | _confirmations(draw, mailings) for draw in drawn],
        [mailing.id for mailing in mailings],
    )


def _make_mailing(number: int) -> Mailing:
    """The last one asks for no confirmation; a rule that names it reaches nobody."""
    return build_mailing(
        MailingKind.COMMUNICATION, Letter(f"Message {number}", "Text", "<p>Text</p>"), asks_confirmation=number < 2
    )


def _send_and_confirm(draw: dict, person: Person, mailings: list[Mailing]) -> None:
    for number, state in draw["sent"].items():
        delivery = queue_for_address(mailings[number], person.email, person.name, {}, person.id)
        delivery.state = DeliveryState(state)
    for number in draw["confirmed"]:
        db.session.add(
            Acknowledgement(mailing_id=mailings[number].id, person_id=person.id, acknowledged_at=clock.now())
        )
    db.session.flush()


def _confirmations(draw: dict, mailings: list[Mailing]) -> dict[str, Confirming]:
    readable = {number for number, state in draw["sent"].items() if state in ("sent", "bounced", "unknown")}
    asked = frozenset(mailings[number].id for number in readable if number < 2)
    return {"confirmation": Confirming(asked, frozenset(mailings[number].id for number in draw["confirmed"]))}


def _make_waves(on: date) -> list[Wave]:
    programme = make_programme("A programme")
    days = (
        (1, WaveStatus.LIVE, -5),
        (2, WaveStatus.READY, 7),
        (3, WaveStatus.PLANNED, 30),
        (4, WaveStatus.CLOSED, -90),
    )
    waves = [
        make_wave(programme, number=n, name=f"Wave {n}", status=status, go_live_on=on + timedelta(days=away))
        for n, status, away in days
    ]
    return [*waves, make_wave(make_programme("Another programme"), number=1, go_live_on=on + timedelta(days=60))]


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
        "assigned": [(w, role) for w in range(len(waves)) for role in some(("user", "builder", "leader"), 0.3)],
        "withdrawn": some(range(8), 0.2),
        "finished": some(SLUGS),
        "stakes": _draw_stakes(dice) if dice.random() < 0.4 else [],
        "posts": [(w, dice.choice(TIMES)) for w in range(len(waves)) if dice.random() < 0.2],
        "sent": {n: dice.choice(("sent", "queued", "bounced", "suppressed", "unknown")) for n in some(range(3), 0.7)},
        "confirmed": some(range(2), 0.3),
        "has_left": dice.random() < 0.15,
        "manager": dice.choice((None, dice.randrange(25))) if number else None,
    }


#: When somebody is a champion: days from today to the first and to the day on which it ends, and whether that is now.
TIMES = ((-9, None, True), (0, 1, True), (0, None, True), (-9, 0, False), (1, None, False), (-9, -2, False))
#: The whole of the first or second programme, or one wave by its number.
PLACES = ((0, None), (4, None), *((number, number) for number in range(5)))


def _draw_stakes(dice: random.Random) -> list[tuple[str, str, list[tuple[int, int | None, bool]]]]:
    """Draw entries on maps: the group of before and of now or how it ended, and places, some of which were left."""
    return [
        (
            dice.choice(GROUPS),
            dice.choice(("on the map", "put back", "removed")),
            [(*dice.choice(PLACES), dice.random() < 0.8)],
        )
        for _ in range(dice.choice((1, 1, 2)))
    ]


def _insert_stakes(stakes: list, waves: list[Wave], **subject: object) -> None:
    now = clock.now()
    for group, state, places in stakes:
        row = Stakeholder(name="", added_at=now, **subject)
        db.session.add(row)
        db.session.flush()
        before = StakeholderGroup.CUSTOMERS
        db.session.add_all(
            [
                StakeholderProfile(stakeholder_id=row.id, group=before, role="", said_at=now, superseded_at=now),
                StakeholderProfile(stakeholder_id=row.id, group=StakeholderGroup(group), role="", said_at=now),
            ]
        )
        if state != "on the map":
            undone_at = now if state == "put back" else None
            db.session.add(StakeholderRemoval(stakeholder_id=row.id, removed_at=now, undone_at=undone_at))
        for of_programme, wave, is_open in places:
            db.session.add(
                StakeholderPlace(
                    stakeholder_id=row.id,
                    programme_id=waves[of_programme].programme_id,
                    wave_id=None if wave is None else waves[wave].id,
                    added_at=now,
                    ended_at=None if is_open else now,
                )
            )
    db.session.flush()


def _insert_posts(draw: dict, person: Person, waves: list[Wave], department_id: int, on: date) -> None:
    for wave, (begins, ends, _) in draw["posts"]:
        db.session.add(
            Champion(
                person=person,
                wave=waves[wave],
                department_id=department_id,
                from_on=on + timedelta(days=begins),
                until_on=None if ends is None else on + timedelta(days=ends),
                appointed_at=clock.now(),
            )
        )


def _posts_of(stakes: list, waves: list[Wave]) -> set[tuple[str, Post]]:
    found = set()
    for group, state, places in stakes:
        for of_programme, wave, is_open in places:
            programme = waves[of_programme].programme_id
            where = [w.id for w in waves if w.programme_id == programme] if wave is None else [waves[wave].id]
            if is_open and state != "removed":
                found.add((group, Post(programme, frozenset(where))))
    return found


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


def _facts(draw: dict, drawn: list[dict], waves: list[Wave], on: date, as_groups: dict[str, list]) -> dict[str, object]:
    path = "Operations/Claims" if draw["department"] == "Letters" else draw["department"]
    parts = path.split("/") if path else []
    above = {"/".join(parts[: n + 1]) for n in range(len(parts))}
    above |= {"Letters"} if "Operations/Claims" in above else set()
    finished = set(draw["finished"])
    asked = [pair for n, pair in enumerate(draw["assigned"]) if n not in draw["withdrawn"]]
    # Leaders have no curriculum here, so that nothing is asked of them.
    open_ones = [(w, role) for w, role in asked if waves[w].status is not WaveStatus.CLOSED and role != "leader"]
    return {
        "training_role": set(draw["roles"]),
        "has_no_role": set(draw["roles"]),
        "wave": [waves[w] for w in draw["waves"]],
        "wave_state": {waves[w].status.value for w in draw["waves"]},
        "stakeholder_group": _posts_of(draw["stakes"], waves).union(
            *(_posts_of(as_groups.get(path, []), waves) for path in above)
        ),
        "champion": {
            Post(waves[w].programme_id, frozenset({waves[w].id})): title_of(waves[w])
            for w, (_, _, is_now) in draw["posts"]
            if is_now and not draw["has_left"]
        },
        "training_state": Learning(
            dict.fromkeys(finished, clock.now()),
            is_overdue=any(
                waves[w].go_live_on - timedelta(days=7) < on and not _is_finished(role, finished)
                for w, role in open_ones
            ),
            has_not_started=bool(open_ones) and all(not _has_begun(role, finished) for _, role in open_ones),
        ),
        "manager_of_people": any(d["manager"] == draw["number"] and not d["has_left"] for d in drawn),
    }


def _is_finished(role: str, finished: set[str]) -> bool:
    if role == "user":
        return {"user-one", "user-two"} <= finished
    return "builder-one" in finished and bool(finished & {"choice-one", "choice-two"})


def _has_begun(role: str, finished: set[str]) -> bool:
    of_role = {"user": {"user-one", "user-two"}, "builder": {"builder-one", "choice-one", "choice-two"}}
    return bool(finished & of_role[role])
