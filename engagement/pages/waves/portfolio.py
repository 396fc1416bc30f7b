"""The portfolio of a programme: its workflows on a grid of value and complexity, beside their table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Response, render_template

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import here_today
from engagement.pages.parts.files import list_file
from engagement.pages.parts.lists import Asked
from engagement.pages.waves import blueprint
from engagement.pages.waves.portfolio_drawing import Spot, grid, legend_mark
from engagement.programmes import queries
from engagement.programmes.models import Programme, Workflow
from engagement.programmes.portfolio.queries import ratings_of, version_numbers
from engagement.programmes.portfolio.rules import RiskBand, mix_of, mix_words, proposal_for
from engagement.programmes.rules import OperatingModel, PortfolioClass
from engagement.programmes.scopes import programme_for, reaches_programme
from engagement.waves import queries as waves
from engagement.waves.models import Wave
from engagement.waves.scopes import waves_within
from engagement.words import plural

HEADER = (
    *("workflow", "class", "class_that_follows", "value", "complexity", "risk", "operating_model", "version"),
    *("documentation", "documentation_version", "review_on", "waves"),
)


@dataclass(frozen=True)
class Line:
    """A workflow in the table: its number on the grid, the class that follows if another was chosen, and its waves."""

    number: int
    workflow: Workflow
    follows: PortfolioClass | None
    version: int | None
    waves: Sequence[Wave]
    is_late: bool

    @property
    def band(self) -> RiskBand:
        """How risky it is."""
        return RiskBand.of(self.workflow.risk)

    @property
    def differs(self) -> bool:
        """Whether another class was chosen than follows from value, complexity and risk."""
        return self.follows is not None and self.follows is not self.workflow.portfolio_class


@blueprint.get("/programmes/<int:programme_id>/portfolio")
def portfolio(programme_id: int) -> str:
    """Show the workflows of a programme on the grid and as a table."""
    reader, asked = guard.reader(), Asked()
    row = programme_for(rights.overseeing(reader), programme_id)
    every = _lines(row)
    lines = _asked_for(every, asked)
    placed = [line for line in lines if ratings_of(line.workflow).is_placed]
    return render_template(
        "waves/portfolio.html",
        programme=row,
        lede=_lede(every),
        asked=asked,
        has_rows=bool(every),
        lines=lines,
        grid=grid(
            [_spot(line) for line in placed], f"{plural(len(placed), 'workflow', 'workflows')} by value and complexity"
        ),
        unplaced=[line for line in lines if line not in placed],
        looks=[(legend_mark(band), band.word) for band in RiskBand],
        classes=list(PortfolioClass),
        files=asked.files("waves.portfolio_file", programme_id=row.id),
        may_plan=reaches_programme(rights.planning(reader), row),
    )


@blueprint.get("/programmes/<int:programme_id>/portfolio.<any(csv, xlsx):kind>")
def portfolio_file(programme_id: int, kind: str) -> Response:
    """Send the table as a file, with the filters of the page."""
    row = programme_for(rights.overseeing(guard.reader()), programme_id)
    lines = _asked_for(_lines(row), Asked())
    return list_file(kind, HEADER, [_cells(line) for line in lines], f"portfolio-{row.id}", "Portfolio")


def _lines(programme: Programme) -> list[Line]:
    workflows, on = queries.workflows_of([programme.id]), here_today()
    seen = [
        w
        for w in waves.waves_visible(waves_within(rights.overseeing(guard.reader())))
        if w.programme_id == programme.id
    ]
    in_waves = waves.workflows_of_waves([wave.id for wave in seen])
    numbers = version_numbers([workflow.id for workflow in workflows], on)
    return [
        Line(
            number,
            workflow,
            proposal_for(ratings_of(workflow)).portfolio_class,
            numbers.get(workflow.id),
            [wave for wave in seen if workflow in in_waves.get(wave.id, [])],
            workflow.is_review_due(on),
        )
        for number, workflow in enumerate(workflows, start=1)
    ]


def _asked_for(lines: Iterable[Line], asked: Asked) -> list[Line]:
    lines = list(lines)
    seen = {wave.id: wave.title for line in lines for wave in line.waves}
    portfolio_class = asked.word_of(PortfolioClass, "class", "Class")
    band = asked.word_of(RiskBand, "risk", "Risk")
    model = asked.word_of(OperatingModel, "model", "Run")
    wave_id = asked.row("wave", "Wave", seen.items())
    return [
        line
        for line in lines
        if portfolio_class in (None, line.workflow.portfolio_class)
        and band in (None, line.band)
        and model in (None, line.workflow.operating_model)
        and (wave_id is None or wave_id in {wave.id for wave in line.waves})
    ]


def _lede(lines: Sequence[Line]) -> str:
    if not lines:
        return (
            "How the workflows’ value compares with their complexity and risk, so that waves can begin where it pays."
        )
    mix = mix_words(mix_of(line.workflow.portfolio_class for line in lines))
    missing = sum(not ratings_of(line.workflow).is_placed for line in lines)
    unknown = (
        f" The value or complexity of {plural(missing, 'workflow', 'workflows')} isn’t known yet." if missing else ""
    )
    return f"{mix}.{unknown}"


def _spot(line: Line) -> Spot:
    workflow = line.workflow
    assert workflow.value is not None
    assert workflow.complexity is not None
    risk = "not known" if workflow.risk is None else workflow.risk
    words = f"{line.number} {workflow.name}: value {workflow.value}, complexity {workflow.complexity}, risk {risk}"
    return Spot(line.number, workflow.value, workflow.complexity, line.band, words)


def _cells(line: Line) -> tuple[object, ...]:
    workflow = line.workflow
    return (
        workflow.name,
        workflow.portfolio_class.word,
        line.follows.word if line.follows else "",
        *(workflow.value, workflow.complexity, workflow.risk),
        workflow.operating_model.word if workflow.operating_model else "",
        line.version,
        *(workflow.documentation_url, workflow.documentation_version, workflow.review_on),
        ", ".join(wave.title for wave in line.waves),
    )
