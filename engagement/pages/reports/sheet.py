"""The sponsor's sheet of a programme, as page and files, and the list of sheets that the reader may read."""

from dataclasses import dataclass
from typing import Any

from flask import Response, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from engagement import charts, clock
from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day, reader_zone, share
from engagement.pages.parts.files import list_file
from engagement.pages.reports import blueprint
from engagement.programmes.queries import programmes
from engagement.programmes.scopes import programme_for, programmes_within, reaches_programme
from engagement.reports import queries
from engagement.reports.queries import ProgrammeReport, WaveLine
from engagement.resistance.figures.queries import SourceLine
from engagement.resistance.scopes import reads_in_part
from engagement.stakeholders.leadership.queries import StepShown
from engagement.stakeholders.leadership.scopes import may_settle
from engagement.waves.scopes import reaches_wave
from engagement.words import day_words, number_word

MOST_DECISIONS = 5
STEPS_DEFINITION = "What the sponsors of the programme and its waves do in person, without what was left out. Missed: not marked as done on its day."
#: Of each sponsor, what was missed and what comes next; the rest is on the page of steps.
MOST_STEPS = 2
HEADER = ("Part", "Name", "Measure", "Value", "Of", "How it is counted")


@dataclass(frozen=True)
class SourceRow:
    """A source in the table: its counts (None if too few people named it) and its trend as a drawing."""

    line: SourceLine
    spark: Markup


@blueprint.get("/reports")
def index() -> str | BaseResponse:
    """List the programmes whose sheet the reader may read; if there is only one, lead to it."""
    reporting = rights.reporting(guard.reader())
    guard.allow_places(reporting)
    readable = programmes(programmes_within(reporting))
    if len(readable) == 1:
        return redirect(url_for("reports.programme", programme_id=readable[0].id))
    return render_template("reports/index.html", programmes=readable)


def _report(programme_id: int) -> ProgrammeReport:
    settings, reader = guard.settings(), guard.reader()
    row = programme_for(rights.reporting(reader), programme_id)
    return queries.programme_report(
        row,
        clock.today(settings.timezone),
        settings.anonymity_floor,
        keeps_concerns_back=reads_in_part(rights.reading(reader), rights.planning(reader), row.id),
    )


@blueprint.get("/reports/programmes/<int:programme_id>")
def programme(programme_id: int) -> str:
    """Show the sheet: decisions first, then waves, objections and messages, with definitions at the foot."""
    report, reader = _report(programme_id), guard.reader()
    notes = _definitions(report)
    reading, overseeing = rights.reading(reader), rights.overseeing(reader)
    return render_template(
        "reports/programme.html",
        report=report,
        lede=_lede(report),
        calm=_calm(report),
        as_of=_as_of(report),
        decisions=report.decisions[:MOST_DECISIONS],
        more_decisions=len(report.decisions[MOST_DECISIONS:]),
        sources=_source_rows(report),
        concerns_as_of=_concerns_as_of(report),
        most_steps=MOST_STEPS,
        finishes={s.step.id for each in report.leadership for s in each.steps if _finishes(s)},
        hidden_words=_hidden_words(report),
        notes=list(notes.values()),
        note={name: number for number, name in enumerate(notes, 1)},
        opens_wave={line.wave.id for line in report.waves if reaches_wave(overseeing, line.wave)},
        opens_training={line.wave.id for line in report.waves if reaches_wave(reading, line.wave)},
        may_name_holders=reaches_programme(rights.naming_holders(reader), report.programme),
        opens_concerns=reaches_programme(rights.planning(reader), report.programme),
        opens_messages=reading.covers_all_of(programme_id),
        reader_name=reader.name,
        organisation=guard.settings().organisation,
    )


def _finishes(shown: StepShown) -> bool:
    """Return whether the reader says of a step that it is done: who plans there, and the sponsor whose step it is."""
    reader = guard.reader()
    may = may_settle(rights.reading_maps(reader), rights.planning(reader), shown.line)
    return may and shown.standing.is_open


def _as_of(report: ProgrammeReport) -> str:
    """Return the time of the figures with its year, because paper is read later."""
    local = report.as_of.astimezone(reader_zone())
    return f"{day_words(local.date(), with_year=True)}, {local:%H:%M}"


def _concerns_as_of(report: ProgrammeReport) -> str:
    counted = report.concerns.as_of
    if report.concerns.is_kept_back:
        return "You read a part of these concerns yourself. Their figures are not shown to you, because the rest could be worked out."
    if counted is None:
        return "Objections are counted at night; you read the first figures here tomorrow."
    return f"As of the end of {day(counted)}. Counted at night; a figure moves when things of {number_word(report.concerns.floor)} people or more have changed in it."


def _lede(report: ProgrammeReport) -> str:
    number = len(report.decisions)
    needed = f"{number_word(number).capitalize()} {'decision is' if number == 1 else 'decisions are'} needed."
    if not number:
        needed = (
            "Nothing needs a decision from you." if not report.in_doubt else "Nothing needs a decision from you yet."
        )
    ahead = report.next_wave
    if ahead is None:
        return f"{needed} No further wave is planned."
    trained = (
        f"{share(ahead.trained.finished, ahead.trained.assigned)}, are trained"
        if ahead.trained.assigned
        else "nobody has training to do yet"
    )
    next_on = f"Wave {ahead.wave.number}, {ahead.wave.name}, is next, on {day(ahead.wave.go_live_on)}"
    return f"{needed} {next_on}; {trained}."


def _calm(report: ProgrammeReport) -> str:
    """When nothing needs a decision, say which figures show that, and what is not known."""
    known = ["every workflow near its go-live has its owners"] if report.waves else []
    unknown = [_doubt(line) for line in report.in_doubt]
    if report.close and not unknown:
        known.append("training is in time")
    elif not report.close:
        unknown.append("No wave is live or near its go-live, so no training can be late.")
    if report.concerns.is_kept_back:
        unknown.append("Whether people who objected wait too long is not shown to you.")
    elif report.concerns.as_of is None:
        unknown.append("Objections are not counted yet.")
    else:
        known.append("no promise to a group of people who objected is late")
    clauses = ", and ".join([", ".join(known[:-1]), known[-1]] if len(known) > 1 else known)
    return " ".join([f"Nothing waits for you: {clauses}." if known else "Nothing waits for you.", *unknown])


def _doubt(line: WaveLine) -> str:
    wave, trained = line.wave, line.trained
    if not trained.assigned:
        return f"Nobody in wave {wave.number}, {wave.name}, has training to do yet."
    finished = share(trained.finished, trained.assigned)
    return f"Wave {wave.number}, {wave.name}, is live, and its training is not finished: {finished}."


def _source_rows(report: ProgrammeReport) -> list[SourceRow]:
    lines = report.concerns.sources
    top = max((number for line in lines for number in line.trend if number is not None), default=0)
    return [SourceRow(line, charts.sparkline(line.trend, top=top, source=line.source.value)) for line in lines]


def _hidden_words(report: ProgrammeReport) -> str:
    concerns = report.concerns
    if concerns.as_of is None or not concerns.hidden_count:
        return ""
    return (
        f"“Not shown” means fewer than {number_word(concerns.floor)} people, or a figure from which so small a group could be "
        "worked out. What is hidden once in a week stays hidden until the week is over, so that comparing days shows nothing."
    )


def _definitions(report: ProgrammeReport) -> dict[str, str]:
    """Return the definition of each figure, in the order in which the figures stand on the sheet."""
    floor = number_word(report.concerns.floor)
    opened = (
        f" n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{report.concerns.open:,}." if report.concerns.open is not None else ""
    )
    return {
        "people": "People who are in the wave now. Somebody in two waves counts in both.",
        "trained": "People who have finished every required module of each training role they have, of those with training assigned.",
        **({"steps": STEPS_DEFINITION} if report.leadership else {}),
        "open": f"Concerns that waited for an answer at the end of the day, with name or anonymous, that name a wave or workflow of "
        f"this programme.{opened} Groups of under {floor} people are not shown, nor any from which one could be worked out.",
        "answered": "Concerns whose last word is an answer of the change team.",
        "trend": "Open concerns as they were counted at the end of each of the last eight weeks. All sources share one scale; what was "
        "not shown then leaves a gap.",
        "median": "Median of working days, without weekends and public holidays, from receipt to first answer.",
        "reach": "Messages that a mail server accepted, of people the message was for. The last four messages.",
    }


def _rows(report: ProgrammeReport) -> list[tuple[Any, ...]]:
    """Return every figure of the sheet, one a row."""
    notes = _definitions(report)

    def row(part: str, name: str, measure: str, value: Any, of: Any, note: str) -> tuple[Any, ...]:
        return part, name, measure, value, of, notes[note]

    rows: list[tuple[Any, ...]] = [
        ("Report", report.programme.name, "As of", report.as_of, "", ""),
        *(("Decision needed", d.title, d.reason, d.by_on, "", "") for d in report.decisions),
    ]
    for line in report.waves:
        title = line.wave.title
        rows += [
            ("Wave", title, "Go-live", line.wave.go_live_on, "", ""),
            ("Wave", title, "State", line.wave.status.word, "", ""),
            row("Wave", title, "People", line.people, "", "people"),
            row("Wave", title, "Trained", line.trained.finished, line.trained.assigned, "trained"),
        ]
    rows.append(("Objections", "All sources", "As of the end of", report.concerns.as_of, "", "Counted at night."))
    for source in report.concerns.sources:
        rows += [
            row("Objections", source.source.word, "Open", _shown(source.open), _shown(report.concerns.open), "open"),
            row(
                "Objections",
                source.source.word,
                "Answered",
                _shown(source.answered),
                _shown(report.concerns.answered),
                "answered",
            ),
        ]
    median = report.concerns.median_days
    rows.append(row("Objections", "All sources", "Working days to first answer", _shown(median), "", "median"))
    for each in report.leadership:
        name, tally = each.person.name, each.tally
        rows.append(row("Leadership", name, "Steps done", tally.done, tally.total, "steps"))
        rows += [("Leadership", name, s.title, s.line.due_on, "", s.standing.word) for s in each.steps]
    rows += [row("Message", m.subject, "Delivered", m.sent, m.recipients, "reach") for m in report.messages]
    return rows


def _shown(value: float | None) -> Any:
    return "not shown" if value is None else value


@blueprint.get("/reports/programmes/<int:programme_id>.<any(csv, xlsx):kind>")
def programme_file(programme_id: int, kind: str) -> Response:
    """Give the figures of the sheet as a file."""
    report = _report(programme_id)
    return list_file(kind, HEADER, _rows(report), f"report {report.programme.name}", "Report")
