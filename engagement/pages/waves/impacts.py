"""Pages of what a wave changes for its groups: all of them by parts of the work, and as a file."""

from collections.abc import Sequence

from flask import Response, render_template

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import local_day
from engagement.pages.parts.files import list_file
from engagement.pages.waves import blueprint
from engagement.pages.waves.impact_groups import Group, groups_of, heat_of, heat_sums
from engagement.pages.waves.sponsors_view import keeps_back
from engagement.waves.impacts.rules import ABOVE, WEIGHT_DEFINITION, Aspect, Assessed, ImpactSide
from engagement.waves.impacts.scopes import is_sponsor
from engagement.waves.scopes import reaches_wave, wave_for
from engagement.words import listed, plural

HEADER = (
    "department",
    "role",
    "people",
    "side",
    "part of the work",
    "points",
    "people_minus_this",
    "before",
    "after",
    "asked",
    "said_by",
    "said_on",
)


@blueprint.get("/waves/<int:wave_id>/impacts")
def impacts(wave_id: int) -> str:
    """Show the groups of a wave by how much changes for them."""
    reader = guard.reader()
    wave = wave_for(rights.overseeing(reader), wave_id)
    is_kept_back = keeps_back(wave)
    groups = groups_of(wave, keeps_back=is_kept_back)
    reads_people, floor = reaches_wave(rights.reading(reader), wave), guard.settings().anonymity_floor
    return render_template(
        "waves/impacts.html",
        wave=wave,
        groups=groups,
        heat=[(group, heat_of(group)) for group in groups if group.is_whole or group.rows],
        sums=heat_sums(groups) if len(groups) > 1 else [],
        aspects=list(Aspect),
        columns=len(Aspect) + 2,
        floor=floor,
        least=0 if reads_people else floor,
        lede=_lede(groups),
        definition=WEIGHT_DEFINITION,
        may_plan=reaches_wave(rights.planning(reader), wave),
        is_sponsor=is_sponsor(rights.sponsoring(reader), wave),
        unsaid=sum(group.is_kept_back and group.is_whole for group in groups),
    )


def _told(group: Group, least: int) -> int | str:
    """Return how many people a group has; words for a group by role that is too small to tell."""
    return group.people if group.is_whole or group.people >= least else "too few"


def _lede(groups: Sequence[Group]) -> str:
    if not groups:
        return "No department is in this wave yet."
    # A department is judged as a whole or by its roles.
    judged = {group.department.id for group in groups if group.leaders}
    open_ones = [group for group in groups if group.is_whole and group.department.id not in judged]
    if not judged:
        return "Its leaders have not said yet what it changes for anybody."
    among = " of those judged so far" if open_ones else ""
    heaviest = max(groups, key=lambda group: group.points)
    first = (
        f"{heaviest.name} has the most points{among}."
        if heaviest.points
        else "No part of the work that was judged changes."
    )
    more = f" {plural(len(open_ones), 'group is', 'groups are')} not judged by their leaders yet." if open_ones else ""
    return first + more + _apart_words(groups)


def _apart_words(groups: Sequence[Group]) -> str:
    """Say in how many groups people see it otherwise, and than who; "" for none."""
    found = [group.sides.apart for group in groups if group.sides.apart]
    sides = {side for each in found for above in each.values() for side in above}
    whose = listed([side.word.lower() for side in ABOVE if side in sides], "or")
    return f" In {plural(len(found), 'group', 'groups')} people see it otherwise than {whose}." if found else ""


def _people_minus(group: Group, side: ImpactSide, aspect: Aspect) -> int | None:
    """Return by how many points the people expect more than a side above them, None where one of both has not said."""
    above, people = group.sides.of(side) if side in ABOVE else None, group.sides.people
    low, high = ((each or Assessed()).of(aspect).score for each in (above, people))
    return None if low is None or high is None else high - low


@blueprint.get("/waves/<int:wave_id>/impacts.<any(csv, xlsx):kind>")
def impacts_file(wave_id: int, kind: str) -> Response:
    """Return what a wave changes for its groups as a file."""
    reader = guard.reader()
    wave = wave_for(rights.overseeing(reader), wave_id)
    least = 0 if reaches_wave(rights.reading(reader), wave) else guard.settings().anonymity_floor
    lines = [
        (
            group.department.path,
            group.for_role.word,
            _told(group, least),
            row.side.word,
            aspect.word,
            one.score,
            _people_minus(group, row.side, aspect),
            one.before,
            one.after,
            sum(one.counts) or row.voices,
            row.signed,
            local_day(row.said_at),
        )
        for group in groups_of(wave, keeps_back=keeps_back(wave))
        for row in group.rows
        for aspect, one in row.said.aspects.items()
    ]
    return list_file(kind, HEADER, lines, f"impacts-{wave.name}", "Impacts")
