"""Who decides at the gate of a wave, going past it, and settling conditions."""

from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day, today
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.pages.readiness import blueprint
from engagement.pages.readiness.forms import ApproverForm, OverrideForm, SettleForm
from engagement.readiness.gate.actions import deciding, opening
from engagement.readiness.gate.queries.present import gate_of
from engagement.readiness.gate.rules import LONGEST_OVERRIDE
from engagement.readiness.scopes import (
    approver_for,
    condition_to_settle,
    is_still_asked,
    may_weigh,
    override_for,
    wave_to_arrange,
)


@blueprint.route("/waves/<int:wave_id>/approvers", methods=["GET", "POST"])
def approvers(wave_id: int) -> Drawn | BaseResponse:
    """Name who is heard at the gate beside who sponsors the wave."""
    reader, form = guard.reader(), ApproverForm()
    wave = held(wave_to_arrange(rights.planning(reader), wave_id))
    if form.validate_on_submit():
        with saving(form) as saved:
            person = form.person.chosen("Write who decides too.")
            deciding.name_approver(wave, person, by=reader.actor)
        if saved:
            says = f"{person.name} is heard at the gate."
            return saved.to("readiness.approvers", says, wave_id=wave_id)
    return drawn("readiness/approvers.html", form, wave=wave, gate=gate_of(wave, today()))


@blueprint.post("/approvers/<int:gate_approver_id>/ending")
def end_approver(gate_approver_id: int) -> BaseResponse:
    """Say that somebody is no longer heard at the gate."""
    row = held(approver_for(rights.planning(guard.reader()), gate_approver_id))
    deciding.end_approver(row, by=guard.reader().actor)
    return done("readiness.approvers", f"{row.person.name} is no longer heard there.", wave_id=row.wave_id)


@blueprint.route("/waves/<int:wave_id>/override", methods=["GET", "POST"])
def override(wave_id: int) -> Drawn | BaseResponse:
    """Let a wave go on without its gate, with a reason and until a day."""
    reader, form = guard.reader(), OverrideForm()
    wave = held(wave_to_arrange(rights.planning(reader), wave_id))
    if form.validate_on_submit():
        with saving(form) as saved:
            row = opening.go_past(wave, form.reason.data, form.until_on.data, on=today(), by=reader.actor)
        if saved:
            lapses = " That is before the go-live: then the gate stands again." if row.ends_before_go_live else ""
            says = f"The wave may go on without its gate until {day(row.until_on)}.{lapses}"
            return saved.to("readiness.wave", says, wave_id=wave_id, _anchor="gate")
    if not form.is_submitted() and wave.go_live_on <= today() + LONGEST_OVERRIDE:
        form.until_on.data = wave.go_live_on
    return drawn("readiness/override.html", form, wave=wave, gate=gate_of(wave, today()))


@blueprint.post("/overrides/<int:gate_override_id>/ending")
def end_override(gate_override_id: int) -> BaseResponse:
    """Let the gate stand again."""
    row = held(override_for(rights.planning(guard.reader()), gate_override_id))
    opening.end_override(row, by=guard.reader().actor)
    return done("readiness.wave", "The gate stands again.", wave_id=row.wave_id, _anchor="gate")


@blueprint.route("/conditions/<int:condition_id>", methods=["GET", "POST"])
def settle(condition_id: int) -> Drawn | BaseResponse:
    """Say what was done about a condition."""
    reader, form = guard.reader(), SettleForm()
    row = held(condition_to_settle(rights.planning(reader), rights.judging(reader), condition_id))
    if form.validate_on_submit():
        with saving(form) as saved:
            deciding.settle_condition(row, form.note.data, by=reader.actor)
        if saved:
            return saved.to("readiness.settle", "The condition is settled.", condition_id=condition_id)
    sees_wave = may_weigh(rights.overseeing(reader), rights.judging(reader), row.decision.wave)
    return drawn(
        "readiness/condition.html",
        form,
        condition=row,
        wave=row.decision.wave,
        sees_wave=sees_wave,
        is_asked=is_still_asked(row.decision),
    )
