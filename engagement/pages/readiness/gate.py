"""The gate of a wave: deciding, and a decision with what was seen then, compared with now."""

from dataclasses import dataclass

from flask import request, url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.deciding import PLACES, DecisionForm, approver_behind
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.readiness import blueprint
from engagement.pages.readiness.shown import conditions_shown, lede, people_shown, shown
from engagement.readiness.criteria.queries.standing import Standing, standings_of
from engagement.readiness.gate.actions import deciding as actions
from engagement.readiness.gate.models import GateValue
from engagement.readiness.gate.queries.history import conditions_of, values_of
from engagement.readiness.gate.queries.present import gate_of
from engagement.readiness.gate.rules import Choice
from engagement.readiness.queries.verdicts import Verdict, verdict
from engagement.readiness.scopes import decision_to_read, is_still_asked, wave_to_weigh

AFTER_GO_LIVE = " A condition is due only after the go-live: people begin before it is done."


@blueprint.route("/waves/<int:wave_id>/decision", methods=["GET", "POST"])
def decide(wave_id: int) -> Drawn | BaseResponse:
    """Decide whether a wave goes on: for those who are named, on the criteria as they stand; from the sheet, lead back to it."""
    reader, form = guard.reader(), DecisionForm()
    wave = wave_to_weigh(rights.overseeing(reader), rights.judging(reader), wave_id)
    gate, is_from_sheet = gate_of(wave, today()), request.args.get("from") == "sheet"
    approver = approver_behind(gate)
    guard.allow(approver is not None)
    person = guard.found(approver)
    floor = guard.settings().anonymity_floor
    standing = standings_of([wave], today(), floor=floor)[wave_id]
    if form.is_submitted():
        form.find_shown(people_shown(reader, gate, standing))
    if form.validate_on_submit():
        with saving(form) as saved:
            given, seen = form.conditions(), form.seen.data or ""
            choice = Choice(form.choice.data)
            said = actions.DecisionSaid(choice, form.reason.data, given)
            actions.decide(held(wave), person, said, seen=seen, on=today(), floor=floor, by=reader.actor)
        if saved:
            after = any(each.due_on is not None and each.due_on > wave.go_live_on for each in given)
            says = f"Your decision stands there, with the criteria as you saw them.{AFTER_GO_LIVE if after else ''}"
            if is_from_sheet:
                return saved.to("reports.programme", says, programme_id=wave.programme_id, _anchor="decisions")
            return saved.to("readiness.wave", says, wave_id=wave_id, _anchor="gate")
    found = Verdict(standing, gate, today())
    form.seen.data = actions.states_seen(found.standing.criteria)
    return drawn(
        "readiness/decide.html",
        form,
        wave=wave,
        lede=lede(wave),
        gate=gate,
        own=gate.said.get(person.id),
        verdict=found,
        places=PLACES,
        conditions=conditions_shown(gate.open_conditions),
        back=url_for("reports.programme", programme_id=wave.programme_id, _anchor="decisions")
        if is_from_sheet
        else url_for("readiness.wave", wave_id=wave_id),
        criteria=[shown(reader, wave, each) for each in found.standing.criteria if each.is_open],
    )


@dataclass(frozen=True)
class Compared:
    """A criterion as it was seen when somebody decided, and as it stands now; None if it is asked no more."""

    then: GateValue
    now: Standing | None

    @property
    def has_changed(self) -> bool:
        """Whether it stands otherwise now."""
        return self.now is None or self.now.state is not self.then.state


@blueprint.get("/decisions/<int:decision_id>")
def decision(decision_id: int) -> Drawn:
    """Show a decision with the criteria as they were seen, compared with now."""
    reader = guard.reader()
    row = decision_to_read(rights.overseeing(reader), rights.judging(reader), decision_id)
    now = verdict(row.wave, today(), floor=guard.settings().anonymity_floor)
    return drawn(
        "readiness/decision.html",
        DecisionForm(),
        decision=row,
        wave=row.wave,
        stands=row in now.gate.decisions,
        compared=[Compared(each, now.standing.named(each.name)) for each in values_of(row.id)],
        conditions=conditions_shown(conditions_of(row.id), are_asked=is_still_asked(row)),
    )
