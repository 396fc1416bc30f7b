"""How ready a wave is: the gate, the verdict, every criterion with its ground, and what friendly users add to it."""

from flask import render_template

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.deciding import approver_behind
from engagement.pages.readiness import blueprint
from engagement.pages.readiness.shown import conditions_shown, groups_of, lede, shown
from engagement.readiness.criteria.rules import CriterionState
from engagement.readiness.queries.verdicts import verdict
from engagement.readiness.scopes import may_arrange, wave_to_weigh
from engagement.waves.scopes import reaches_wave


@blueprint.get("/waves/<int:wave_id>/readiness")
def wave(wave_id: int) -> str:
    """Show how ready a wave is to who oversees it, and to who is named to judge it or to decide."""
    reader = guard.reader()
    row = wave_to_weigh(rights.overseeing(reader), rights.judging(reader), wave_id)
    floor = guard.settings().anonymity_floor
    found, planning = verdict(row, today(), floor=floor), rights.planning(reader)
    gate = found.gate
    criteria = [shown(reader, row, each) for each in found.standing.criteria]
    return render_template(
        "readiness/wave.html",
        wave=row,
        lede=lede(row),
        verdict=found,
        gate=gate,
        conditions=conditions_shown(gate.conditions),
        may_decide=row.status.is_ahead and approver_behind(gate) is not None,
        may_arrange=row.status.is_ahead and may_arrange(planning, row),
        before=gate.before,
        reopenings=gate.reopenings,
        overrides=[each for each in gate.overrides if each != gate.override],
        counted_at=clock.now(),
        open=[each for each in criteria if each.standing.state is not CriterionState.NOT_NEEDED],
        left_out=[each for each in criteria if each.standing.state is CriterionState.NOT_NEEDED],
        groups=groups_of(found.standing.counts, None if reaches_wave(rights.reading(reader), row) else floor),
        floor=floor,
        sees_wave=reaches_wave(rights.overseeing(reader), row),
        may_plan=reaches_wave(planning, row) and row.status.is_open,
    )
