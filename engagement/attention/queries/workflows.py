"""What workflows need of who plans their programme: a review on its day, and somebody who may stop them."""

from collections.abc import Mapping, Sequence
from datetime import date

from engagement.attention.queries.need import Need, Needed, first, person
from engagement.attention.queries.oversight import OversightLapsed, oversight_lapsed
from engagement.attention.rules import Kind, Place, Reason, days_late
from engagement.people.models import Person
from engagement.programmes.models import Workflow
from engagement.programmes.portfolio.queries import reviews_due
from engagement.programmes.queries import holdings
from engagement.programmes.rules import OwnershipPart
from engagement.waves.models import Wave


def reviews(planned: Sequence[Wave], on: date, limit: int) -> Needed:
    """Return the workflows in the programmes of these waves whose review is due, for their operational owner to begin."""
    due = reviews_due({wave.programme_id for wave in planned}, on) if planned else []
    owners = owners_of(due[:limit])

    def row(workflow: Workflow) -> Need:
        return Need(
            Reason.REVIEW,
            Kind.WORKFLOW,
            workflow.id,
            workflow.name,
            Place.PLAN_WORKFLOW,
            workflow,
            person(owners.get(workflow.id)),
            by=workflow.review_on,
            days_late=days_late(workflow.review_on, on),
        )

    return first(Reason.REVIEW, due, row, limit)


def oversight(planned: Sequence[Wave], on: date, of_waves: Mapping[int, Sequence[Workflow]], limit: int) -> Needed:
    """Return the workflows of these waves that are in use or soon will be, and that nobody may stop, or somebody no longer."""
    lapsed = oversight_lapsed(planned, on, of_waves)
    owners = owners_of([found.workflow for found in lapsed[:limit]])

    def row(found: OversightLapsed) -> Need:
        workflow = found.workflow
        who = person(owners.get(workflow.id))
        return Need(Reason.OVERSIGHT, Kind.WORKFLOW, workflow.id, workflow.name, Place.OVERSIGHT, found, who)

    return first(Reason.OVERSIGHT, lapsed, row, limit)


def owners_of(workflows: Sequence[Workflow]) -> dict[int, Person]:
    """Return the operational owner of each workflow that has one, in one query."""
    held = holdings([workflow.id for workflow in workflows]) if workflows else {}
    return {
        workflow_id: holding.person
        for workflow_id, parts in held.items()
        for holding in parts
        if holding.part is OwnershipPart.OPERATIONAL_OWNER and holding.person is not None
    }
