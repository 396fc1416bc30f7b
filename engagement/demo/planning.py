"""The demonstration's plans: milestones of the waves to come, a chain of messages counted from go-live, and a go-live that moved."""

from datetime import time

from engagement import clock
from engagement.communications.actions.briefings import bring_briefing
from engagement.communications.actions.writing import write_occurrence
from engagement.demo import roster
from engagement.demo.stage import Stage
from engagement.people.organisation.rules import Organisation
from engagement.planning.actions.anchoring import Chain, plan_chain
from engagement.planning.actions.replanning import Move, replan
from engagement.planning.blackouts.actions import make_blackout
from engagement.planning.queries.moves import Seen, what_moves
from engagement.waves.milestones.actions import MilestoneDetails, add_milestone
from engagement.waves.milestones.models import Milestone
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import MilestoneKind, Offset

K = MilestoneKind
#: Days from today: the milestones are planned, the chain of wave 4, and the move of its go-live to its day now.
PLANNED_ON, CHAIN_ON, MOVED_ON, NOW_ON = -60, -12, -6, 154
WHY = "The underwriters asked for two more weeks with their own cases before anything is switched on."
FIRST_WORDS = (
    "What the investigation has shown so far",
    "Dear {{ first_name }},\n\nfrom {{ go_live }} some of you will see summaries of submissions before you read them. Nothing is decided by them, and "
    "nothing is switched on before your own cases have been tried.\n\n{{ my_change_link }}",
)


def plan_ahead(stage: Stage, offset: int) -> None:
    """Make the plans of the day `offset` days from today."""
    steps = {PLANNED_ON: _milestones, CHAIN_ON: _chain, MOVED_ON: _move}
    if offset in steps:
        with stage.at(stage.day(offset), 9, 45):
            steps[offset](stage)


def _of_kind(stage: Stage, number: int, kind: MilestoneKind) -> Milestone:
    return next(row for row in milestones_of(stage.waves[number].id) if row.kind is kind)


def _milestones(stage: Stage) -> None:
    by, country = stage.accounts[roster.MANAGER.email].actor, stage.settings.holidays
    for number, kick_off in ((3, -35), (4, 40)):
        live, due = _of_kind(stage, number, K.GO_LIVE), _of_kind(stage, number, K.TRAINING_DUE)
        for said in (
            MilestoneDetails(K.KICK_OFF, falls_on=stage.working_day(kick_off)),
            MilestoneDetails(K.TRAINING_OPENS, anchor=due, offset=Offset(-25)),
            MilestoneDetails(K.OWN, "Rehearsal with every team", None, live, Offset(-4)),
        ):
            add_milestone(stage.waves[number], said, country=country, by=by)
    make_blackout(stage.programme, stage.working_day(52), stage.day(56), "Quarter-end closing in Finance", by=by)


def _chain(stage: Stage) -> None:
    owner, approver = stage.accounts[roster.MANAGER.email], stage.accounts[roster.SPONSOR.email]
    line = bring_briefing(
        stage.waves[4],
        owner=owner,
        approver=approver,
        timezone=stage.settings.timezone,
        holiday_country=stage.settings.holidays,
        by=owner.actor,
    )
    chain = Chain(_of_kind(stage, 4, K.GO_LIVE), (-20, -10, -1, 5), time(10))
    first, *_ = plan_chain(line, chain, by=owner.actor)
    write_occurrence(first, *FIRST_WORDS, by=owner.actor)


def _move(stage: Stage) -> None:
    wave = stage.waves[4]
    seen = Seen(clock.now(), stage.day(MOVED_ON), stage.settings.holidays)
    plan = what_moves(wave, _of_kind(stage, 4, K.GO_LIVE), stage.working_day(NOW_ON), seen)
    by = stage.accounts[roster.MANAGER.email].actor
    replan(wave, Move(plan, WHY, plan.seal), seen, by=by, organisation=Organisation.of(stage.settings))
