"""All waves over the months: a chart with its table, and whose people several of them ask at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import render_template, request

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import short_day, today
from engagement.pages.parts.timelines import timeline_of
from engagement.pages.waves import blueprint
from engagement.programmes import queries as programmes
from engagement.programmes.scopes import programmes_within
from engagement.waves import queries
from engagement.waves.models import Wave
from engagement.waves.overlaps.queries import asking_of, overlaps_of
from engagement.waves.overlaps.rules import Overlap
from engagement.waves.rules import WaveStatus
from engagement.waves.scopes import waves_within
from engagement.words import month_words, number_word, plural


@dataclass(frozen=True)
class TimelineRow:
    """A wave on the timeline, in the words of its table."""

    wave: Wave
    begins_on: date
    people: int
    shared: Sequence[str]


@blueprint.get("/waves")
def timeline() -> str:
    """Show every wave that the reader may see over the months, of all programmes or of one."""
    reader = guard.reader()
    overseeing = rights.overseeing(reader)
    guard.allow_places(overseeing)
    listed = programmes.programmes(programmes_within(overseeing))
    chosen = request.args.get("programme", type=int)
    visible = queries.waves_visible(waves_within(overseeing))
    shown = [
        wave for wave in visible if wave.status is not WaveStatus.CANCELLED and chosen in (None, wave.programme_id)
    ]
    shown.sort(key=lambda wave: (wave.go_live_on, wave.programme_id, wave.number))
    # People may be in waves of several programmes, so overlaps are looked for in all that the reader sees.
    found = overlaps_of(visible)
    rows = _rows(shown, {wave.id: wave for wave in visible}, found)
    return render_template(
        "waves/timeline.html",
        rows=rows,
        chart=timeline_of(shown, today(), found),
        lede=_lede(rows, [each for each in found if {each.first_id, each.second_id} & {row.wave.id for row in rows}]),
        programmes=listed,
        chosen=chosen,
        has_shared=any(row.shared for row in rows),
    )


def _rows(shown: Sequence[Wave], by_id: dict[int, Wave], found: Sequence[Overlap]) -> list[TimelineRow]:
    people = queries.member_counts([wave.id for wave in shown])
    rows = []
    for wave, asking in zip(shown, asking_of(shown), strict=True):
        shared = [
            _shared_words(each, by_id[each.other(wave.id)])
            for each in found
            if wave.id in (each.first_id, each.second_id)
        ]
        rows.append(TimelineRow(wave, asking.begins_on, people[wave.id], shared))
    return rows


def _shared_words(overlap: Overlap, other: Wave) -> str:
    who = plural(overlap.people, "person is", "people are")
    return f"{who} in {other.title} too, {short_day(overlap.begins_on)} to {short_day(overlap.ends_on)}"


def _lede(rows: Sequence[TimelineRow], found: Sequence[Overlap]) -> str:
    if not rows:
        return ""
    number = number_word(len(rows)).capitalize()
    first, last = (
        min(row.begins_on for row in rows),
        max(row.wave.stabilises_until_on or row.wave.go_live_on for row in rows),
    )
    span = (
        month_words(first)
        if month_words(first) == month_words(last)
        else f"{month_words(first)} to {month_words(last)}"
    )
    said = f"{number} {'wave' if len(rows) == 1 else 'waves'}, {span}."
    if not found:
        return f"{said} No two of them ask something of the same people at the same time."
    worst = max(found, key=lambda each: each.people)
    pairs = "Two waves ask" if len(found) == 1 else f"{number_word(len(found)).capitalize()} pairs of waves ask"
    return f"{said} {pairs} something of the same people at the same time, of {plural(worst.people, 'person', 'people')} at most."
