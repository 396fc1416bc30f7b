"""What is done to waves and asked of bodies about them, and where its entry belongs."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from communications.calendar_rows import make_audience
from factories import TESTER
from flows.deeds.place import DAY, OF_WAVE, PEOPLE_OF_DEPARTMENT, Deed, Place
from readiness.gate_rows import object_severely, past_the_gate, say

from engagement.accounts.posts.actions import name_lead
from engagement.audiences.membership.actions import choose_audiences
from engagement.consultations.actions.bodies import change_body, end_member, make_body, name_member
from engagement.consultations.actions.consulting import (
    answer_question,
    ask_question,
    change_consultation,
    open_consultation,
    say_position,
)
from engagement.consultations.actions.consulting import hand_over as hand_over_document
from engagement.consultations.models import Body, BodyMember, Consultation
from engagement.consultations.rules import Asked, BodyDetails, BodyKind, Document, PositionKind, PositionSaid
from engagement.planning.blackouts.actions import make_blackout, remove_blackout
from engagement.planning.blackouts.models import Blackout
from engagement.reach import Reach
from engagement.readiness.actions import Overruled, make_ready
from engagement.readiness.criteria.actions import Terms, write_criterion
from engagement.readiness.criteria.actions import judge as judge_criterion
from engagement.readiness.criteria.models import Criterion
from engagement.readiness.criteria.rules import CriterionState
from engagement.readiness.gate.actions.deciding import (
    ConditionSaid,
    end_approver,
    name_approver,
    settle_condition,
)
from engagement.readiness.gate.actions.opening import end_override, go_past, reopen_gate
from engagement.readiness.gate.models import GateDecision
from engagement.readiness.gate.queries.history import conditions_of
from engagement.readiness.gate.rules import Choice
from engagement.readiness.queries.obstacles import obstacles
from engagement.verbs import Verb
from engagement.waves import actions as waves
from engagement.waves.fallbacks.actions import write_fallback
from engagement.waves.impacts.actions import assess_impact, publish_impact, say_as_sponsor, withdraw_impact
from engagement.waves.impacts.rules import Aspect, AspectSaid, Assessed, ImpactSide
from engagement.waves.inclusion.actions import (
    add_points,
    answer_point,
    correct_occasion,
    remove_occasion,
    write_occasion,
)
from engagement.waves.inclusion.models import DesignOccasion
from engagement.waves.inclusion.rules import OccasionKind, OccasionSaid, Outcome
from engagement.waves.lessons.actions import note_lessons
from engagement.waves.milestones.actions import MilestoneDetails, add_milestone, remove_milestone
from engagement.waves.milestones.models import Milestone
from engagement.waves.milestones.rules import MilestoneKind
from engagement.waves.rules import WaveStatus
from engagement.waves.volunteers.actions import mark_volunteers


def volunteer(at: Place) -> None:
    waves.add_member(at.wave, at.person, by=TESTER)
    mark_volunteers(at.wave, [at.person], by=TESTER)


def judge(at: Place) -> Any:
    said = Assessed({Aspect.PAY: AspectSaid(0)})
    return assess_impact(at.wave, at.department, ImpactSide.LEADERS, said, floor=5, by=TESTER)


def see_as_sponsor(at: Place) -> None:
    at.wave.sponsor = at.person
    say_as_sponsor(at.wave, at.department, at.person, Assessed({Aspect.PAY: AspectSaid(0)}), by=TESTER)


MET = OccasionSaid(OccasionKind.WORKSHOP, DAY, "Photos")


def meet(at: Place) -> DesignOccasion:
    return write_occasion(at.workflow, at.wave, MET, [at.person], "Photos", today=DAY, by=TESTER)


def go_on_without_a_lead(at: Place) -> None:
    past_the_gate(at.wave, DAY)
    given = {each.name: "All the same." for each in obstacles(at.wave, DAY)}
    make_ready(at.wave, reason="Rehearsed.", overruled=Overruled(given, Reach(everything=True)), today=DAY, by=TESTER)


def ask_for(at: Place) -> Criterion:
    return write_criterion(at.wave, Terms("Rehearsed", at.person), by=TESTER)


def decided(at: Place, choice: Choice = Choice.GO, *conditions: ConditionSaid) -> GateDecision:
    name_approver(at.wave, at.person, by=TESTER)
    return say(at.wave, at.person, choice, "Rehearsed.", *conditions, on=DAY)


def settle(at: Place) -> None:
    row = decided(at, Choice.CONDITIONS, ConditionSaid("Two more", at.person, DAY))
    settle_condition(conditions_of(row.id)[0], "They came.", by=TESTER)


def reopen(at: Place) -> None:
    decided(at)
    object_severely(at.wave)
    assert reopen_gate(at.wave.id, DAY)


def council(at: Place) -> Body:
    return make_body(at.programme, BodyDetails("Council", BodyKind.WORKS_COUNCIL), None, by=TESTER)


def speak(at: Place) -> BodyMember:
    return name_member(council(at), at.person, by=TESTER)


def consult(at: Place) -> Consultation:
    return open_consultation(at.wave, council(at), Asked(False, "", None), today=DAY, by=TESTER)


def mark_day(at: Place) -> Milestone:
    said = MilestoneDetails(MilestoneKind.OWN, "Town hall", DAY + timedelta(days=9))
    return add_milestone(at.wave, said, country="GB-ENG", by=TESTER)


def leave_alone(at: Place) -> Blackout:
    return make_blackout(at.programme, DAY, DAY, "Inventory", by=TESTER)


def withdraw(at: Place) -> None:
    judge(at)
    publish_impact(at.wave, at.department.id, by=TESTER)
    withdraw_impact(at.wave, at.department.id, by=TESTER)


DONE: list[Deed] = [
    (Verb.ASSESSED_IMPACT, judge, OF_WAVE),
    (Verb.ASSESSED_IMPACT, see_as_sponsor, OF_WAVE),
    (Verb.PUBLISHED_IMPACT, lambda at: (judge(at), publish_impact(at.wave, at.department.id, by=TESTER)), OF_WAVE),
    (Verb.WITHDREW_IMPACT, withdraw, OF_WAVE),
    (Verb.CHANGED_WAVE, lambda at: name_lead(at.wave, at.person, by=TESTER), OF_WAVE),
    (
        Verb.MOVED_GO_LIVE,
        lambda at: waves.move_go_live(at.wave, at.wave.go_live_on + timedelta(days=7), reason="Later", by=TESTER),
        OF_WAVE,
    ),
    (
        Verb.CHANGED_STATUS_OF_WAVE,
        lambda at: waves.change_status(at.wave, WaveStatus.READY, reason="Rehearsed.", by=TESTER),
        OF_WAVE,
    ),
    (Verb.MADE_BODY, council, {"programme"}),
    (
        Verb.CHANGED_BODY,
        lambda at: change_body(council(at), BodyDetails("Union", BodyKind.UNION), None, by=TESTER),
        {"programme"},
    ),
    (Verb.NAMED_BODY_MEMBER, speak, PEOPLE_OF_DEPARTMENT | {"programme"}),
    (Verb.ENDED_BODY_MEMBER, lambda at: end_member(speak(at), by=TESTER), PEOPLE_OF_DEPARTMENT | {"programme"}),
    (Verb.OPENED_CONSULTATION, consult, OF_WAVE),
    (
        Verb.CHANGED_CONSULTATION,
        lambda at: change_consultation(consult(at), Asked(True, "Section 4", None), today=DAY, by=TESTER),
        OF_WAVE,
    ),
    (
        Verb.HANDED_OVER,
        lambda at: hand_over_document(consult(at), Document("Plan", "1", DAY, text="All"), today=DAY, by=TESTER),
        OF_WAVE,
    ),
    (Verb.ASKED_AS_BODY, lambda at: ask_question(consult(at), "Why?", by=TESTER), OF_WAVE),
    (
        Verb.ANSWERED_BODY,
        lambda at: answer_question(ask_question(consult(at), "Why?", by=TESTER), "So.", by=TESTER),
        OF_WAVE,
    ),
    (
        Verb.SAID_POSITION,
        lambda at: say_position(consult(at), PositionSaid(PositionKind.AGREES, "", DAY), today=DAY, by=TESTER),
        OF_WAVE,
    ),
    (Verb.SET_CRITERION, ask_for, OF_WAVE),
    (
        Verb.JUDGED_CRITERION,
        lambda at: judge_criterion(ask_for(at), CriterionState.MET, "Seen.", by=TESTER),
        OF_WAVE,
    ),
    (Verb.DECIDED_GATE, decided, OF_WAVE),
    (
        Verb.NAMED_APPROVER,
        lambda at: name_approver(at.wave, at.person, by=TESTER),
        OF_WAVE | PEOPLE_OF_DEPARTMENT,
    ),
    (
        Verb.ENDED_APPROVER,
        lambda at: end_approver(name_approver(at.wave, at.person, by=TESTER), by=TESTER),
        OF_WAVE | PEOPLE_OF_DEPARTMENT,
    ),
    (Verb.SETTLED_CONDITION, settle, OF_WAVE),
    (Verb.REOPENED_GATE, reopen, OF_WAVE),
    (Verb.WENT_PAST_GATE, lambda at: past_the_gate(at.wave, DAY), OF_WAVE),
    (
        Verb.ENDED_OVERRIDE,
        lambda at: end_override(go_past(at.wave, "Why.", DAY, on=DAY, by=TESTER), by=TESTER),
        OF_WAVE,
    ),
    (Verb.OVERRULED_OBSTACLE, go_on_without_a_lead, OF_WAVE),
    (Verb.CHOSE_DEPARTMENTS, lambda at: waves.choose_departments(at.wave, (), by=TESTER), OF_WAVE),
    (Verb.CHOSE_WORKFLOWS, lambda at: waves.choose_workflows(at.wave, (), by=TESTER), OF_WAVE),
    (Verb.ADDED_MEMBER, lambda at: waves.add_member(at.wave, at.person, by=TESTER), OF_WAVE | PEOPLE_OF_DEPARTMENT),
    (Verb.MARKED_VOLUNTEER, volunteer, OF_WAVE | PEOPLE_OF_DEPARTMENT),
    (Verb.CHOSE_AUDIENCES, lambda at: choose_audiences(at.wave, [make_audience()], on=DAY, by=TESTER), OF_WAVE),
    (Verb.ADDED_MILESTONE, mark_day, OF_WAVE),
    (Verb.REMOVED_MILESTONE, lambda at: remove_milestone(mark_day(at), by=TESTER), OF_WAVE),
    (Verb.MADE_BLACKOUT, leave_alone, {"programme"}),
    (Verb.REMOVED_BLACKOUT, lambda at: remove_blackout(leave_alone(at), by=TESTER), {"programme"}),
    (Verb.WROTE_FALLBACK, lambda at: write_fallback(at.wave, "Switch it off.", "Ann", by=TESTER), OF_WAVE),
    (Verb.WROTE_OCCASION, meet, OF_WAVE),
    (
        Verb.CORRECTED_OCCASION,
        lambda at: correct_occasion(
            meet(at), at.wave, replace(MET, about="Letters"), [at.person], today=DAY, by=TESTER
        ),
        OF_WAVE,
    ),
    (Verb.REMOVED_OCCASION, lambda at: remove_occasion(meet(at), by=TESTER), OF_WAVE),
    (Verb.ADDED_POINTS, lambda at: add_points(meet(at), "Another", by=TESTER), OF_WAVE),
    (
        Verb.ANSWERED_POINT,
        lambda at: answer_point(meet(at).points[0], "Photos", Outcome.CHANGED, "First.", by=TESTER),
        OF_WAVE,
    ),
    (Verb.NOTED_LESSONS, lambda at: note_lessons(at.wave, "Champions", "", by=TESTER), OF_WAVE),
]
