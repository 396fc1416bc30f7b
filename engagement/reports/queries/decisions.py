"""The decisions that a report asks of sponsors, what the figures propose, and what happens otherwise; and what was decided."""

from collections.abc import Sequence
from datetime import date
from textwrap import shorten

from engagement.attention.queries.ownership import Vacancy
from engagement.attention.queries.waves import WaveTraining
from engagement.attention.rules import TRAINED_WHEN_DUE, Reason, is_training_behind
from engagement.readiness.criteria.queries.standing import Standing
from engagement.readiness.criteria.rules import Tally
from engagement.readiness.gate.models import GateCondition
from engagement.readiness.queries.verdicts import Verdict
from engagement.reports.rules.decisions import ABOUT_CONCERNS, Decided, Decision, DecisionKind
from engagement.reports.rules.pace import Pace
from engagement.resistance.figures.queries import ConcernSummary
from engagement.waves.models import Wave
from engagement.words import days_away, listed, percent_text, plural, short_day_words

#: More criteria than these are counted, not named.
MOST_TITLES = 3
#: So much of a condition is said on the sheet.
LONGEST_CONDITION = 120


def ownership_decision(vacancy: Vacancy, on: date) -> Decision:
    """Return the decision to name who answers for a workflow."""
    day = short_day_words(vacancy.goes_live_on, with_year=False) if vacancy.goes_live_on else ""
    otherwise = f"it can’t become ready for {day} without somebody overruling that" if day else "nobody answers for it"
    return Decision(
        DecisionKind.OWNERSHIP,
        vacancy.title,
        vacancy.why,
        by_on=max(vacancy.by_on, on) if vacancy.by_on else None,
        wave_id=vacancy.wave.id if vacancy.wave is not None else None,
        workflow_id=vacancy.workflow.id,
        otherwise=f"Otherwise {otherwise}.",
    )


def wave_decision(found: WaveTraining, pace: Pace, on: date) -> Decision:
    """Return the decision about a wave whose training is not where it has to be."""
    wave, due = found.wave, found.due_on
    by = short_day_words(due, with_year=False)
    named, kind = _named(wave), DecisionKind.GO_LIVE
    day = short_day_words(wave.go_live_on, with_year=False)
    otherwise = f"on {day} people begin with what they have not learned"
    if found.reason is Reason.GO_LIVE_PASSED:
        title, reason = f"Set a new day for {named}", f"It was to go live on {day} and has not. {found.figures}."
        otherwise = "everybody in it goes by a day that has passed"
    elif found.reason is Reason.NONE_TRAINED:
        title, reason = f"Decide how {named} goes on", f"It is live since {day}. {found.figures}."
        kind = DecisionKind.TRAINING
        otherwise = "people go on with what they have not learned"
    else:
        title = f"Decide whether {named} keeps {day}"
        when = days_away(wave.go_live_on, on)
        reason = f"{found.figures}, which is due by {by}. It goes live {when}."
        if found.reason is Reason.NO_TRAINING:
            reason = f"{found.figures}. It would be due by {by}, and the wave goes live {when}."
    return Decision(
        kind,
        title,
        reason,
        by_on=max(due, on),
        wave_id=wave.id,
        proposal=_proposal(pace, wave.go_live_on),
        otherwise=f"Otherwise {otherwise}.",
    )


def _named(wave: Wave) -> str:
    return f"wave {wave.number} ({wave.name})"


def gate_decision(ready: Verdict, pace: Pace, on: date) -> Decision:
    """Return the decision whether a wave goes live, with what its criteria and the pace of its training suggest."""
    gate, wave = ready.gate, ready.gate.wave
    named, day = _named(wave), short_day_words(wave.go_live_on, with_year=False)
    held = " and messages around it stay held" if gate.state.holds_messages else ""
    behind = is_training_behind(pace.due_on, on, pace.finished, pace.asked)
    # Of one who decides alone there is no rule to explain.
    rule = f" {gate.rule_words}" if len(gate.approvers) > 1 else ""
    return Decision(
        DecisionKind.GATE,
        f"Go or no-go for {named}" if gate.approvers else f"Name who decides about {named}",
        f"It is to go live {days_away(wave.go_live_on, on)}. {gate.sentence}{rule}",
        by_on=max(gate.decide_by_on, on),
        wave_id=wave.id,
        # That nothing can be foreseen of the training changes nothing in what the criteria suggest.
        proposal=" ".join(
            [
                _gate_proposal(ready),
                *([_proposal(pace, wave.go_live_on)] if behind and pace.day_of(TRAINED_WHEN_DUE) else []),
            ]
        ),
        otherwise=f"Otherwise it doesn’t go live on {day}{held}.",
    )


def _gate_proposal(ready: Verdict) -> str:
    """Say what the criteria suggest. What others have a right to is no approver's to waive."""
    tally, short = ready.tally, ready.short
    if short:
        waived = f" No go waives {_titles(ready.rights_left)}." if ready.rights_left else ""
        return (
            f"{unmet_words(tally)}{_not_said(short, ready.gate.sentence)}. "
            f"The figures propose no-go, or a go with conditions for these.{waived}"
        )
    if tally.unknown:
        return f"{ready.sentence} The figures propose to find out what is not known, then to decide."
    return f"{ready.sentence} The figures propose go." if tally.met else ready.sentence


def _not_said(short: Sequence[Standing], said: str) -> str:
    """Name the criteria that the sentence on the gate has not named already."""
    left = [each for each in short if f"“{each.title}”" not in said]
    begun = ":" if len(left) == len(short) else ", also"
    return f"{begun} {_titles(left)}" if left else ""


def _titles(criteria: Sequence[Standing]) -> str:
    named = [f"“{each.title}”" for each in criteria[:MOST_TITLES]]
    return listed([*named, *_more(len(criteria) - MOST_TITLES)])


def waits_words(rights: Sequence[Standing]) -> str:
    """Say as a clause that a wave waits for what others have a right to first; "" for nothing."""
    return f"waits for {_titles(rights)}" if rights else ""


def unmet_words(tally: Tally) -> str:
    """Say how many criteria are not met, of how many."""
    return f"{tally.short} of {plural(tally.total, 'criterion is', 'criteria are')} not met"


def _more(number: int) -> list[str]:
    return [f"{number} more"] if number > 0 else []


def decided(ready: Verdict, late: Sequence[GateCondition]) -> Decided:
    """Return what was decided at a gate, in words: what it waits for all the same, and which conditions are late."""
    gate, word = ready.gate, ready.gate.state.word
    if gate.state.lets_through and ready.rights_left:
        word = f"{word}, but {waits_words(ready.rights_left)}"
    elif gate.state.lets_through and ready.fallen_words:
        word = f"{word}, but opens again within minutes: {ready.fallen_words.removesuffix('.')}"
    return Decided(_titled(gate.wave), f"{word}. {gate.sentence}{_late(late)}", gate.wave.id, word)


def decided_of_live(wave: Wave, late: Sequence[GateCondition]) -> Decided:
    """Return what a wave that is live still owes to the decision that let it go live."""
    day = short_day_words(wave.go_live_on)
    stands = f"live since {day}, {plural(len(late), 'condition', 'conditions')} late"
    return Decided(_titled(wave), f"Live since {day}.{_late(late)}", wave.id, stands)


def _titled(wave: Wave) -> str:
    return f"Wave {wave.number}, {wave.name}"


def _late(conditions: Sequence[GateCondition]) -> str:
    """Name what is late, by whom and since when, each as a sentence."""
    return "".join(
        f" Late: “{shorten(row.text, LONGEST_CONDITION, placeholder='…')}”, {row.owner.name}, until {short_day_words(row.due_on)}."
        for row in conditions
    )


def _proposal(pace: Pace, go_live_on: date) -> str:
    """Say what the pace of the training so far suggests."""
    enough = pace.day_of(TRAINED_WHEN_DUE)
    if enough is None:
        why = pace.no_forecast or "at this pace it would take too long to say"
        return f"The figures propose nothing: {why}."
    words = short_day_words(enough, with_year=False)
    if enough >= go_live_on:
        return f"As it goes, {percent_text(TRAINED_WHEN_DUE)} are trained on {words}: move the go-live behind that day, or give people time now."
    return f"As it goes, {percent_text(TRAINED_WHEN_DUE)} are trained on {words}, before it goes live: keep the day, and look again in a week."


def concern_decisions(concerns: ConcernSummary) -> list[Decision]:
    """Return the decision about concerns that wait too long, if so many do that it may be said."""
    if not concerns.is_late:
        return []
    return [
        Decision(
            DecisionKind.CONCERNS,
            title=ABOUT_CONCERNS,
            reason="Their senders have waited longer than was promised: read within one working day, answered within five.",
            otherwise="Otherwise the promise to answer is broken for more of them every day.",
        )
    ]
