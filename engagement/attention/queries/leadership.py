"""What sponsors' steps need: of the sponsor to do them, and of who plans to look at those that were missed."""

from datetime import date

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.attention.queries.need import Need, Needed, Who
from engagement.attention.rules import Kind, Place, Reason, days_late
from engagement.stakeholders.leadership.queries import StepShown, steps_for_planners, steps_waiting_for


def steps_needed(reader: Reader, on: date, limit: int) -> list[Needed]:
    """Return the reader's own steps as a sponsor, and others' steps that need a planner; a planner's own are not told twice."""
    own = steps_waiting_for(rights.reading_maps(reader), on)
    known = {shown.step.id for shown in own}
    others = [s for s in steps_for_planners(rights.planning(reader), on) if s.step.id not in known]

    def row(reason: Reason, shown: StepShown) -> Need:
        line = shown.line
        who, by = Who(line.person.name, person_id=line.person_id), line.due_on
        place = Place.LEADERSHIP_STEP
        return Need(reason, Kind.STEP, line.step_id, shown.title, place, shown, who, None, by, days_late(by, on))

    return [
        Needed(reason, len(found), [row(reason, shown) for shown in found[:limit]])
        for reason, found in ((Reason.OWN_STEP, own), (Reason.SPONSORS_STEP, others))
    ]
