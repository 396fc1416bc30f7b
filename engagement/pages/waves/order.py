"""In which order departments come: the willing first, each with its reason, and where waves are planned the other way round."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import short_day
from engagement.pages.waves import blueprint
from engagement.programmes.scopes import programme_for
from engagement.stakeholders.scopes import places_within
from engagement.stakeholders.standings.rules import Level
from engagement.stakeholders.willingness.queries import willing_first
from engagement.stakeholders.willingness.rules import Willing, reversals
from engagement.words import number_word

#: What the level of a group means for when it comes.
REASONS = {
    Level.LEADING: "It carries the change itself, and can show others.",
    Level.SUPPORTIVE: "It wants it.",
    Level.NEUTRAL: "It waits to see what the others say.",
    Level.UNAWARE: "Tell it of the change before it is asked.",
    Level.RESISTANT: "Answer what stands against it before it is asked.",
}


@dataclass(frozen=True)
class Place:
    """A department at its place in the order, in words."""

    department: Willing
    reason: str
    when: str


@blueprint.get("/programmes/<int:programme_id>/order")
def order(programme_id: int) -> str:
    """Rank the departments of a programme by how willing they are."""
    reader = guard.reader()
    maps = rights.reading_maps(reader)
    row = programme_for(rights.planning(reader), programme_id)
    guard.allow(maps.covers_all_of(programme_id))
    found = willing_first(programme_id, places_within(maps))
    return render_template(
        "waves/order.html",
        programme=row,
        lede=_lede(found),
        known=[_place(one) for one in found if one.is_known],
        unknown=[_place(one) for one in found if not one.is_known],
        reversed=[
            f"{each.early.name} ({_level(each.early)}) goes live on {_live(each.early)}, before {each.late.name} "
            f"({_level(each.late)}) on {_live(each.late)}."
            for each in reversals(found)
        ],
    )


def _level(one: Willing) -> str:
    return one.level.word.lower() if one.level else "unknown"


def _live(one: Willing) -> str:
    return short_day(one.planned.go_live_on) if one.planned else "no day"


def _place(one: Willing) -> Place:
    if one.level is None or one.said_on is None:
        reason = "Nobody has said where it stands."
    else:
        reason = f"{one.level.word} as a group, said on {short_day(one.said_on)}. {REASONS[one.level]}"
    when = f"{one.planned.title}, {short_day(one.planned.go_live_on)}" if one.planned else "in no wave yet"
    return Place(one, reason, when)


def _lede(found: Sequence[Willing]) -> str:
    known = sum(one.is_known for one in found)
    if not found:
        return "There are no departments yet; they come with the HR file."
    if not known:
        return "Of no department is it known how willing it is. Put departments on the map and say where they stand."
    rest = len(found) - known
    more = f" Of {number_word(rest)} it is not known." if rest else ""
    return f"The willing first: they show that it works, and the hesitant follow.{more}"
