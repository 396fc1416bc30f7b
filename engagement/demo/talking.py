"""What the demonstration's change team said with stakeholders over half a year."""

from dataclasses import dataclass

from sqlalchemy import select

from engagement.audit import Actor
from engagement.db import db
from engagement.demo import roster
from engagement.demo.roster import Figure
from engagement.demo.stage import Stage
from engagement.people.models import Person
from engagement.people.queries import department_by_path
from engagement.stakeholders.interactions.actions import log_interaction
from engagement.stakeholders.interactions.rules import Channel, Said, Sentiment
from engagement.stakeholders.models import Stakeholder

Whom = Figure | str


@dataclass(frozen=True)
class Talk:
    """What was said `day` days from today with figures, departments by path, or names outside the directory."""

    day: int
    whom: tuple[Whom, ...]
    channel: Channel
    topics: str
    notes: str
    sentiment: Sentiment | None = None
    by: Figure = roster.MANAGER


C, S = Channel, Sentiment
TALKS = (
    Talk(-172, ("Works council",), C.MEETING, "notice, last year’s rota", "The chair wants eight weeks of notice for every change of work, and says why: last year’s rota came with two.", S.CRITICAL),
    Talk(-165, (roster.SPONSOR,), C.MEETING, "why now", "She opens each wave herself, and wants objections by source, not by name.", S.FAVOURABLE),
    Talk(-158, ("Operations/Claims/Motor",), C.WORKSHOP, "first workflow", "Forty photos sorted together. They saw where it was unsure, and found that right.", S.FAVOURABLE, roster.WAVE_LEAD),
    Talk(-130, ("IT/Workplace support", roster.ADMIN), C.MEETING, "calls after a go-live", "They expect three times the calls for two weeks, and ask for answers in writing before the day.", None, roster.WAVE_LEAD),
    Talk(-118, ("Works council",), C.CALL, "notice of wave 2", "Told them the day of wave 2, ten weeks ahead. They thanked for it.", S.MIXED),
    Talk(-104, ("Operations/Broker Service",), C.VISIT, "June renewals", "Renewals end on 30 June. They want the day of wave 3 moved, or two weeks of double staff.", S.CRITICAL, roster.WAVE_LEAD),
    Talk(-92, ("Operations/Claims/Property", "Operations/Claims/Letters"), C.WORKSHOP, "who decides", "Walked through twenty wrong cases. Property were calmer afterwards, Letters were not.", S.MIXED),
    Talk(-80, ("Policyholders",), C.EVENT, "tone of letters", "Twelve policyholders read old and new letters side by side. Most preferred the new ones, and two noticed nothing.", S.FAVOURABLE),
    Talk(-61, ("Works council",), C.MEETING, "agreement", "They agree to wave 3 if nobody’s output is measured by the workflow.", S.MIXED),
    Talk(-47, ("Brokers",), C.CALL, "why a claim is sorted as it is", "They want one number to call that a person answers.", S.MIXED, roster.WAVE_LEAD),
    Talk(-35, (roster.SPONSOR,), C.MEETING, "letters without a change approver", "She names somebody for letter drafting herself if nobody is found this month.", S.FAVOURABLE),
    Talk(-28, ("Operations/Broker Service",), C.CALL, "June renewals", "Two leads come to the rehearsal; the third says that sales will say wait.", S.CRITICAL, roster.WAVE_LEAD),
    Talk(-20, (roster.LEAD,), C.VISIT, "limit on reserves", "Brought twenty wrong cases. With the limit on reserves she stands behind it.", S.FAVOURABLE),
    Talk(-12, ("Operations/Claims/Letters",), C.VISIT, "who signs", "They sign every letter, and want that in the scope statement in these words.", S.MIXED),
    Talk(-6, ("Works council", "Operations/Claims/Property"), C.MEETING, "rehearsal of wave 3", "The council watched a rehearsal. No measuring was seen, which they will say to others.", S.FAVOURABLE),
)  # fmt: skip


def talk_with_stakeholders(stage: Stage, offset: int) -> None:
    """Log what was said on the day `offset` days from today."""
    with stage.at(stage.day(offset), 13):
        for talk in TALKS:
            if talk.day == offset:
                parties = [stakeholder(whom) for whom in talk.whom]
                said = Said(talk.channel, stage.day(offset), talk.notes, talk.topics, talk.sentiment)
                log_interaction(parties, said, on=stage.day(offset), by=actor(stage, talk.by))


def actor(stage: Stage, figure: Figure) -> Actor:
    """Return a figure as the audit names them."""
    return stage.accounts[figure.email].actor


def stakeholder(whom: Whom) -> Stakeholder:
    """Return the entry on the map of a figure, a department, or a name."""
    if isinstance(whom, Figure):
        person = db.session.scalars(select(Person.id).where(Person.email == whom.email)).one()
        return db.session.scalars(select(Stakeholder).where(Stakeholder.person_id == person)).one()
    department = department_by_path(whom)
    asked = Stakeholder.department_id == department.id if department else Stakeholder.name == whom
    return db.session.scalars(select(Stakeholder).where(asked)).one()
