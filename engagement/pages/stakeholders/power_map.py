"""The power/interest map: its page, and the same as a file and as a picture."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, render_template, url_for

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day, today
from engagement.pages.parts.files import list_file, svg_response
from engagement.pages.parts.lists import TALL_PER_PAGE
from engagement.pages.stakeholders import blueprint
from engagement.pages.stakeholders.contact_words import contact_words
from engagement.pages.stakeholders.drawing import LOOKS, Picture, cell_words, legend_dot, map_file, narrow_map, wide_map
from engagement.pages.stakeholders.map_asked import MapAsked, map_asked
from engagement.pages.stakeholders.map_lines import (
    HEADER,
    HEADER_BEFORE,
    Links,
    MoveLine,
    file_row,
    lines_of,
    links_for,
)
from engagement.pages.stakeholders.map_rail import Rail, moves_since, rail_of
from engagement.pages.stakeholders.spots import NARROW, WIDE, Dot, Mark, arranged
from engagement.reach import Reach
from engagement.stakeholders.rhythm.queries.said import contacts_of
from engagement.stakeholders.standings.queries.movement import Move, Movement, movement_since
from engagement.stakeholders.standings.queries.telling import reasons
from engagement.stakeholders.standings.rules import CELLS
from engagement.words import listed, number_word, plural

#: How many who aren't placed stand beside the map; the table has all of them.
FIRST_UNPLACED = 8
#: So many who stand close together are named beside the map, which on paper and on a phone has numbers alone.
MOST_TOGETHER = 6
#: With more marks, a list of them would say less than the table.
MOST_NAMED = 40


@blueprint.get("/stakeholders/map")
def map_page() -> str:
    """Show who stands where by power and interest, with what became different since an earlier day."""
    found = map_asked(_maps())
    lines, page = found.page()
    wide, narrow = arranged(found.groups, WIDE), arranged(found.groups, NARROW)
    dots = {mark.dot.stakeholder_id: mark.dot for mark in (*wide, *narrow) if not mark.is_count}
    moves = movement_since(found.at_then, found.at, TALL_PER_PAGE) if found.at_then else None
    unplaced_total = found.total - found.placed_total
    unplaced = found.at.unplaced(FIRST_UNPLACED) if unplaced_total else []
    changed = moves.first if moves else []
    rail = rail_of(found)
    told = {row.stakeholder_id for row in (*lines, *unplaced)} | {move.stakeholder_id for move in changed}
    together = {dot.stakeholder_id for mark in narrow if _names_all(mark) for dot in mark.group.dots}
    links = links_for(found, told | rail.people | dots.keys() | together)
    picture = _picture(found, links, dots)
    return render_template(
        "stakeholders/map.html",
        lede=_lede(found),
        asked=found.asked,
        narrowed=found.narrowed,
        problems=found.problems,
        on=found.on,
        since=found.since,
        has_rows=bool(found.total),
        wide=wide_map(picture, wide),
        narrow=narrow_map(picture, narrow),
        named=_named(narrow, picture),
        looks=[(legend_dot(look), words) for look, words in LOOKS.items()],
        lines=lines_of(lines, links, found.numbers),
        contacts=_contacts(found, [row.stakeholder_id for row in lines], links),
        page=page,
        near=cell_words(found.cell) if found.cell is not None else "",
        unplaced=lines_of(unplaced, links),
        unplaced_total=unplaced_total,
        moves=moves,
        movement_words=_movement_words(moves) if moves else "",
        moved=_move_lines(found, changed, links),
        **_beside(found, rail, links),
        files=[
            *found.asked.files("stakeholders.map_export"),
            ("SVG", _address("stakeholders.map_picture", found)),
        ],
        moves_dots=bool(picture.movable),
    )


def _maps() -> Reach:
    """Return the maps that the reader sees; refuses a reader who sees none."""
    maps = rights.reading_maps(guard.reader())
    guard.allow_places(maps)
    return maps


def _contacts(found: MapAsked, keys: Sequence[int], links: Links) -> dict[int, str]:
    """Return the last contact with each in words; of an earlier day nothing is said."""
    if found.on:
        return {}
    on = today()
    last = contacts_of({key: links.people[key].added_on for key in keys}, on)
    return {key: contact_words(contact, on) for key, contact in last.items()}


def _move_lines(found: MapAsked, moves: Sequence[Move], links: Links) -> list[MoveLine]:
    judged = {move.stakeholder_id: move.words for move in moves if move.now and move.words}
    said = reasons(judged, before=found.before, on=today()) if judged else {}
    keys = [move.stakeholder_id for move in moves]
    return [
        MoveLine(move, links.people[key], links.url(key), judged.get(key, ""), said.get(key))
        for key, move in zip(keys, moves, strict=True)
    ]


def _beside(found: MapAsked, rail: Rail, links: Links) -> dict[str, Any]:
    """Return what the rail shows, with its links to all of the same kind."""
    began = moves_since(found, rail.last)
    return {
        "last": _last_line(rail, links),
        "moves_from": began,
        "moves_url": _address("stakeholders.map_page", found, since=began.isoformat(), _anchor="movement"),
        "champions": rail.champions,
        "coming": rail.coming_lines(links),
        "reads_promises": rights.reading_notes(guard.reader()).holds_places,
    }


def _last_line(rail: Rail, links: Links) -> MoveLine | None:
    if rail.last is None:
        return None
    move, said = rail.last
    key = move.stakeholder_id
    return MoveLine(move, links.people[key], links.url(key), move.words, said)


def _picture(found: MapAsked, links: Links, dots: Mapping[int, Dot]) -> Picture:
    names = {key: told.short_name for key, told in links.people.items()}
    urls = {key: links.form_url(key) or links.url(key) for key in names}
    return Picture(
        names=names,
        links={key: url for key, url in urls.items() if url},
        count_links=_count_links(found),
        former=_former(found, dots),
        movable=frozenset(key for key in names if links.form_url(key)),
        label=f"Power and interest of {plural(found.placed_total, 'person or group', 'people and groups')}. The table below says the same.",
    )


def _address(endpoint: str, found: MapAsked, **more: Any) -> str:
    """Return an address with the same filters and days."""
    asked: dict[str, Any] = {**found.asked.narrowed_by, **more}
    return url_for(endpoint, **asked)


def _count_links(found: MapAsked) -> dict[int, str]:
    """Return the addresses that narrow the table to those in a square of the map."""
    before, _, after = _address("stakeholders.map_page", found, near="0", _anchor="table").partition("near=0")
    return {cell: f"{before}near={cell}{after}" for cell in range(CELLS * CELLS)}


def _former(found: MapAsked, dots: Mapping[int, Dot]) -> dict[int, tuple[int, int]]:
    """Return where those who have a dot stood on the earlier day (power, interest), if it was elsewhere."""
    if found.at_then is None or not dots:
        return {}
    former = {row.stakeholder_id: (row.influence or 0, row.interest or 0) for row in found.at_then.placed(dots)}
    return {key: place for key, place in former.items() if place != (dots[key].influence, dots[key].interest)}


def _named(marks: Sequence[Mark], picture: Picture) -> list[tuple[int | None, str, str]]:
    """Return the marks of the map as lines beside it: number, words and address; of many, only those who stand alone."""
    lines: list[tuple[int | None, str, str]] = []
    for mark in marks:
        if mark.is_count and len(marks) <= MOST_NAMED:
            lines.append((None, _count_words(mark, picture), picture.count_links[mark.cell]))
        if not mark.is_count:
            key = mark.dot.stakeholder_id
            lines.append((mark.dot.number, picture.names[key], picture.links.get(key, "")))
    return lines


def _names_all(mark: Mark) -> bool:
    return mark.is_count and len(mark.group.dots) == mark.group.number <= MOST_TOGETHER


def _count_words(mark: Mark, picture: Picture) -> str:
    number, where = mark.group.number, cell_words(mark.cell)
    if _names_all(mark):
        return f"{listed(f'{dot.number} {picture.names[dot.stakeholder_id]}' for dot in mark.group.dots)}, together: {where}"
    return f"{plural(number, 'person or group', 'people and groups')}: {where}"


def _lede(found: MapAsked) -> str:
    if not found.total:
        return "Who has a say in the change, and how much it concerns them."
    against = sum(square.against for square in found.squares)
    strong = sum(square.against_with_power for square in found.squares)
    words = f"{plural(found.total, 'person or group', 'people and groups')}."
    if found.on:
        words = f"As it stood at the end of {day(found.on)}: {words}"
    if against == 1:
        return f"{words} One is against{', with the power to slow it down' if strong else ''}."
    if against:
        power = ("both" if against == 2 else "all") if strong == against else number_word(strong) if strong else "none"
        return (
            f"{words} {number_word(against).capitalize()} are against; {power} of them with the power to slow it down."
        )
    return f"{words} Nobody is said to be against."


def _movement_words(moves: Movement) -> str:
    told = [
        plural(moves.moved, "was judged anew", "were judged anew"),
        plural(moves.came, "came onto the map", "came onto the map"),
        plural(moves.left, "left it", "left it"),
    ]
    words = listed([part for part, number in zip(told, (moves.moved, moves.came, moves.left), strict=True) if number])
    return f"{words}." if words else "Nobody came, left or was judged anew."


@blueprint.get("/stakeholders/map.<any(csv, xlsx):kind>")
def map_export(kind: str) -> Response:
    """Send the table of the map as a file, with the filters, days and order of the page."""
    found = map_asked(_maps())
    listed = found.at.listed(found.order, found.cell)
    links = links_for(found, [row.stakeholder_id for row in listed])
    then = {row.stakeholder_id: row for row in found.at_then.listed("name")} if found.at_then else {}
    rows = [
        file_row(found, line, found.on or today(), then.get(line.row.stakeholder_id))
        for line in lines_of(listed, links, found.numbers)
    ]
    header = HEADER + HEADER_BEFORE if found.since else HEADER
    return list_file(kind, header, rows, "stakeholder-map", "Power and interest")


@blueprint.get("/stakeholders/map.svg")
def map_picture() -> Response:
    """Send the map as a picture that stands alone."""
    found = map_asked(_maps())
    marks = arranged(found.groups, WIDE)
    dots = {mark.dot.stakeholder_id: mark.dot for mark in marks if not mark.is_count}
    picture = _picture(found, links_for(found, dots), dots)
    on = f"As it stood at the end of {day(found.on)}." if found.on else f"As it stood on {day(today())}."
    lines = [f"{on} Places are judgements from 0 to 10.", *found.narrowed]
    if any(mark.is_count for mark in marks):
        lines.append("A number in a box: how many stand close together there; a red edge: some of them are against.")
    if found.since:
        lines.append(f"Dashed: the way since the end of {day(found.since)}.")
    return svg_response(map_file(picture, marks, "Stakeholders by power and interest", lines), "stakeholder-map")
