"""Where somebody acts, as an address. Only this module knows the page for each place that a room names."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import url_for

from engagement.attention.queries.held_things import HeldThing
from engagement.attention.rules import Place

#: For each place, its page and the argument that names the thing, or "" if the page shows all of them.
_PAGES = {
    Place.MESSAGE: ("calendar.occurrence", "occurrence_id"),
    Place.CONCERN: ("concerns.concern", "concern_id"),
    Place.OLD_TRAINING: ("training.leftovers", "move"),
    Place.WORKFLOW: ("waves.workflow", "workflow_id"),
    Place.NAME_OWNERS: ("waves.ownership", "workflow_id"),
    Place.OVERSIGHT: ("waves.oversight", "workflow_id"),
    Place.PLAN_WORKFLOW: ("waves.edit_workflow", "workflow_id"),
    Place.WAVE: ("waves.wave", "wave_id"),
    Place.PLAN_WAVE: ("waves.edit", "wave_id"),
    Place.MILESTONES: ("waves.milestones", "wave_id"),
    Place.MOVE_GO_LIVE: ("waves.move", "wave_id"),
    Place.WAVE_TRAINING: ("training.wave", "wave_id"),
    Place.GIVE_ROLES: ("people.index", "wave"),
    Place.PROGRAMME: ("waves.programme", "programme_id"),
    Place.PLAN_PROGRAMME: ("waves.edit_programme", "programme_id"),
    Place.CURRICULUM: ("training.curriculum", "role"),
    Place.DEPARTMENT: ("people.department", "department_id"),
    Place.STAKEHOLDER: ("stakeholders.stakeholder", "stakeholder_id"),
    Place.PLAN_STAKEHOLDER: ("stakeholders.edit", "stakeholder_id"),
    Place.INBOX: ("stakeholders.inbox", "programme_id"),
    Place.PROMISE: ("stakeholders.promise", "commitment_id"),
    Place.COMMUNICATION: ("calendar.communication", "communication_id"),
    Place.PLAN_COMMUNICATION: ("calendar.edit", "communication_id"),
    Place.STOPPED: ("calendar.stopped", ""),
    Place.CONSULTATION: ("consultations.consultation", "consultation_id"),
    Place.GATE: ("readiness.decide", "wave_id"),
    Place.APPROVERS: ("readiness.approvers", "wave_id"),
    Place.CONDITION: ("readiness.settle", "condition_id"),
    Place.JUDGE: ("readiness.criterion", "wave_id criterion"),
    Place.READINESS: ("readiness.wave", "wave_id"),
    Place.NOTICES: ("notices.notices", "workflow_id"),
    Place.BODIES: ("consultations.bodies", "programme_id"),
    Place.METRIC: ("value.metric", "metric_id"),
    Place.VALUE: ("value.workflow", "workflow_id"),
    Place.BASELINE: ("value.baseline", "metric_id"),
    Place.LEAVERS: ("people.leavers", ""),
    Place.SIGN_INS: ("admin.waiting_sign_ins", ""),
    Place.JOBS: ("admin.jobs", ""),
    Place.LEADERSHIP_STEP: ("stakeholders.step", "step_id"),
    Place.SPONSOR_CHAIN: ("stakeholders.chain", "wave"),
    Place.SPONSORS_VIEW: ("waves.sponsors_view", "wave_id"),
}
#: Further arguments, for pages that show more than is meant.
_NARROWED: dict[Place, dict[str, Any]] = {Place.GIVE_ROLES: {"role": "none"}}


def address_of(place: Place, key: int | str | None) -> str:
    """Return the address at which somebody acts on one thing, or on all of a kind."""
    endpoint, argument = _PAGES[place]
    # A page of two things is named by the keys of both.
    arguments = argument.split()
    keys = [key] if len(arguments) < 2 else str(key).split()
    values: dict[str, Any] = dict(zip(arguments, keys, strict=bool(arguments)))
    return url_for(endpoint, **values, **_NARROWED.get(place, {}))


@dataclass(frozen=True)
class ShownThing:
    """Something that a person holds, as a page lists it; `url` is empty if the reader may not see it."""

    what: str
    as_what: str
    url: str
    may_change: bool


def shown_things(held: Iterable[HeldThing]) -> list[ShownThing]:
    """Return what somebody holds, each with the address where it can be given to somebody else."""
    return [
        ShownThing(each.what, each.as_what, address_of(each.place, each.key) if each.place else "", each.may_change)
        for each in held
    ]
