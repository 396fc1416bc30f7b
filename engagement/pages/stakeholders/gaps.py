"""Where stakeholders stand and where we need them: the engagement matrix, the widest gap with most power first."""

from dataclasses import dataclass

from flask import render_template

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.stakeholders import blueprint
from engagement.pages.stakeholders.map_asked import map_asked
from engagement.pages.stakeholders.map_lines import MapLine, lines_of, links_for
from engagement.stakeholders.standings.queries.placing import Stood
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
    both = sorted((row for row in found.rows if row.gap is not None), key=_first)
    without = [row for row in found.rows if row.is_labelled and row.gap is None]
    shown, page = found.asked.part_of(both)
    links = links_for(found, [row.stakeholder_id for row in (*shown, *without[:FIRST_WITHOUT])], comes_back_to="gaps")
    return render_template(
        "stakeholders/gaps.html",
        lede=_lede(both, found.rows),
        asked=found.asked,
        narrowed=found.narrowed,
        problems=found.problems,
        has_rows=bool(found.rows),
        levels=list(Level),
        lines=[GapLine(line) for line in lines_of(found, shown, links)],
        page=page,
        without=lines_of(found, without[:FIRST_WITHOUT], links),
        without_total=len(without),
        not_kept=sum(1 for row in found.rows if not row.is_labelled),
        files=found.asked.files("stakeholders.map_export", order="-urgency"),
        sees_people=rights.reading(guard.reader()).holds_anything,
    )


def _first(row: Stood) -> tuple[int, int]:
    """Return the place in the order: by gap times power; then gaps of those whose power wasn't judged; then no gap."""
    if row.gap and row.urgency is None:
        return (1, -row.gap)
    return (0, -row.urgency) if row.urgency else (2, 0)


def _lede(both: list[Stood], rows: list[Stood]) -> str:
    if not rows:
        return "Who is less engaged than the change needs them to be."
    below = sum(1 for row in both if row.gap)
    if not both:
        return "Nobody has two levels yet: how engaged they are, and how engaged we need them."
    if not below:
        return f"{plural(len(both), 'stands', 'stand')} where we need them, or above. Nobody stands below."
    return f"{below:,} of {len(both):,} stand below where we need them. The widest gap with most power comes first."
