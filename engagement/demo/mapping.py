"""The demonstration's stakeholder map and champions: who is added, changed, written about and appointed, and when."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from engagement.audiences import actions as audiences
from engagement.audit import Actor
from engagement.db import db
from engagement.demo import roster
from engagement.demo.roster import Figure
from engagement.demo.stage import Stage, person_of
from engagement.people.models import Department, Person
from engagement.people.queries import below, department_by_path
from engagement.programmes.models import Programme
from engagement.stakeholders.actions import mapping
from engagement.stakeholders.actions.contacts import say_contact
from engagement.stakeholders.actions.notes import write_note
from engagement.stakeholders.champions import queries as coverage
from engagement.stakeholders.champions.actions import appoint_champion, release_champion
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.relations.actions import end_relation, say_relation
from engagement.stakeholders.relations.models import StakeholderRelation
from engagement.stakeholders.relations.rules import RelationKind
from engagement.stakeholders.rules import Contact, StakeholderGroup
from engagement.waves.models import Wave


@dataclass(frozen=True)
class Entry:
    """Somebody who is put on the map `day` days from today; a `wave` of None is the whole programme.

    `whom` is a figure, a department's path, a path with a person's number in it, or a name outside the directory.
    """

    day: int
    whom: Figure | str | tuple[str, int]
    group: StakeholderGroup
    wave: int | None
    role: str
    owner: Figure | None
    note: str = ""
    contact: Contact | None = None


G = StakeholderGroup
CONSULTANTS = "Consultants of the pilot"
ENTRIES = (
    Entry(-180, roster.SPONSOR, G.EXECUTIVE_SPONSORS, None, "Answers for the programme before the board, and opens each wave herself.", roster.MANAGER),
    Entry(-180, "Works council", G.OTHERS, None, "Has to agree before work changes; asks for eight weeks of notice.", roster.MANAGER, "The chair wants a call before anything arrives in writing. Last year’s rota is not forgotten.", Contact(email="works.council@example.com")),
    Entry(-178, CONSULTANTS, G.OTHERS, None, "Built the first workflows and hand them over.", roster.WAVE_LEAD),
    Entry(-176, ("Finance/Accounts payable/Invoices", 0), G.BUSINESS_LEADERS, 2, "Decides what invoices the workflow may touch.", roster.WAVE_LEAD),
    Entry(-170, "Operations/Claims/Motor", G.END_USERS, 1, "First to work with it, because they asked for it.", roster.WAVE_LEAD),
    Entry(-150, roster.ADMIN, G.IT_LEADERS, None, "Runs the integrations, and says what his team can carry.", roster.WAVE_LEAD),
    Entry(-140, "IT/Workplace support", G.IT_LEADERS, None, "Takes the calls after each go-live.", roster.ADMIN),
    Entry(-120, "Operations/Claims/Letters", G.END_USERS, 3, "Sign every letter; fear that drafting is the first thing to go.", roster.DEPARTED),
    Entry(-118, "Operations/Claims/Property", G.END_USERS, 3, "Decide every claim that the workflow sorts.", roster.LEAD),
    Entry(-110, "Operations/Broker Service", G.END_USERS, 3, "Explain decisions to brokers that they did not make.", roster.WAVE_LEAD, "Renewals end on 30 June. If they say wait, sales will say wait."),
    Entry(-100, roster.LEAD, G.BUSINESS_LEADERS, 3, "Runs property claims; doubts the suggested reserves.", roster.MANAGER, "Wants to see the wrong cases, not the right ones. Bring twenty."),
    Entry(-95, "Policyholders", G.CUSTOMERS, None, "Notice that letters sound different.", roster.MANAGER),
    Entry(-95, "Brokers", G.CUSTOMERS, 3, "Ask why a claim was sorted as it was.", roster.WAVE_LEAD, contact=Contact("Association of Independent Brokers", "brokers@example.com")),
    Entry(-60, ("Legal", 2), G.OTHERS, None, "Data protection officer: judges what the workflows may read.", roster.ADMIN),
    Entry(-34, "Work council", G.OTHERS, 4, "Wants to hear of wave 4 early.", roster.WAVE_LEAD),
    Entry(-142, "IT/Security", G.IT_LEADERS, None, "Releases each connection to another system.", roster.ADMIN),
    Entry(-134, "Insurance regulator", G.OTHERS, None, "May ask at any time how a decision was made.", roster.MANAGER),
    Entry(-126, "Finance/Accounts payable/Suppliers", G.END_USERS, 2, "Pay what the workflow has checked.", roster.WAVE_LEAD),
    Entry(-90, "Sales", G.BUSINESS_LEADERS, 3, "Hear from brokers first when something is wrong.", roster.WAVE_LEAD),
    Entry(-56, "Operations/Customer Service", G.END_USERS, 3, "Take the calls about letters and decisions.", roster.WAVE_LEAD),
    Entry(-30, "Underwriting", G.END_USERS, 4, "", None),
)  # fmt: skip
#: Day, wave, the department they are champions for, where they work, and how many.
APPOINTED: tuple[tuple[int, int, str, str, int], ...] = (
    (-100, 1, "Operations/Claims/Motor", "Operations/Claims/Motor", 13),
    (-60, 2, "Finance/Accounts payable", "Finance/Accounts payable", 10),
    (-40, 3, "Operations/Claims/Property", "Operations/Claims/Motor", 2),
    (-30, 3, "Operations/Claims/Property", "Operations/Claims/Property", 6),
    (-28, 3, "Operations/Claims/Letters", "Operations/Claims/Letters", 4),
    (-20, 3, "Operations/Broker Service", "Operations/Broker Service", 1),
)
#: Day, who, how they stand, to whom; and on which day this has ended.
RELATED: tuple[tuple[int, str, RelationKind, str, int | None], ...] = (
    (-110, "Works council", RelationKind.INFLUENCES, "Operations/Claims/Letters", None),
    (-110, "Works council", RelationKind.INFLUENCES, "Operations/Claims/Property", None),
    (-94, "Brokers", RelationKind.INFLUENCES, "Operations/Broker Service", None),
    (-94, "Policyholders", RelationKind.INFLUENCES, "Brokers", None),
    (-90, "Brokers", RelationKind.INFLUENCES, "Operations/Claims/Property", -30),
    (-58, "Works council", RelationKind.INFLUENCES, "Margaret Leclerc", None),
    (-20, "Dana Whitfield", RelationKind.INFLUENCES, "Operations/Claims/Letters", None),
)
#: Figures who become champions of wave 3; Petra leaves before it starts.
FIGURES_APPOINTED = {-90: roster.DEPARTED, -18: roster.EMPLOYEE}
RELEASED_ON = -12


def keep_the_map(stage: Stage, offset: int) -> None:
    """Make the change team's changes of map and champions on the day `offset` days from today."""
    with stage.at(stage.day(offset), 9):
        for entry in ENTRIES:
            if entry.day == offset:
                _add(stage, entry)
        if offset == -62:
            gone = db.session.scalars(select(Stakeholder).where(Stakeholder.name == CONSULTANTS)).one()
            mapping.remove_stakeholder(gone, reason="Their contract ended with the pilot.", by=_manager(stage))
        if offset == -20:
            _dana_speaks_for_it(stage)
        if offset == -16:
            _save_audience(stage)
        _appoint(stage, offset)
        _relate(stage, offset)


def _manager(stage: Stage) -> Actor:
    return stage.accounts[roster.MANAGER.email].actor


def _add(stage: Stage, entry: Entry) -> None:
    by = stage.accounts[roster.WAVE_LEAD.email].actor if entry.owner is roster.WAVE_LEAD else _manager(stage)
    row = mapping.add_stakeholder(
        _whom(entry.whom),
        entry.group,
        places=[_map(stage, entry.wave)],
        role=entry.role,
        owner=person_of(entry.owner) if entry.owner else None,
        by=by,
    )
    if entry.contact:
        say_contact(row, entry.contact, by=by)
    if entry.note:
        write_note(row, entry.note, by=by)


def _map(stage: Stage, wave: int | None) -> Programme | Wave:
    assert stage.programme
    return stage.programme if wave is None else stage.waves[wave]


def _whom(whom: Figure | str | tuple[str, int]) -> Person | Department | str:
    if isinstance(whom, Figure):
        return person_of(whom)
    if isinstance(whom, tuple):
        return list(_people_in(whom[0]))[whom[1]]
    return department_by_path(whom) or whom


def entry_of(whom: tuple[str, int]) -> Stakeholder:
    """Return the entry on the map of one of a department's people."""
    person = _whom(whom)
    assert isinstance(person, Person)
    return db.session.scalars(select(Stakeholder).where(Stakeholder.person_id == person.id)).one()


def _people_in(path: str) -> Iterator[Person]:
    """Yield the people who work in a department or below, without the figures."""
    department = department_by_path(path)
    assert department
    within = select(Department.id).where(below(department))
    known = [figure.email for figure in roster.FIGURES]
    yield from db.session.scalars(
        select(Person)
        .where(Person.department_id.in_(within), Person.left_at.is_(None), Person.email.not_in(known))
        .order_by(Person.id)
    )


def _dana_speaks_for_it(stage: Stage) -> None:
    dana = person_of(roster.LEAD)
    row = db.session.scalars(select(Stakeholder).where(Stakeholder.person_id == dana.id)).one()
    mapping.change_stakeholder(
        row,
        G.BUSINESS_LEADERS,
        places=[stage.waves[3]],
        role="Runs property claims; got the limit on reserves that she asked for, and speaks for the wave in her team.",
        owner=person_of(roster.MANAGER),
        by=_manager(stage),
    )


def _save_audience(stage: Stage) -> None:
    assert stage.programme
    rule = {
        "any": [
            {"field": "champion", "waves": [stage.waves[3].id]},
            {"field": "stakeholder_group", "values": [G.BUSINESS_LEADERS.value], "programmes": [stage.programme.id]},
        ]
    }
    audiences.save_audience("Champions of wave 3 and business leaders", rule, by=_manager(stage))


def _appoint(stage: Stage, offset: int) -> None:
    by, on = stage.accounts[roster.WAVE_LEAD.email].actor, stage.day(offset)
    for day, number, path, works_in, champions in APPOINTED:
        if day == offset:
            here = list(_people_in(works_in))
            for person in here[7 :: max(1, len(here) // champions)][:champions]:
                appoint_champion(stage.waves[number], person, department=department_by_path(path), from_on=on, by=by)
    if offset in FIGURES_APPOINTED:
        appoint_champion(stage.waves[3], person_of(FIGURES_APPOINTED[offset]), from_on=on, by=by)
    if offset == RELEASED_ON:
        first = next(iter(coverage.champions_of_wave(stage.waves[2].id, on)))
        release_champion(first, on, by=by)


def _relate(stage: Stage, offset: int) -> None:
    by, on = _manager(stage), stage.day(offset)
    for day, first, kind, second, until in RELATED:
        if day == offset:
            say_relation(_titled(first), _titled(second), kind, on=on, by=by)
        if until == offset:
            pair = (StakeholderRelation.from_id == _titled(first).id, StakeholderRelation.to_id == _titled(second).id)
            end_relation(db.session.scalars(select(StakeholderRelation).where(*pair)).one(), by=by)


def _titled(title: str) -> Stakeholder:
    return next(row for row in db.session.scalars(select(Stakeholder)) if row.title == title)
