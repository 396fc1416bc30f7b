"""What the demonstration's change team said with stakeholders over half a year."""

from dataclasses import dataclass

from sqlalchemy import select

from engagement.audit import Actor
from engagement.db import db
from engagement.demo import roster
from engagement.demo.mapping import entry_of
from engagement.demo.roster import Figure
from engagement.demo.stage import Stage, person_of
from engagement.people.queries import department_by_path
from engagement.stakeholders.commitments.actions.promising import close_promise, make_promise, move_promise
from engagement.stakeholders.commitments.models import Commitment
from engagement.stakeholders.commitments.rules import Outcome
from engagement.stakeholders.health.actions import judge_health
from engagement.stakeholders.interactions.actions import log_interaction
from engagement.stakeholders.interactions.rules import Channel, Said, Sentiment
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.rhythm.actions import say_own_rhythm
from engagement.stakeholders.rhythm.rules import Every

Whom = Figure | str | tuple[str, int]


@dataclass(frozen=True)
class Talk:
    """What was said `day` days from today with figures, departments by path, one of their people, or names outside."""

    day: int
    whom: tuple[Whom, ...]
    channel: Channel
    topics: str
    notes: str
    sentiment: Sentiment | None = None
    by: Figure = roster.MANAGER


C, S = Channel, Sentiment
INVOICES = ("Finance/Accounts payable/Invoices", 0)
TALKS = (
    Talk(-172, ("Works council",), C.MEETING, "notice, last year’s rota", "The chair wants eight weeks of notice for every change of work, and says why: last year’s rota came with two.", S.CRITICAL),
    Talk(-165, (roster.SPONSOR,), C.MEETING, "why now", "She opens each wave herself, and wants objections by source, not by name.", S.FAVOURABLE),
    Talk(-158, ("Operations/Claims/Motor",), C.WORKSHOP, "first workflow", "Forty photos sorted together. They saw where it was unsure, and found that right.", S.FAVOURABLE, roster.WAVE_LEAD),
    Talk(-140, (INVOICES,), C.MEETING, "what it may touch", "Agreed on the list: invoices under 5,000 first, nothing with a dispute on it.", None, roster.WAVE_LEAD),
    Talk(-130, ("IT/Workplace support", roster.ADMIN), C.MEETING, "calls after a go-live", "They expect three times the calls for two weeks, and ask for answers in writing before the day.", None, roster.WAVE_LEAD),
    Talk(-120, ("Insurance regulator",), C.MESSAGE, "how decisions are recorded", "Sent the scope statements. They ask to see two decisions with their reasons.", S.MIXED),
    Talk(-118, ("Works council",), C.CALL, "notice of wave 2", "Told them the day of wave 2, ten weeks ahead. They thanked for it.", S.MIXED),
    Talk(-104, ("Operations/Broker Service",), C.VISIT, "June renewals", "Renewals end on 30 June. They want the day of wave 3 moved, or two weeks of double staff.", S.CRITICAL, roster.WAVE_LEAD),
    Talk(-99, ("IT/Security",), C.MEETING, "connections", "Three connections released; the fourth waits for a test of its keys.", S.MIXED, roster.ADMIN),
    Talk(-92, ("Operations/Claims/Property", "Operations/Claims/Letters"), C.WORKSHOP, "who decides", "Walked through twenty wrong cases. Property were calmer afterwards, Letters were not.", S.MIXED),
    Talk(-88, ("Finance/Accounts payable/Suppliers",), C.WORKSHOP, "what is checked before they pay", "They tried ten invoices. Two were held back that they would have paid.", S.FAVOURABLE, roster.WAVE_LEAD),
    Talk(-80, ("Policyholders",), C.EVENT, "tone of letters", "Twelve policyholders read old and new letters side by side. Most preferred the new ones, and two noticed nothing.", S.FAVOURABLE),
    Talk(-70, ("Sales",), C.MEETING, "what brokers will ask", "They want one page that they can send to brokers themselves.", S.MIXED, roster.WAVE_LEAD),
    Talk(-66, (roster.ADMIN,), C.CALL, "load of his team", "Two go-lives in one month are too many for them; wave 4 is not before May.", None),
    Talk(-61, ("Works council",), C.MEETING, "agreement", "They agree to wave 3 if nobody’s output is measured by the workflow.", S.MIXED),
    Talk(-54, (INVOICES, "Finance/Accounts payable/Suppliers"), C.MEETING, "after go-live", "The list of what it may touch stays as it is for the first quarter.", None, roster.WAVE_LEAD),
    Talk(-47, ("Brokers",), C.CALL, "why a claim is sorted as it is", "They want one number to call that a person answers.", S.MIXED, roster.WAVE_LEAD),
    Talk(-44, ("Operations/Claims/Motor",), C.VISIT, "four months later", "They would not give it back. They ask for the same in glass claims.", S.FAVOURABLE, roster.WAVE_LEAD),
    Talk(-41, ("Sales", "Operations/Customer Service"), C.WORKSHOP, "answers on the telephone", "Wrote the twelve answers together that both will give.", S.FAVOURABLE, roster.WAVE_LEAD),
    Talk(-35, (roster.SPONSOR,), C.MEETING, "letters without a change approver", "She names somebody for letter drafting herself if nobody is found this month.", S.FAVOURABLE),
    Talk(-28, ("Operations/Broker Service",), C.CALL, "June renewals", "Two leads come to the rehearsal; the third says that sales will say wait.", S.CRITICAL, roster.WAVE_LEAD),
    Talk(-26, ("Insurance regulator",), C.MESSAGE, "two decisions with reasons", "They thanked for the records, and ask nothing more for now.", S.FAVOURABLE),
    Talk(-24, ("IT/Security", "IT/Workplace support", roster.ADMIN), C.MEETING, "wave 3", "All connections are released. Support has two more people for the first week.", None, roster.WAVE_LEAD),
    Talk(-22, ("Finance/Accounts payable/Suppliers",), C.CALL, "first month", "Fewer questions than feared. They ask who answers when the usual colleague is away.", S.MIXED, roster.WAVE_LEAD),
    Talk(-20, (roster.LEAD,), C.VISIT, "limit on reserves", "Brought twenty wrong cases. With the limit on reserves she stands behind it.", S.FAVOURABLE),
    Talk(-18, ("Brokers",), C.CALL, "the number to call", "Told them the new day. They understand, and will remind us.", S.MIXED, roster.WAVE_LEAD),
    Talk(-15, ("Operations/Claims/Motor",), C.MESSAGE, "glass claims", "Told them that glass claims are looked at after wave 4.", S.FAVOURABLE, roster.WAVE_LEAD),
    Talk(-13, (roster.SPONSOR,), C.MEETING, "opening of wave 3", "She opens it herself, and wants the objections of Letters on one page before.", S.FAVOURABLE),
    Talk(-12, ("Operations/Claims/Letters",), C.VISIT, "who signs", "They sign every letter, and want that in the scope statement in these words.", S.MIXED),
    Talk(-11, ("Sales",), C.CALL, "the page for brokers", "They have sent it to the forty largest. Three called back, all calm.", S.FAVOURABLE, roster.WAVE_LEAD),
    Talk(-10, (INVOICES, roster.ADMIN), C.MEETING, "next list", "What it may touch next is decided after the first quarter.", None, roster.WAVE_LEAD),
    Talk(-9, ("Operations/Broker Service", roster.LEAD), C.MEETING, "staff for the first week", "The board’s one week is planned. All three leads come to the rehearsal.", None, roster.WAVE_LEAD),
    Talk(-6, ("Works council", "Operations/Claims/Property"), C.MEETING, "rehearsal of wave 3", "The council watched a rehearsal. No measuring was seen, which they will say to others.", S.FAVOURABLE),
)  # fmt: skip


@dataclass(frozen=True)
class Promise:
    """What was promised `day` days from today, due `due` days from today, and what came of it on a later day."""

    day: int
    whom: Whom
    text: str
    owner: Figure
    due: int
    closed: int | None = None
    outcome: Outcome = Outcome.KEPT
    words: str = ""


PROMISES = (
    Promise(-172, "Works council", "Tell them the day of wave 2 at least eight weeks before.", roster.MANAGER, -115, -118, Outcome.KEPT, "Told them ten weeks before."),
    Promise(-130, "IT/Workplace support", "Answers to the twenty usual questions, in writing, before go-live.", roster.WAVE_LEAD, -82, -80, Outcome.KEPT, "Two days late; they had them at go-live."),
    Promise(-104, "Operations/Broker Service", "Ask the board for two weeks of double staff in June.", roster.WAVE_LEAD, -80, -78, Outcome.NOT_KEPT, "The board found no money for it, and offers one week."),
    Promise(-92, "Operations/Claims/Letters", "Show them where the scope statement says who signs.", roster.MANAGER, -40, -41, Outcome.KEPT, "Read it together."),
    Promise(-61, "Works council", "Put in writing that no output is measured.", roster.MANAGER, -30, -33, Outcome.KEPT, "In the scope statement, point 4."),
    Promise(-47, "Brokers", "One number to call that a person answers.", roster.WAVE_LEAD, -9),
    Promise(-35, roster.SPONSOR, "Name somebody who approves changes of letter drafting.", roster.MANAGER, 5),
    Promise(-20, roster.LEAD, "The limit on reserves stands in the rehearsal’s script.", roster.WAVE_LEAD, -10, -11, Outcome.KEPT, "It does, on page 2."),
    Promise(-12, "Operations/Claims/Letters", "Take their words into the scope statement.", roster.MANAGER, 2),
    Promise(-6, "Works council", "Send the notes of the rehearsal.", roster.MANAGER, 3),
)  # fmt: skip
#: The day on which Brokers were told of another day: from which, and why.
MOVED = (-26, -20, -9, "The telephone system is changed in the same week.")


def make_and_close_promises(stage: Stage, offset: int) -> None:
    """Make, move and close promises on the day `offset` days from today."""
    on, by = stage.day(offset), actor(stage, roster.MANAGER)
    with stage.at(on, 15):
        for each in (each for each in PROMISES if offset in (each.day, each.closed, MOVED[0]) and each.day <= offset):
            row, owner = stakeholder(each.whom), person_of(each.owner)
            if each.day == offset:
                due = MOVED[1] if each.due == MOVED[2] else each.due
                make_promise(row, each.text, owner, stage.day(due), on=on, by=by)
            if offset in (each.closed, MOVED[0]):
                found = db.session.scalars(select(Commitment).where(Commitment.text == each.text)).one_or_none()
                if found and offset == each.closed:
                    close_promise(found, each.outcome, each.words, by=by)
                elif found and each.due == MOVED[2]:
                    move_promise(found, stage.day(each.due), owner, MOVED[3], on=on, by=by)


#: Day, whom, in tenths, why.
JUDGED: tuple[tuple[int, Whom, int, str], ...] = (
    (-60, "Works council", 60, "They agree in the open and warn in private; better than in autumn."),
    (-27, "Operations/Broker Service", 35, "Two of three leads would wait until July, and say so to sales."),
    (-6, "Works council", 75, "They saw a rehearsal and will speak for it."),
)


def judge_relationships(stage: Stage, offset: int) -> None:
    """Judge how relationships stand on the day `offset` days from today, and have the council met every week."""
    by = actor(stage, roster.MANAGER)
    with stage.at(stage.day(offset), 16):
        for day, whom, tenths, why in JUDGED:
            if day == offset:
                judge_health(stakeholder(whom), tenths, why, on=stage.day(offset), by=by)
        if offset == -60:
            say_own_rhythm(stakeholder("Works council"), Every.WEEK, by=by)


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
    """Return the entry on the map of a figure, a department, one of its people, or a name."""
    if isinstance(whom, tuple):
        return entry_of(whom)
    if isinstance(whom, Figure):
        person = person_of(whom).id
        return db.session.scalars(select(Stakeholder).where(Stakeholder.person_id == person)).one()
    department = department_by_path(whom)
    asked = Stakeholder.department_id == department.id if department else Stakeholder.name == whom
    return db.session.scalars(select(Stakeholder).where(asked)).one()
