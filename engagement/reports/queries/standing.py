"""Whether a programme is on track, and because of what: said from the figures of its report."""

from collections.abc import Iterator
from datetime import date

from engagement.attention.rules import is_training_behind
from engagement.readiness.gate.rules import GateState
from engagement.readiness.queries.verdicts import Verdict
from engagement.reports.queries.decisions import unmet_words, waits_words
from engagement.reports.queries.gates import STOPPED, late_words
from engagement.reports.queries.programme import ProgrammeReport, WaveLine
from engagement.reports.rules.decisions import Standing
from engagement.words import day_words, number_word, percent_text, plural, share_words, short_day_words

#: More reasons than these are counted, so that the first sentence stays one.
MOST_REASONS = 3


def standing_of(report: ProgrammeReport) -> Standing:
    """Return whether a programme is on track on the day of its report.

    Objections that are kept back from the reader are no part of it.
    """
    against = [*_waves_off(report), *_others_off(report)]
    more = len(against) - MOST_REASONS
    if more > 0:
        against = [*against[:MOST_REASONS], plural(more, "more thing stands", "more things stand") + " against it"]
    return Standing(against, list(_known(report)), list(_unknown(report)))


def _named(line: WaveLine) -> str:
    return f"wave {line.wave.number}, {line.wave.name},"


def _trained(line: WaveLine) -> str:
    finished, assigned = line.trained.finished, line.trained.assigned
    if not line.people:
        return "nobody is in it"
    if not assigned:
        return "nobody has training to do yet"
    return f"{share_words(finished, assigned)}{',' if finished else ''} are trained"


def _waves_off(report: ProgrammeReport) -> Iterator[str]:
    """Say what stands against each wave: first gates that are shut or open again, then what is to go live, the nearest first."""
    held = [line for line in report.waves if line.wave.status.is_open and line.wave.status.keeps_days]
    for line in sorted(held, key=_nearness):
        against = _ahead_off(report, line) if line.wave.status.is_ahead else _live_off(line)
        if against:
            yield against


def _nearness(line: WaveLine) -> tuple[bool, bool, date, int]:
    is_stopped = line.ready is not None and line.ready.gate.state in STOPPED
    return not is_stopped, not line.wave.status.is_ahead, line.wave.go_live_on, line.wave.number


def _ahead_off(report: ProgrammeReport, line: WaveLine) -> str:
    """Say what stands against a wave before its go-live, the gravest thing alone; "" if nothing does."""
    wave, trained, pace, named = line.wave, line.trained, line.pace, _named(line)
    day = short_day_words(wave.go_live_on, with_year=False)
    if wave.go_live_on < report.on:
        return f"{named} was to go live on {day} and has not"
    if line.is_stopped:
        return f"{named} was stopped at its gate"
    if line.ready is not None and (against := _gate_off(line, line.ready)):
        return ", and ".join([", ".join([f"{named} goes live on {day}", *against[:-1]]), against[-1]])
    if is_training_behind(pace.due_on, pace.on, trained.finished, trained.assigned) or (
        line in report.close and not line.people
    ):
        return f"{named} goes live on {day}, and {_trained(line)}"
    if line in report.close and line.ready is not None and line.ready.tally.short:
        # Who let it through knew what was not met; what falls later opens the gate again, and what others have a right to stays.
        left = waits_words(line.ready.rights_left) if line.is_let_through else unmet_words(line.ready.tally)
        if left:
            return f"{named} goes live on {day}, and {left}"
    if pace.is_behind_line:
        expected = percent_text(pace.expected or 0)
        return f"in {named} {_trained(line)}, where {expected} should be by today"
    return ""


def _gate_off(line: WaveLine, ready: Verdict) -> list[str]:
    """Say in clauses what stands against a go-live at a gate that nobody said no-go at; nothing if that is nothing."""
    gate, short = ready.gate, [unmet_words(ready.tally)] if ready.tally.short else []
    if gate.state is GateState.REOPENED:
        return ["its gate is open again", *short]
    if (lapsed := gate.lapsed) is not None:
        until = short_day_words(lapsed.until_on, with_year=False)
        return [f"it could go on without its gate only until {until}", *short]
    return [late_words(line.late, line.pace.on)] if line.late else []


def _live_off(line: WaveLine) -> str:
    named, trained = _named(line), line.trained
    if not line.people:
        return f"{named} is live, and nobody is in it"
    off = [late_words(line.late, line.pace.on)] if line.late else []
    if trained.assigned and line.is_in_doubt:
        off.append(f"its training is not finished: {share_words(trained.finished, trained.assigned)}")
    return f"{named} is live, and {', and '.join(off)}" if off else ""


def _others_off(report: ProgrammeReport) -> Iterator[str]:
    vacant = len({decision.workflow_id for decision in report.decisions if decision.workflow_id})
    if vacant:
        what = "workflow has" if vacant == 1 else "workflows have"
        yield f"{number_word(vacant)} {what} a part of its ownership that nobody holds"
    if report.concerns.is_late:
        yield "people who object have waited longer than was promised"


def _known(report: ProgrammeReport) -> Iterator[str]:
    if report.waves:
        yield "every workflow near its go-live has its owners"
    if not report.in_doubt and not any(line.pace.is_behind_line for line in _with_line(report)):
        if report.close:
            yield "training is in time"
        elif _with_line(report):
            yield "training is where it should be today"
    if report.concerns.as_of is not None:
        yield "no promise to a group of people who objected is late"


def _with_line(report: ProgrammeReport) -> list[WaveLine]:
    """Return the waves ahead whose training has begun, so that something can be expected of today."""
    return [line for line in report.waves if line.wave.status.is_ahead and line.pace.expected]


def _unknown(report: ProgrammeReport) -> Iterator[str]:
    for line in report.in_doubt:
        if line.people and not line.trained.assigned:
            yield f"nobody in {_named(line)} has training to do yet"
    if report.waves and not report.close and not _with_line(report):
        yield "no wave is live or near its go-live, so nothing could be late yet"
    if report.waves and report.concerns.as_of is None and not report.concerns.is_kept_back:
        yield "objections are not counted yet"


def lede_of(report: ProgrammeReport, standing: Standing) -> str:
    """Return the first lines of a sheet: how it stands, how many decisions are needed, and what comes next."""
    number = len(report.decisions)
    needed = f"{number_word(number).capitalize()} {'decision is' if number == 1 else 'decisions are'} needed."
    if not number:
        needed = (
            "Nothing needs a decision from you." if standing.is_on_track else "Nothing needs a decision from you yet."
        )
    ahead = report.next_wave
    if ahead is None:
        return f"{standing.sentence} {needed} No further wave is planned."
    trained = _trained(ahead)
    if f"{_named(ahead)} goes live on" in standing.sentence:
        # A reason has named the wave and its day already, and perhaps how many are trained.
        begun = f"{standing.sentence} {needed}"
        return begun if trained in begun else f"{begun} {trained[0].upper()}{trained[1:]} in wave {ahead.wave.number}."
    day = day_words(ahead.wave.go_live_on, with_year=ahead.wave.go_live_on.year != report.on.year)
    return f"{standing.sentence} {needed} Wave {ahead.wave.number}, {ahead.wave.name}, is next, on {day}; {trained}."


def calm_of(report: ProgrammeReport, standing: Standing) -> str:
    """When nothing needs a decision, say which figures show that, and what is not known."""
    clauses = ", and ".join([", ".join(standing.known[:-1]), standing.known[-1]]) if len(standing.known) > 1 else ""
    known = clauses or "".join(standing.known)
    unknown = [f"{each[0].upper()}{each[1:]}." for each in (*standing.against, *standing.unknown)]
    if report.concerns.is_kept_back:
        unknown.append("Whether people who objected wait too long is not shown to you.")
    if not report.waves:
        unknown.append("No wave is planned.")
    return " ".join(
        [f"Nothing needs a decision from you: {known}." if known else "Nothing needs a decision from you.", *unknown]
    )
