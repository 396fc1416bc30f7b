"""The decisions that a report asks of sponsors: what, why, what the figures propose, and what happens otherwise."""

from datetime import date

from engagement.attention.queries.ownership import Vacancy
from engagement.attention.queries.waves import WaveTraining
from engagement.attention.rules import TRAINED_WHEN_DUE, Reason
from engagement.reports.rules.decisions import Decision
from engagement.reports.rules.pace import Pace
from engagement.resistance.figures.queries import ConcernSummary
from engagement.words import days_away, short_day_words


def ownership_decision(vacancy: Vacancy, on: date) -> Decision:
    """Return the decision to name who answers for a workflow."""
    day = short_day_words(vacancy.goes_live_on, with_year=False) if vacancy.goes_live_on else ""
    otherwise = f"it can’t become ready for {day} without somebody overruling that" if day else "nobody answers for it"
    return Decision(
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
    named = f"wave {wave.number}, {wave.name},"
    day = short_day_words(wave.go_live_on, with_year=False)
    otherwise = f"on {day} people begin with what they have not learned"
    if found.reason is Reason.GO_LIVE_PASSED:
        title, reason = f"Set a new day for {named}", f"It was to go live on {day} and has not. {found.figures}."
        otherwise = "everybody in it goes by a day that has passed"
    elif found.reason is Reason.NONE_TRAINED:
        title, reason = f"Decide how {named} goes on", f"It is live since {day}. {found.figures}."
        otherwise = "people go on with what they have not learned"
    else:
        title = f"Decide whether {named} keeps {day}"
        when = days_away(wave.go_live_on, on)
        reason = f"{found.figures}, which is due by {by}. It goes live {when}."
        if found.reason is Reason.NO_TRAINING:
            reason = f"{found.figures}. It would be due by {by}, and the wave goes live {when}."
    return Decision(
        title,
        reason,
        by_on=max(due, on),
        wave_id=wave.id,
        proposal=_proposal(pace, wave.go_live_on),
        otherwise=f"Otherwise {otherwise}.",
    )


def _proposal(pace: Pace, go_live_on: date) -> str:
    """Say what the pace of the training so far suggests."""
    enough = pace.day_of(TRAINED_WHEN_DUE)
    if enough is None:
        why = pace.no_forecast or "at this pace it would take too long to say"
        return f"The figures propose nothing: {why}."
    words = short_day_words(enough, with_year=False)
    if enough >= go_live_on:
        return f"As it goes, {TRAINED_WHEN_DUE:.0%} are trained on {words}: move the go-live behind that day, or give people time now."
    return f"As it goes, {TRAINED_WHEN_DUE:.0%} are trained on {words}, before it goes live: keep the day, and look again in a week."


def concern_decisions(concerns: ConcernSummary) -> list[Decision]:
    """Return the decision about concerns that wait too long, if so many do that it may be said."""
    if not concerns.is_late:
        return []
    return [
        Decision(
            title="Give somebody the time to answer concerns that have waited too long",
            reason="Their senders have waited longer than was promised: read within one working day, answered within five.",
            is_about_concerns=True,
            otherwise="Otherwise the promise to answer is broken for more of them every day.",
        )
    ]
