"""The page of a wave: its days, how ready it is, training by role, concerns by source, messages, and where more is said of each."""

from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import render_template

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.adoption.queries.uptake import DEFINITION, Uptake, uptake_of_waves
from engagement.communications.queries.calendar import next_messages
from engagement.communications.queries.reached import last_sent
from engagement.communications.texts.queries.subjects import subjects_shown
from engagement.consultations.queries.standing import Shown, shown_of_wave
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day, today
from engagement.pages.waves import blueprint
from engagement.pages.waves.dated import milestones_shown
from engagement.pages.waves.fallback import WayBack, way_back
from engagement.pages.waves.inclusion import inclusion_words
from engagement.pages.waves.moves import day_off_words, move_words, outdated_messages
from engagement.pages.waves.people_map import map_of
from engagement.pages.waves.sponsors_view import keeps_back
from engagement.pages.waves.steps import STEPS, steps_shown
from engagement.programmes.portfolio.rules import mix_of, mix_words
from engagement.readiness.criteria.queries.counting import Read, read_of
from engagement.readiness.criteria.queries.standing import standings_of
from engagement.readiness.gate.queries.present import Gate, decider_of, gate_of
from engagement.readiness.queries.overrulings import overrulings_of
from engagement.readiness.queries.there import Rare, things_there
from engagement.readiness.queries.verdicts import Verdict
from engagement.reports.queries.gaps import gaps_for
from engagement.resistance import queries as resistance
from engagement.stakeholders.rules import COVERAGE_DEFINITION
from engagement.training.queries.counts import parts_told
from engagement.waves import queries
from engagement.waves.lessons.queries import lessons_of
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from engagement.waves.scopes import reaches_wave, wave_for
from engagement.words import days_away, listed, plural

#: Sent messages that the page of a wave shows.
MOST_SENT = 5
#: Criteria that are not met, of those that it shows before the way to all.
MOST_CRITERIA = 3
#: Groups of which it says where views are apart; those with the widest gaps.
MOST_GAPS = 3
#: Departments that its table of training shows; those with the most people who have not finished.
MOST_DEPARTMENTS = 6


@blueprint.get("/waves/<int:wave_id>")
def wave(wave_id: int) -> str:
    """Show a wave: dates, workflows, training by role, concerns by source, next messages."""
    reader = guard.reader()
    row = wave_for(rights.overseeing(reader), wave_id)
    may_plan, reads_people = reaches_wave(rights.planning(reader), row), reaches_wave(rights.reading(reader), row)
    read = read_of([row.id], by_department=True)
    departments, workflows, held = read.departments, read.workflows.get(row.id, []), read.held
    messages = next_messages(row.id)
    subjects = subjects_shown(messages)
    there, trained, floor = things_there(row.id), read.trained[row.id], guard.settings().anonymity_floor
    moves = queries.moves_of_waves([row.id]).get(row.id, []) if Rare.MOVES in there else []
    steps = queries.steps_of(row.id) if Rare.STEPS in there else []
    verdict = _verdict(row, read, there) if row.status.is_ahead else None
    yesterday = clock.today(guard.settings().timezone) - timedelta(days=1)
    return render_template(
        "waves/wave.html",
        wave=row,
        lede=_lede(row),
        **_of_people(row, read, there, verdict, sees_people=reads_people),
        roles_told=parts_told(trained.roles, trained.assigned, floor),
        floor=floor,
        departments=departments.get(row.id, []),
        workflows=[(w, [h for h in held[w.id] if h.is_vacant]) for w in workflows],
        mix_words=mix_words(mix_of(workflow.portfolio_class for workflow in workflows)),
        milestones=milestones_shown(row, [(m.sends_at, subjects[m.id]) for m in messages]),
        concerns=resistance.open_by_source(row.id, yesterday) if may_plan else None,
        concerns_on=yesterday,
        messages=[(message, subjects[message.id]) for message in messages],
        stakeholders=map_of(reader, row, departments),
        sent=last_sent(row.id, MOST_SENT),
        may_plan=may_plan,
        reads_people=reads_people,
        may_give_roles=rights.keeping_people(reader).everything,
        may_take_back=queries.status_before(steps, clock.now()) is not None,
        verdict=verdict,
        short_shown=verdict.short[:MOST_CRITERIA] if verdict else [],
        steps=steps_shown(steps),
        overrulings=overrulings_of(row.id) if Rare.OVERRULINGS in there else [],
        consultations=_consultations(row, there, verdict),
        move=move_words(moves),
        outdated=outdated_messages(row, moves) if may_plan else [],
        next_steps=[(status, STEPS[status]) for status in row.status.next_steps],
        lessons=lessons_of(row.id) if may_plan and Rare.LESSONS in there else [],
        **_views(row, read, there),
        fallback=_way_back(row, there) if may_plan and row.status.is_open else None,
        uptake=None if row.status.is_ahead else _uptake(row),
        uptake_definition=DEFINITION,
        may_move=row.status in (WaveStatus.PLANNED, WaveStatus.READY),
    )


def _verdict(wave: Wave, read: Read, there: Set[Rare]) -> Verdict:
    gate = gate_of(wave, today()) if Rare.GATE in there else Gate(wave, decider_of(wave))
    return Verdict(standings_of([wave], today(), read, floor=guard.settings().anonymity_floor)[wave.id], gate, today())


def _consultations(wave: Wave, there: Set[Rare], verdict: Verdict | None) -> Sequence[Shown]:
    if verdict:
        return verdict.standing.counts.bodies
    return shown_of_wave(wave.id) if Rare.CONSULTATIONS in there else []


def _way_back(wave: Wave, there: Set[Rare]) -> WayBack:
    return way_back(wave) if Rare.WAY_BACK in there else WayBack(None, [])


def _of_people(
    wave: Wave, read: Read, there: Set[Rare], verdict: Verdict | None, *, sees_people: bool
) -> dict[str, Any]:
    """Return what the page says of a wave's people: how many, what they learned, who stands by them, who was asked before."""
    sums, progress = read.sums, read.trained[wave.id]
    has_occasions = Rare.OCCASIONS in there
    return {
        "number": sum(each.members for each in sums),
        "without_role": sum(each.without_role for each in sums),
        "progress": replace(progress, rows=tuple(progress.behind[:MOST_DEPARTMENTS])),
        "more_departments": max(0, len(progress.rows) - MOST_DEPARTMENTS),
        "coverage": verdict.standing.counts.coverage if verdict else read.coverages([wave.id])[wave.id],
        "coverage_definition": COVERAGE_DEFINITION,
        "inclusion": inclusion_words(wave, sums, read.places, sees_people=sees_people, has_occasions=has_occasions),
    }


def _views(wave: Wave, read: Read, there: Set[Rare]) -> dict[str, Any]:
    """Return in how many groups people see the change as others do, "" before any can be compared, and where they don't.

    A sponsor reads where only once they have said how they see it themselves.
    """
    shown: dict[str, Any] = {"alike": "", "apart": [], "asks_sponsor": False}
    if Rare.IMPACTS not in there:
        return shown
    reader = guard.reader()
    (found,) = gaps_for([wave], reader, guard.settings().anonymity_floor, read.departments)
    shown["asks_sponsor"] = keeps_back(wave) and bool(found.unsaid)
    if found.judged:
        sides = listed([side.word.lower() for side in found.compared] + ["people"]).capitalize()
        groups = plural(found.judged, "group", "groups")
        shown["alike"] = f"{sides} see it alike in {found.seen_alike:,} of {groups} that can be compared."
    shown["apart"] = [f"{gap.words}." for gap in found.widest[:MOST_GAPS]]
    return shown


def _uptake(wave: Wave) -> Uptake:
    return uptake_of_waves([wave], today(), floor=guard.settings().anonymity_floor)[wave.id]


def _lede(wave: Wave) -> str:
    ahead = days_away(wave.go_live_on, today())
    if wave.status is WaveStatus.CANCELLED:
        return f"Wave {wave.number} was cancelled. It would have gone live on {day(wave.go_live_on)}."
    if wave.status in (WaveStatus.PLANNED, WaveStatus.READY):
        late = " The day has passed and the wave has not gone live." if wave.go_live_on < today() else ""
        return (
            f"Wave {wave.number} goes live on {day(wave.go_live_on)}, {ahead}.{late or day_off_words(wave.go_live_on)}"
        )
    if wave.status is WaveStatus.ROLLED_BACK:
        return (
            f"Wave {wave.number} went live on {day(wave.go_live_on)} and was rolled back. "
            "None of its training is due until it is planned anew."
        )
    if wave.status is WaveStatus.CLOSED:
        return f"Wave {wave.number} went live on {day(wave.go_live_on)} and is closed."
    rest = f" It is left to settle until {day(wave.stabilises_until_on)}." if wave.stabilises_until_on else ""
    return f"Wave {wave.number} went live on {day(wave.go_live_on)}, {ahead}.{rest}"
