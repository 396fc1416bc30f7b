"""Reads of what criteria count of people as kept numbers, and whether they agree with a full count."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Date, Select, bindparam, case, func, literal, or_, select, union

from engagement.db import db
from engagement.readiness.tallies.queries.shares import Day, champions_begun_or_ended, every_share, shares_now
from engagement.stakeholders.champions.queries import PostSum
from engagement.training.queries.counts import Count
from engagement.training.tallies.queries import LearningSum, people_to_count
from engagement.waves.models import Wave
from engagement.waves.tallies.models import NUMBERS, ReachedMark, TallyDay, TallyShare
from engagement.waves.tallies.queries import (
    NO_DAY,
    WAVES,
    MemberSum,
    counts_marked,
    days,
    is_waiting,
    kept_sums,
    sums_with,
)

_KEYS = ("wave_id", "person_id", "department_id", "role")
#: The kept day and today, in either order, and the day of which it is asked who is a champion, given when a statement is executed.
_FIRST, _LAST, _ON = (bindparam(name, type_=Date) for name in ("first", "last", "on"))


class ReachedSum(NamedTuple):
    """How many members of a wave were sent a briefing of it, one to confirm, and confirmed each of these; how many have statements to
    understand, and did; and how many were told of everything in the wave that affects their work."""

    wave_id: int
    briefed: int = 0
    to_confirm: int = 0
    confirmed: int = 0
    to_understand: int = 0
    understood: int = 0
    told: int = 0


NOBODY = Count()


@dataclass(frozen=True)
class Friendly:
    """How many learners of a wave are champions of its programme, else volunteers, else pilot users, and how many of each have finished."""

    champions: Count = NOBODY
    volunteers: Count = NOBODY
    pilots: Count = NOBODY

    @property
    def together(self) -> Count:
        """All of them, each once."""
        return self.champions + self.volunteers + self.pilots

    def __add__(self, other: "Friendly") -> "Friendly":
        """Return both together."""
        return Friendly(
            self.champions + other.champions, self.volunteers + other.volunteers, self.pilots + other.pilots
        )


class WaveSums(NamedTuple):
    """All kept numbers of some waves.

    They are members by department, learning by department and role, champions by the department that they are there for, and by wave what
    reached whom, and its friendly users.
    """

    members: Sequence[MemberSum]
    learning: Sequence[LearningSum]
    posts: Sequence[PostSum]
    reached: Mapping[int, ReachedSum]
    friendly: Mapping[int, Friendly]


def sums_of(wave_ids: Sequence[int], *, by_department: bool = True) -> WaveSums:
    """Return all kept numbers of these waves, as `member_sums` and `learning_sums` do, in one statement; none are left out that are not 0.

    Who is a champion is asked of today where champions are kept; whose time began or ended after the kept day is counted anew.
    Without `by_department`, learning in a role is added up over departments, of which large waves have hundreds.
    """
    members, learning, posts = [], [], []
    reached: dict[int, list[int]] = {}
    friendly: dict[int, Friendly] = defaultdict(Friendly)
    counts, (kept, today) = counts_marked(), days()
    given = {"waves": list(wave_ids), "on": today, "first": min(kept, today), "last": max(kept, today)}
    statement = _statement(by_department, counts, kept != today and not is_waiting())
    for wave_id, department_id, role, *numbers in db.session.execute(statement, given):
        people, without_role, asked, finished, minutes_left, *others = map(int, numbers)
        if asked > 0:
            learning.append(LearningSum(wave_id, department_id, role, asked, finished, minutes_left))
        if role is not None:
            continue
        early, early_finished, champions, champions_finished, willing, willing_finished, there, *others = others
        friendly[wave_id] += Friendly(
            Count(champions, champions_finished), Count(willing, willing_finished), Count(early, early_finished)
        )
        if people > 0:
            members.append(MemberSum(wave_id, department_id, people, without_role))
        if there > 0:
            posts.append(PostSum(wave_id, department_id, there))
        reached[wave_id] = [sum(pair) for pair in zip(reached.get(wave_id, [0] * len(others)), others, strict=True)]
    return WaveSums(members, learning, posts, {key: ReachedSum(key, *each) for key, each in reached.items()}, friendly)


# Making a long statement anew costs more than running it.
@cache
def _statement(by_department: bool, counts: bool, day_is_over: bool) -> Select[Any]:
    if counts or day_is_over:
        people = people_to_count(*([champions_begun_or_ended(_FIRST, _LAST)] if day_is_over else []))
        sums = sums_with(people, _present(people, _ON))
    else:
        sums = kept_sums().subquery()
    department = sums.c.department_id if by_department else case((sums.c.role.is_(None), sums.c.department_id))
    key = (sums.c.wave_id, department, sums.c.role)
    return select(*key, *(func.sum(sums.c[name]) for name in NUMBERS)).group_by(*key)


def _present(people: Select[Any], on: Day) -> list[Select[Any]]:
    """Return SELECTs of what these people add now, and also those who are marked for what reached them, less their old shares as members."""
    marked = select(ReachedMark.person_id)
    keys = [getattr(TallyShare, key) for key in _KEYS]
    kept = select(*keys, *(getattr(TallyShare, number) for number in NUMBERS)).where(
        TallyShare.wave_id.in_(WAVES),
        # What somebody adds as a member is a row of its own beside those of their training.
        TallyShare.members > 0,
        TallyShare.person_id.in_(marked),
        TallyShare.person_id.not_in(people),
    )
    return [*shares_now(union(people, marked), people, on, lambda table: table.wave_id.in_(WAVES)), _negative(kept)]


def waves_that_differ() -> list[int]:
    """Return the waves whose kept numbers, with the correction for marked people, are not what counting everybody gives."""
    wave_ids = list(db.session.scalars(select(Wave.id).order_by(Wave.id)))
    # In the same statement, because somebody else may keep the next day meanwhile.
    on = func.coalesce(select(TallyDay.day).scalar_subquery(), literal(NO_DAY))
    people = people_to_count()
    counted = [_negative(part) for part in every_share(on)]
    sums = sums_with(people, [*_present(people, on), *counted])
    key = (sums.c.wave_id, sums.c.department_id, sums.c.role)
    is_off = or_(*(func.sum(sums.c[number]) != 0 for number in NUMBERS))
    off = select(*key).group_by(*key).having(is_off).subquery()
    return list(db.session.scalars(select(off.c.wave_id).distinct().order_by(off.c.wave_id), {"waves": wave_ids}))


def _negative(shares: Select[Any]) -> Select[Any]:
    rows = shares.subquery()
    plain = [rows.c[key] for key in _KEYS]
    return select(*plain, *((-rows.c[number]).label(number) for number in NUMBERS))
