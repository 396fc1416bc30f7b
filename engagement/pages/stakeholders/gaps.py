"""Where stakeholders stand and where we need them: the engagement matrix, the widest gap with most power first."""

from dataclasses import dataclass

from flask import render_template, url_for

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.stakeholders import blueprint
from engagement.pages.stakeholders.map_asked import MapAsked, map_asked
from engagement.pages.stakeholders.map_lines import MapLine, lines_of, links_for
from engagement.stakeholders.standings.queries.gaps import GapCounts, Gaps
from engagement.stakeholders.standings.rules import Level
from engagement.words import plural

#: How many who lack a level are listed; the table of the map has all of them.
FIRST_WITHOUT = 12


@dataclass(frozen=True)
class GapLine:
    """A row of the matrix: for each level the mark that stands there (current, desired, both or "") and its piece of the path."""

    line: MapLine

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Mark and class of each level, from unaware to leading."""
        now, wanted = self.line.row.level_now, self.line.row.level_wanted
        assert now
        assert wanted
        low, high = sorted((now.step, wanted.step))
        return [(_mark(level, now, wanted), _path(level.step, low, high)) for level in Level]

    @property
    def urgency(self) -> str:
        """Gap times power, or what is missing to say it."""
        return "power not judged" if self.line.row.urgency is None else self.line.urgency


def _mark(level: Level, now: Level, wanted: Level) -> str:
    if level is now:
        return "both" if now is wanted else "current"
    return "desired" if level is wanted else ""


def _path(step: int, low: int, high: int) -> str:
    if low == high or not low <= step <= high:
        return ""
    return "path-from" if step == low else "path-to" if step == high else "path"


@blueprint.get("/stakeholders/gaps")
def gaps() -> str:
    """Show who stands where, who is needed where, and whom to work on first."""
    maps = rights.reading_maps(guard.reader())
    guard.allow_places(maps)
    found = map_asked(maps, compares=False)
    every = Gaps(maps, found.filters, found.before, today())
    counts = every.counts()
    page = found.asked.page(counts.both)
    shown = every.widest(page.size, page.offset, counts.below) if counts.both else []
    without = every.without_level(FIRST_WITHOUT) if counts.without else []
    links = links_for(found, [row.stakeholder_id for row in (*shown, *without)], comes_back_to="gaps")
    return render_template(
        "stakeholders/gaps.html",
        lede=_lede(counts),
        asked=found.asked,
        narrowed=found.narrowed,
        problems=found.problems,
        has_rows=bool(counts.total),
        levels=list(Level),
        lines=[GapLine(line) for line in lines_of(shown, links)],
        page=page,
        without=lines_of(without, links),
        counts=counts,
        wanted_url=_wanted_url(found) if counts.unwanted else "",
        files=found.asked.files("stakeholders.map_export", order="-urgency"),
    )


def _wanted_url(found: MapAsked) -> str:
    """Return the address where desired levels are said of several at once, "" for a reader who plans nothing, and of an earlier day."""
    if found.on or not rights.planning(guard.reader()).holds_places:
        return ""
    return url_for("stakeholders.wanted", **found.kept)


def _lede(counts: GapCounts) -> str:
    if not counts.total:
        return "Who is less engaged than the change needs them to be."
    if not counts.both:
        return "Nobody has two levels yet: how engaged they are, and how engaged we need them."
    if not counts.below:
        return f"{plural(counts.both, 'stands', 'stand')} where we need them, or above. Nobody stands below."
    return f"{counts.below:,} of {counts.both:,} stand below where we need them. The widest gap with most power comes first."
