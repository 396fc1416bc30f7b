"""The page of a champion: who is around them, what comes when, whom they can ask, and what they can read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import render_template
from markupsafe import Markup

from engagement.content.library import guide
from engagement.content.markdown import to_html
from engagement.pages.frame import guard
from engagement.pages.frame.formats import short_day, today
from engagement.pages.me import blueprint
from engagement.pages.me.learning_rows import learning_row
from engagement.pages.me.words import ChampionPost, Step, champion_posts_of
from engagement.stakeholders.champions.queries import DepartmentCoverage, WaveCoverage, coverages
from engagement.stakeholders.models import Champion
from engagement.training.queries.learning import learning_of
from engagement.waves.models import Wave
from engagement.words import listed, plural


@dataclass(frozen=True)
class ChampionDay:
    """One post of a champion as the page shows it: who is around them in a sentence, and the dates that come."""

    post: Champion
    others: Sequence[Champion]
    around: str
    steps: Sequence[Step]


@blueprint.get("/me/champion")
def champion() -> str:
    """Show a champion what is asked of them; nobody else has this page."""
    person = guard.person_or_none()
    posts = champion_posts_of(person) if person is not None else []
    guard.allow(bool(posts) and person is not None)
    assert person is not None
    covered = coverages([each.post.wave_id for each in posts], today())
    return render_template(
        "me/champion.html",
        lede=f"You are a champion of {listed(each.post.wave.name for each in posts)}. Colleagues may come to you with questions.",
        posts=[_day(each, covered[each.post.wave_id]) for each in posts],
        rows=[learning_row(item) for item in learning_of(person.id, today())],
        guide=Markup(to_html(guide("champion").body)),  # noqa: S704  cleaned by content.markdown
    )


def _day(each: ChampionPost, coverage: WaveCoverage) -> ChampionDay:
    row = next((r for r in coverage.rows if each.post.id in {champion.id for champion in r.champions}), None)
    return ChampionDay(each.post, each.others, _around(row), _steps(each.post.wave))


def _around(row: DepartmentCoverage | None) -> str:
    """Say how many people a champion is there for, and with how many others. Names aren't needed for that."""
    if row is None or not row.people:
        return "Nobody of your department is in the wave yet."
    others = len(row.champions) - 1
    with_whom = f"you and {plural(others, 'other champion', 'other champions')}" if others else "you alone"
    people = plural(row.people, "person", "people")
    missing = (
        f" {plural(row.missing, 'more champion is', 'more champions are')} being looked for." if row.missing else ""
    )
    return f"{people} of this department {'is' if row.people == 1 else 'are'} in the wave; there for them: {with_whom}.{missing}"


def _steps(wave: Wave) -> list[Step]:
    dated = [
        (wave.training_due_on, "Training is due", ""),
        (wave.go_live_on, "It starts", "go"),
        *([(wave.stabilises_until_on, "The quiet period ends", "")] if wave.stabilises_until_on else []),
    ]
    return [Step(_words(on), text, "done" if on < today() else state) for on, text, state in sorted(dated)]


def _words(on: date) -> str:
    return "Today" if on == today() else short_day(on)
