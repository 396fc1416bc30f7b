"""What leadership needs: of sponsors their steps; of who plans a look at what was missed, and at chains that are broken."""

from collections.abc import Sequence
from datetime import date, timedelta

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.attention.queries.need import Need, Needed, ViewWaiting, Who, first
from engagement.attention.rules import NEAR_DAYS, Kind, Place, Reason, days_late
from engagement.stakeholders.chain.queries import BrokenChain, broken_chains
from engagement.stakeholders.leadership.queries import StepShown, steps_for_planners, steps_waiting_for
from engagement.waves.impacts.queries.gaps import unsaid_of, waves_asking
from engagement.waves.impacts.queries.standing import assessments_of_waves
from engagement.waves.models import Wave
from engagement.waves.queries import standing_departments_of_waves


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


def views_needed(reader: Reader, on: date, limit: int) -> Needed:
    """Return the waves ahead of which the reader, as their sponsor, has not said how they see what changes, where others have."""

    def row(found: ViewWaiting) -> Need:
        wave, late = found.wave, days_late(found.wave.go_live_on, on)
        who = Who(reader.name, reader.named_id, reader.person_id)
        reason, place, by = Reason.SPONSORS_VIEW, Place.SPONSORS_VIEW, wave.go_live_on
        return Need(reason, Kind.WAVE, wave.id, wave.title, place, found, who, None, by, late)

    return first(Reason.SPONSORS_VIEW, views_waiting_for(reader), row, limit)


def views_waiting_for(reader: Reader) -> list[ViewWaiting]:
    """Return the same, in no statement for who sponsors nothing, and in three for many waves."""
    sponsoring = rights.sponsoring(reader)
    if sponsoring.person_id is None or not reader.sponsors_programmes:
        return []
    waves = waves_asking(sponsoring.person_id)
    if not waves:
        return []
    ids = [wave.id for wave in waves]
    said, chosen = assessments_of_waves(ids), standing_departments_of_waves(ids)
    unsaid = [(wave, unsaid_of(wave, said[wave.id], chosen[wave.id])) for wave in waves]
    return [ViewWaiting(wave, departments) for wave, departments in unsaid if departments]


def chains_needed(reader: Reader, planned: Sequence[Wave], on: date, limit: int) -> list[Needed]:
    """Return the planned waves near their go-live to whose departments the sponsor's word doesn't get."""
    near = [wave for wave in planned if wave.status.is_ahead and wave.go_live_on <= on + timedelta(days=NEAR_DAYS)]
    if not near or not rights.reading_maps(reader).holds_places:
        return []

    def row(found: BrokenChain) -> Need:
        wave, lead = found.wave, found.wave.lead
        who = Who(lead.name, person_id=lead.id) if lead is not None else None
        late = days_late(wave.go_live_on, on)
        place = Place.SPONSOR_CHAIN
        return Need(Reason.BROKEN_CHAIN, Kind.WAVE, wave.id, wave.title, place, found, who, None, wave.go_live_on, late)

    broken = broken_chains(near, on)
    return [Needed(Reason.BROKEN_CHAIN, len(broken), [row(found) for found in broken[:limit]])]
