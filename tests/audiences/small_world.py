"""A small organisation made by chance, once as rows and once as what fields should read of each person."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from factories import TESTER, make_department

from engagement import clock
from engagement.audiences import queries
from engagement.audiences.conditions.queries.confirmation import Confirming
from engagement.audiences.conditions.queries.narrowing import Post
from engagement.audiences.conditions.queries.training_state import Learning
from engagement.audiences.conditions.queries.wave import title_of
from engagement.db import db
from engagement.mail.models import Mailing
from engagement.people import actions as people
from engagement.people.models import Person
from engagement.stakeholders.rules import StakeholderKind
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from tests.audiences.small_world_rows import (
    SLUGS,
    insert,
    insert_posts,
    insert_stakes,
    make_curricula,
    make_mailing,
    make_waves,
    send_and_confirm,
)

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
    waves = make_waves(on)
    modules = make_curricula()
    mailings = [make_mailing(number) for number in range(3)]
    drawn = [_draw(dice, number, waves) for number in range(size)]
    as_groups = {path: _draw_stakes(dice) for path in PATHS if dice.random() < 0.4}
    rows = [insert(draw, departments, waves, modules) for draw in drawn]
    for draw, row in zip(drawn, rows, strict=True):
        insert_stakes(draw["stakes"], waves, kind=StakeholderKind.PERSON, person=row)
        insert_posts(draw, row, waves, departments["Finance"].id, on)
    for path, stakes in as_groups.items():
        insert_stakes(stakes, waves, kind=StakeholderKind.DEPARTMENT, department=departments[path])
    for draw, row in zip(drawn, rows, strict=True):
        row.manager_id = rows[draw["manager"]].id if draw["manager"] is not None else None
    db.session.flush()
    people.merge_department(departments["Letters"], departments["Operations/Claims"], by=TESTER)
    for draw, row in zip(drawn, rows, strict=True):
        send_and_confirm(draw, row, mailings)
    return World(
        [department.id for department in departments.values()],
        sorted({wave.programme_id for wave in waves}),
        [wave.id for wave in waves],
        rows,
        [_facts(draw, drawn, waves, on, as_groups) | _confirmations(draw, mailings) for draw in drawn],
        [mailing.id for mailing in mailings],
    )


def _confirmations(draw: dict, mailings: list[Mailing]) -> dict[str, Confirming]:
    readable = {number for number, state in draw["sent"].items() if state in ("sent", "bounced", "unknown")}
    asked = frozenset(mailings[number].id for number in readable if number < 2)
    return {"confirmation": Confirming(asked, frozenset(mailings[number].id for number in draw["confirmed"]))}


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


def _posts_of(stakes: list, waves: list[Wave]) -> set[tuple[str, Post]]:
    found = set()
    for group, state, places in stakes:
        for of_programme, wave, is_open in places:
            programme = waves[of_programme].programme_id
            where = [w.id for w in waves if w.programme_id == programme] if wave is None else [waves[wave].id]
            if is_open and state != "removed":
                found.add((group, Post(programme, frozenset(where))))
    return found


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


def reached(rule, on=None) -> set[int]:
    return set(db.session.scalars(queries.people_in(rule, on or clock.now().date())))
