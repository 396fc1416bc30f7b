"""The steps of a wave: those taken so far, taking the next with a view of what is open, and taking one back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.attention.queries.open_points import OpenPoint, open_points
from engagement.attention.rules import Place
from engagement.communications.actions.rolling_back import roll_back
from engagement.communications.models import Occurrence
from engagement.errors import BadInput
from engagement.pages.frame import guard
from engagement.pages.frame.formats import short_day, today
from engagement.pages.parts.places import address_of
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.waves import blueprint
from engagement.pages.waves.dated import Milestone
from engagement.pages.waves.fallback import way_back
from engagement.pages.waves.forms import StepForm, TakeBackForm, step_form
from engagement.pages.waves.moves import seen_now
from engagement.planning.actions.anchoring import settle_plan
from engagement.readiness import actions as readiness
from engagement.readiness.actions import Overruled
from engagement.readiness.queries.obstacles import obstacles
from engagement.readiness.rules import Obstacle, ObstacleKind
from engagement.readiness.scopes import may_overrule
from engagement.waves import actions, queries
from engagement.waves.lessons.actions import note_lessons
from engagement.waves.models import Wave, WaveStep
from engagement.waves.rules import WaveStatus
from engagement.waves.scopes import wave_for
from engagement.words import number_word, plural

#: The words on the button of each step.
STEPS = {
    WaveStatus.PLANNED: "Plan it again",
    WaveStatus.READY: "It is ready",
    WaveStatus.LIVE: "It is live",
    WaveStatus.STABILISING: "It is settling",
    WaveStatus.CLOSED: "Close the wave",
    WaveStatus.CANCELLED: "Cancel the wave",
    WaveStatus.ROLLED_BACK: "Roll it back",
}
#: What each step means for people.
CONSEQUENCES = {
    WaveStatus.PLANNED: "The wave is being planned again, and its people are asked for training as before.",
    WaveStatus.READY: "Everybody reads that it can go live on its day.",
    WaveStatus.LIVE: "Its people work with what it rolls out. For a day you can take this back.",
    WaveStatus.STABILISING: "Its people are left to settle. For a day you can take this back.",
    WaveStatus.CLOSED: "A closed wave stays as it is. For a day you can take this back.",
    WaveStatus.CANCELLED: "Its people will no longer be asked for training. You can plan it again.",
    WaveStatus.ROLLED_BACK: "Its people go back to the way they worked before. Their training stays, but none of it is due until the wave is planned anew.",
}
#: Steps that first show what is still open.
TOWARDS_GO_LIVE = (WaveStatus.READY, WaveStatus.LIVE)
#: Where each thing that stands against a step is done.
DONE_AT = {
    ObstacleKind.NO_PEOPLE: Place.PLAN_WAVE,
    ObstacleKind.NO_WORKFLOW: Place.PLAN_WAVE,
    ObstacleKind.NO_LEAD: Place.PLAN_WAVE,
    ObstacleKind.GO_LIVE_PASSED: Place.MOVE_GO_LIVE,
    ObstacleKind.TRAINING_TOO_LATE: Place.MILESTONES,
    ObstacleKind.QUIET: Place.WAVE,
    ObstacleKind.GATE: Place.READINESS,
    ObstacleKind.RIGHT: Place.READINESS,
    ObstacleKind.NO_BASELINE: Place.VALUE,
    ObstacleKind.QUIET_TRAINING: Place.MILESTONES,
}


@dataclass(frozen=True)
class ShownPoint:
    """Something still open, with the address where it is done."""

    title: str
    why: str
    url: str


def steps_shown(steps: Sequence[WaveStep]) -> list[Milestone]:
    """Return the steps of a wave in the words of its page."""
    return [Milestone(short_day(step.at), _words(step), "done") for step in steps]


def _words(step: WaveStep) -> str:
    by = f" by {step.by}" if step.by else ""
    return f"{step.status.word}{by}{f': {step.reason}' if step.reason else ''}"


def _planned(wave_id: int) -> Wave:
    return wave_for(rights.planning(guard.reader()), wave_id)


@blueprint.route("/waves/<int:wave_id>/statuses", methods=["GET", "POST"])
def change_status(wave_id: int) -> Drawn | BaseResponse:
    """Take a wave a step on or back; the page shows what is still open and asks for a reason."""
    wave, on = _planned(wave_id), today()
    asked = request.values.get("status", "")
    if asked not in STEPS:
        if request.method != "POST":
            return redirect(url_for("waves.wave", wave_id=wave_id))
        raise BadInput("Choose one of the steps that the page offers.")
    status = WaveStatus(asked)
    standing = obstacles(wave, on, to=status) if status in wave.status.next_steps else []
    planning = rights.planning(guard.reader())
    overrulable = [each for each in standing if may_overrule(planning, wave, each.kind)]
    form = step_form(overrulable)(data={"on": min(wave.go_live_on, on)})
    if status is not WaveStatus.LIVE:
        del form.on
    if status is not WaveStatus.CLOSED:
        del form.went_well, form.to_change
    if not (status is WaveStatus.PLANNED and wave.status is WaveStatus.ROLLED_BACK):
        del form.go_live_on
    if form.validate_on_submit():
        with saving(form) as saved:
            sent = _take(held(wave), status, form, on)
            settle_plan([wave], seen_now(), by=guard.reader().actor)
        if saved and status is WaveStatus.ROLLED_BACK:
            more = (
                f"{plural(len(sent), 'message goes', 'messages go')} out to its people now."
                if sent
                else "No message goes out by itself; tell its people yourself."
            )
            return saved.to("waves.wave", f"{wave.title} is rolled back.", more, wave_id=wave_id)
        if saved:
            return saved.to("waves.wave", f"{wave.title} is {wave.status.word.lower()}.", wave_id=wave_id)
    goes_live = status is WaveStatus.LIVE
    points = open_points(wave, on, goes_live=goes_live) if status in TOWARDS_GO_LIVE else None
    return drawn(
        "waves/step.html",
        form,
        wave=wave,
        fields={"status": status.value},
        step=STEPS[status],
        lede=f"{wave.title} is {wave.status.word.lower()}. {CONSEQUENCES[status]}",
        obstacles=[(each, _done_at(wave, each)) for each in standing],
        obstacles_lede=_obstacles_lede(len(standing) - len(overrulable)),
        points=None if points is None else _shown(points),
        points_lede=_points_lede(points or (), status),
        way_back=way_back(wave, with_others=True) if status is WaveStatus.ROLLED_BACK else None,
    )


def _take(wave: Wave, status: WaveStatus, form: StepForm, on: date) -> list[Occurrence]:
    """Take the step; return the messages that go out because of it."""
    by, reason = guard.reader().actor, form.reason.data
    if status is WaveStatus.LIVE:
        readiness.go_live(wave, form.on.data, reason=reason, overruled=_overruled(form), today=on, by=by)
    elif status is WaveStatus.READY:
        readiness.make_ready(wave, reason=reason, overruled=_overruled(form), today=on, by=by)
    elif status is WaveStatus.ROLLED_BACK:
        return roll_back(wave, reason=reason, by=by)
    elif form.go_live_on:
        country = guard.organisation().country
        actions.plan_again(wave, form.go_live_on.data, today=on, reason=reason, by=by, country=country)
    else:
        actions.change_status(wave, status, reason=reason, by=by)
        if form.went_well:
            note_lessons(wave, form.went_well.data, form.to_change.data, by=by)
    return []


def _overruled(form: StepForm) -> Overruled:
    return Overruled(form.overrulings(), rights.planning(guard.reader()))


def _done_at(wave: Wave, obstacle: Obstacle) -> str:
    # What waits for another wave is decided among the days of this one, and what the gate lacks on its own page.
    of_this_wave = obstacle.kind in (ObstacleKind.QUIET_TRAINING, ObstacleKind.GATE, ObstacleKind.RIGHT)
    return address_of(DONE_AT[obstacle.kind], wave.id if of_this_wave else obstacle.key)


def _obstacles_lede(firm: int) -> str:
    if firm:
        return f"{number_word(firm).capitalize()} of these {'has' if firm == 1 else 'have'} to be done first; you can’t overrule {'it' if firm == 1 else 'them'}."
    return (
        "Do these first, or say for each why it goes on without. Your reason stays on the wave’s page, with your name."
    )


def _shown(points: list[OpenPoint]) -> list[ShownPoint]:
    return [ShownPoint(point.title, point.why, address_of(point.place, point.key)) for point in points]


def _points_lede(points: list[OpenPoint] | tuple[()], status: WaveStatus) -> str:
    if not points:
        return "Messages, training roles and training: nothing of these is open. What this page can’t know is whether the work itself is done."
    number = f"{number_word(len(points)).capitalize()} {'thing is' if len(points) == 1 else 'things are'}"
    return f"{number} not done. You can still say that it is {status.word.lower()}, and your reason stands beside the step."


@blueprint.route("/waves/<int:wave_id>/taking-back", methods=["GET", "POST"])
def take_back(wave_id: int) -> Drawn | BaseResponse:
    """Take back the newest step of a wave, within a day."""
    wave = _planned(wave_id)
    before = queries.status_to_take_back_to(wave.id, clock.now())
    if before is None and request.method != "POST":
        return redirect(url_for("waves.wave", wave_id=wave_id))
    form = TakeBackForm(data={"go_live_on": _planned_before(wave)})
    if not wave.status.is_live or before is None or before.is_live:
        del form.go_live_on
    if form.validate_on_submit():
        with saving(form) as saved:
            go_live_on: date | None = form.go_live_on.data if form.go_live_on else None
            by, country = guard.reader().actor, guard.organisation().country
            actions.take_back_step(held(wave), go_live_on=go_live_on, reason=form.reason.data, by=by, country=country)
            settle_plan([wave], seen_now(), by=by)
        if saved:
            return saved.to("waves.wave", f"Taken back: {wave.title} is {wave.status.word.lower()}.", wave_id=wave_id)
    again = f", and will be {before.word.lower()} again. Both steps stay on its page." if before else "."
    lede = f"{wave.title} is {wave.status.word.lower()}{again}"
    return drawn(
        "waves/step.html",
        form,
        wave=wave,
        fields={},
        step="Take the step back",
        lede=lede,
        obstacles=[],
        points=None,
        way_back=None,
    )


def _planned_before(wave: Wave) -> date:
    """Return a wave's go-live day before its newest step; the present day if the step did not move it."""
    steps, moves = queries.steps_of(wave.id), queries.moves_of_waves([wave.id]).get(wave.id, [])
    moved_by_it = bool(steps and moves) and moves[0].at >= steps[-1].at
    return moves[0].from_on if moved_by_it else wave.go_live_on
