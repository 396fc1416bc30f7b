"""The rows of a small organisation that was drawn by chance."""

from datetime import date, timedelta

from factories import make_programme, make_wave

from engagement import clock
from engagement.db import db
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.models import Acknowledgement, Mailing
from engagement.mail.rules import DeliveryState, Letter, MailingKind
from engagement.people.models import Department, Person, PersonRole
from engagement.people.rules import RoleOrigin, TrainingRole
from engagement.stakeholders.models import (
    Champion,
    Stakeholder,
    StakeholderPlace,
    StakeholderProfile,
    StakeholderRemoval,
)
from engagement.stakeholders.rules import StakeholderGroup
from engagement.training.models import Assignment, Completion, Curriculum, CurriculumItem, Module
from engagement.training.rules import CompletionSource, ItemKind
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import MembershipOrigin, WaveStatus

SLUGS = ("user-one", "user-two", "builder-one", "choice-one", "choice-two", "withdrawn")


def make_mailing(number: int) -> Mailing:
    """The last one asks for no confirmation; a rule that names it reaches nobody."""
    return build_mailing(
        MailingKind.COMMUNICATION, Letter(f"Message {number}", "Text", "<p>Text</p>"), asks_confirmation=number < 2
    )


def send_and_confirm(draw: dict, person: Person, mailings: list[Mailing]) -> None:
    for number, state in draw["sent"].items():
        delivery = queue_for_address(mailings[number], person.email, person.name, {}, person.id)
        delivery.state = DeliveryState(state)
    for number in draw["confirmed"]:
        db.session.add(
            Acknowledgement(mailing_id=mailings[number].id, person_id=person.id, acknowledged_at=clock.now())
        )
    db.session.flush()


def make_waves(on: date) -> list[Wave]:
    programme = make_programme("A programme")
    days = (
        (1, WaveStatus.LIVE, -5),
        (2, WaveStatus.READY, 7),
        (3, WaveStatus.PLANNED, 30),
        (4, WaveStatus.CLOSED, -90),
    )
    waves = [
        make_wave(programme, number=n, name=f"Wave {n}", status=status, go_live_on=on + timedelta(days=away))
        for n, status, away in days
    ]
    return [*waves, make_wave(make_programme("Another programme"), number=1, go_live_on=on + timedelta(days=60))]


def make_curricula() -> dict[str, Module]:
    modules = {
        slug: Module(
            slug=slug,
            title=slug.replace("-", " ").capitalize(),
            body="Text.",
            minutes=5,
            changed_at=clock.now(),
            withdrawn_at=clock.now() if slug == "withdrawn" else None,
        )
        for slug in SLUGS
    }
    user = Curriculum(role=TrainingRole.USER)
    builder = Curriculum(role=TrainingRole.BUILDER, choices_needed=1)
    db.session.add_all([*modules.values(), user, builder])
    required, choice = ItemKind.REQUIRED, ItemKind.CHOICE
    placed = [
        (user, "user-one", required), (user, "user-two", required), (user, "withdrawn", required),
        (builder, "builder-one", required), (builder, "choice-one", choice), (builder, "choice-two", choice),
    ]  # fmt: skip
    db.session.add_all(
        CurriculumItem(curriculum=curriculum, module=modules[slug], position=n, kind=kind)
        for n, (curriculum, slug, kind) in enumerate(placed)
    )
    db.session.flush()
    return modules


def insert_stakes(stakes: list, waves: list[Wave], **subject: object) -> None:
    now = clock.now()
    for group, state, places in stakes:
        row = Stakeholder(name="", added_at=now, **subject)
        db.session.add(row)
        db.session.flush()
        before = StakeholderGroup.CUSTOMERS
        db.session.add_all(
            [
                StakeholderProfile(stakeholder_id=row.id, group=before, role="", said_at=now, superseded_at=now),
                StakeholderProfile(stakeholder_id=row.id, group=StakeholderGroup(group), role="", said_at=now),
            ]
        )
        if state != "on the map":
            undone_at = now if state == "put back" else None
            db.session.add(StakeholderRemoval(stakeholder_id=row.id, removed_at=now, undone_at=undone_at))
        for of_programme, wave, is_open in places:
            db.session.add(
                StakeholderPlace(
                    stakeholder_id=row.id,
                    programme_id=waves[of_programme].programme_id,
                    wave_id=None if wave is None else waves[wave].id,
                    added_at=now,
                    ended_at=None if is_open else now,
                )
            )
    db.session.flush()


def insert_posts(draw: dict, person: Person, waves: list[Wave], department_id: int, on: date) -> None:
    for wave, (begins, ends, _) in draw["posts"]:
        db.session.add(
            Champion(
                person=person,
                wave=waves[wave],
                department_id=department_id,
                from_on=on + timedelta(days=begins),
                until_on=None if ends is None else on + timedelta(days=ends),
                appointed_at=clock.now(),
            )
        )


def insert(draw: dict, departments: dict[str, Department], waves: list[Wave], modules: dict[str, Module]) -> Person:
    now = clock.now()
    person = Person(
        name=f"Person {draw['number']}",
        email=f"person{draw['number']}@example.com",
        department=departments.get(draw["department"]),
        joined_at=now,
        left_at=now if draw["has_left"] else None,
        **{key: draw[key] for key in ("location", "country", "language", "job_title")},
    )
    db.session.add(person)
    for role in draw["roles"]:
        db.session.add(PersonRole(person=person, role=TrainingRole(role), origin=RoleOrigin.FILE, given_at=now))
    for number in {*draw["waves"], *draw["past_waves"]}:
        ended_at = None if number in draw["waves"] else now
        db.session.add(
            Membership(
                person=person, wave=waves[number], origin=MembershipOrigin.HAND, joined_at=now, ended_at=ended_at
            )
        )
    for n, (wave, role) in enumerate(draw["assigned"]):
        withdrawn_at = now if n in draw["withdrawn"] else None
        db.session.add(
            Assignment(
                person=person, wave=waves[wave], role=TrainingRole(role), assigned_at=now, withdrawn_at=withdrawn_at
            )
        )
    for slug in draw["finished"]:
        for version in (1, 2) if slug == "choice-one" else (1,):
            db.session.add(
                Completion(
                    person=person,
                    module=modules[slug],
                    module_version=version,
                    source=CompletionSource.QUIZ,
                    completed_at=now,
                    recorded_by="Quiz",
                )
            )
    db.session.flush()
    return person
