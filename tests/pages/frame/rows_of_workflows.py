"""What hangs on the workflow and the wave of a side: a metric with a reading, numbers of use, an occasion of design, a body with what it is asked."""

from factories import TESTER

from engagement import clock
from engagement.adoption.actions.doors import make_door
from engagement.adoption.actions.uploads import Brought, take_file
from engagement.adoption.actions.writing import PersonUse
from engagement.consultations.actions.bodies import make_body, name_member
from engagement.consultations.actions.consulting import ask_question, hand_over, open_consultation
from engagement.consultations.rules import Asked, BodyDetails, BodyKind, Document
from engagement.people.models import Person
from engagement.programmes.models import Programme, Workflow
from engagement.readiness.criteria.queries.standing import standings_of
from engagement.readiness.gate.actions.deciding import ConditionSaid, DecisionSaid, decide, name_approver, states_seen
from engagement.readiness.gate.actions.opening import go_past
from engagement.readiness.gate.queries.history import conditions_of
from engagement.readiness.gate.rules import Choice
from engagement.value.actions.metrics import make_metric
from engagement.value.actions.readings import Read, add_reading
from engagement.value.rules import Better, MetricDetails, ReadingRhythm
from engagement.waves.inclusion.actions import write_occasion
from engagement.waves.inclusion.rules import OccasionKind, OccasionSaid
from engagement.waves.models import Wave


def metric_of(workflow: Workflow, person: Person) -> dict[str, object]:
    """A metric of the workflow that the person reads, with a reading."""
    said = MetricDetails("Minutes a claim", "minutes", Better.LOWER, ReadingRhythm.MONTH)
    metric = make_metric(workflow, said, person, by=TESTER)
    today = clock.now().date()
    return {"metric_id": metric.id, "reading_id": add_reading(metric, Read(today, 12_000), today=today, by=TESTER).id}


def usage_of(programme: Programme, workflow: Workflow, person: Person) -> dict[str, object]:
    """Numbers of use that came in, and a secret for posting more."""
    rows = [PersonUse(person.id, workflow.id, clock.now().date(), 1)]
    door, _ = make_door(programme, "A system", by=TESTER)
    return {
        "usage_upload_id": take_file(programme, "use.csv", "", Brought(rows), by=TESTER).id,
        "usage_door_id": door.id,
    }


def consultation_of(wave: Wave, person: Person) -> dict[str, object]:
    """A body for which the person speaks, what it is asked of the wave, what it got, and what it wants to know."""
    today = clock.now().date()
    body = make_body(wave.programme, BodyDetails("Council", BodyKind.WORKS_COUNCIL), None, by=TESTER)
    member = name_member(body, person, by=TESTER)
    row = open_consultation(wave, body, Asked(False, "", None), today=today, by=TESTER)
    document = hand_over(row, Document("Plan", "1", today, text="All of it"), today=today, by=TESTER)
    return {
        "body_id": body.id,
        "member_id": member.id,
        "consultation_id": row.id,
        "document_id": document.id,
        "body_question_id": ask_question(row, "Why?", by=TESTER).id,
    }


def occasion_of(wave: Wave, workflow: Workflow, person: Person) -> dict[str, object]:
    """An occasion of the wave at which the person helped to design the workflow, with a point."""
    today = clock.now().date()
    said = OccasionSaid(OccasionKind.WORKSHOP, today, "Photos")
    row = write_occasion(workflow, wave, said, [person], "Photos first", today=today, by=TESTER)
    return {"occasion_id": row.id, "point_id": row.points[0].id}


def gate_of_world(wave: Wave, person: Person) -> dict[str, object]:
    """Let somebody decide about a wave under a condition, and let it go past its gate."""
    on = clock.now().date()
    approver = name_approver(wave, person, by=TESTER)
    said = ConditionSaid("Two more people", person, on)
    seen = states_seen(standings_of([wave], on)[wave.id].criteria)
    decision = DecisionSaid(Choice.CONDITIONS, "Help comes.", [said])
    row = decide(wave, person, decision, seen=seen, on=on, floor=5, by=TESTER)
    return {
        "gate_approver_id": approver.id,
        "decision_id": row.id,
        "condition_id": conditions_of(row.id)[0].id,
        "gate_override_id": go_past(wave, "The board wants it.", on, on=on, by=TESTER).id,
    }
