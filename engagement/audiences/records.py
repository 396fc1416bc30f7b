"""One person as the plain record that rules are held against, and that record in words."""

from collections.abc import Callable, Mapping, Sequence, Set
from datetime import UTC, date, tzinfo

from sqlalchemy import exists, func, select

from engagement.audiences.ground import Ground, posts_of
from engagement.audiences.meaning import PersonRecord, Post, meets
from engagement.audiences.rules import FINISHED, NOT_STARTED, OVERDUE, Field, Narrowing, Rule
from engagement.audiences.wording import Names
from engagement.db import db
from engagement.mail.confirming import asked_of, confirmed_by
from engagement.people.models import Person, PersonRole
from engagement.people.rules import TrainingRole
from engagement.stakeholders.coverage import champion_posts
from engagement.stakeholders.queries import groups_of_person
from engagement.stakeholders.rules import StakeholderGroup
from engagement.training.models import Assignment, Completion, Module
from engagement.training.queries import counting, is_asked, is_past_due
from engagement.waves.models import Membership, Wave

#: The role of what is asked by an open wave, and whether its day has passed.
Assigned = tuple[TrainingRole, bool]
#: So many training states are answered for one condition.
_MOST_TOLD = 6


def record_of(person: Person, ground: Ground) -> PersonRecord:
    """Return everything that conditions ask about this person, in a few short queries."""
    waves = db.session.execute(
        select(Wave.id, Wave.status)
        .join(Membership, Membership.wave_id == Wave.id)
        .where(Membership.person_id == person.id, Membership.ended_at.is_(None))
    ).all()
    finished = dict(
        db.session.execute(
            select(Module.id, Module.slug)
            .join(Completion)
            .where(Completion.person_id == person.id, counting())
            .distinct()
        ).all()
    )
    assigned = list(
        db.session.execute(
            select(Assignment.role, is_past_due(ground.on)).where(
                Assignment.person_id == person.id, is_asked(), Assignment.wave_id.in_(ground.open_waves)
            )
        ).all()
    )
    reports = select(exists().where(Person.manager_id == person.id, Person.left_at.is_(None)))
    roles = db.session.scalars(select(PersonRole.role).where(PersonRole.person_id == person.id))
    lineage = person.department.lineage if person.department else ""
    return PersonRecord(
        id=person.id,
        departments=tuple(int(part) for part in lineage.split("/") if part),
        location=person.location,
        country=person.country,
        language=person.language or "",
        job_title=person.job_title,
        roles=frozenset(role.value for role in roles),
        waves=frozenset(wave.id for wave in waves),
        wave_states=frozenset(wave.status.value for wave in waves),
        groups=_groups(person, lineage, ground),
        champion_of=frozenset(
            Post(champion.wave.programme_id, frozenset({champion.wave_id}))
            for champion in champion_posts(person.id, ground.on)
        ),
        finished=frozenset(finished.values()),
        asked_to_confirm=asked_of(person.id),
        confirmed=confirmed_by(person.id),
        is_overdue=_is_overdue(assigned, finished.keys(), ground),
        has_not_started=_has_not_started(assigned, finished.keys(), ground),
        has_reports=bool(db.session.scalar(reports)),
        has_left=person.has_left,
    )


def _groups(person: Person, lineage: str, ground: Ground) -> frozenset[tuple[str, Post]]:
    """Return the stakeholder groups that a person stands in, by name or with a department above them."""
    by_name = groups_of_person(person.id)
    posts = posts_of((programme_id, wave_id) for _, programme_id, wave_id in by_name)
    own = {(group.value, posts[programme_id, wave_id]) for group, programme_id, wave_id in by_name}
    above = {int(part) for part in lineage.split("/") if part}
    return frozenset(own | {(group, post) for key, group, post in ground.groups if key in above})


def _is_overdue(assigned: Sequence[Assigned], finished: Set[int], ground: Ground) -> bool:
    past_due = {role for role, is_late in assigned if is_late}
    return any(not ground.needs[role].are_met_by(finished) for role in past_due & ground.needs.keys())


def _has_not_started(assigned: Sequence[Assigned], finished: Set[int], ground: Ground) -> bool:
    roles = {role for role, _ in assigned} & ground.needs.keys()
    return bool(roles) and all(ground.needs[role].modules.isdisjoint(finished) for role in roles)


def theirs(condition: Rule, person: Person, record: PersonRecord, names: Names, zone: tzinfo = UTC) -> str:
    """Say what a person has where this condition looks: “Works in Operations/Claims.” Days are those of `zone`."""
    field = Field(condition["field"])
    if field is Field.TRAINING_STATE:
        return _their_training(condition["values"], person, record, names, zone)
    return _THEIRS[field](person, record, names)


def _their_department(person: Person, _record: PersonRecord, _names: Names) -> str:
    return f"Works in {person.department.path}." if person.department else "Has no department."


def _their_roles(_person: Person, record: PersonRecord, _names: Names) -> str:
    held = [role.word for role in TrainingRole if role.value in record.roles]
    return f"Has the training role {', '.join(held)}." if held else "Has no training role."


def _their_waves(_person: Person, record: PersonRecord, names: Names) -> str:
    titles = [names[Field.WAVE][wave_id] for wave_id in sorted(record.waves)]
    return f"Is in {', '.join(titles)}." if titles else "Is in no wave."


def _their_wave_states(_person: Person, record: PersonRecord, _names: Names) -> str:
    states = " or ".join(sorted(record.wave_states))
    return f"Is in a wave that is {states}." if states else "Is in no wave."


def _their_training(values: Sequence[str], person: Person, record: PersonRecord, names: Names, zone: tzinfo) -> str:
    """Answer each of the states that are asked about, those that are true of the person first."""
    days = _finished_on(person, {value.partition(":")[2] for value in values}, zone)
    told = {value: _training_told(value, record, names, days) for value in values}
    held = {value: meets({"field": Field.TRAINING_STATE, "values": [value]}, record) for value in values}
    sentences = list(dict.fromkeys(told[value] for value in sorted(values, key=lambda value: not held[value])))
    more = len(sentences) - _MOST_TOLD
    return " ".join(sentences[:_MOST_TOLD]) + (f" And {more} more." if more > 0 else "")


def _training_told(value: str, record: PersonRecord, names: Names, days: Mapping[str, date]) -> str:
    state, _, slug = value.partition(":")
    if state == OVERDUE:
        return "Has training that is overdue." if record.is_overdue else "Has no training that is overdue."
    if state == NOT_STARTED:
        return (
            "Has not started what is assigned."
            if record.has_not_started
            else "Has started what is assigned, or has nothing to do."
        )
    known = names[Field.TRAINING_STATE].get(f"{FINISHED}:{slug}", "have finished a module that is no longer there")
    title = known.removeprefix("have finished ")
    if slug not in record.finished:
        return f"Has not finished {title}."
    return f"Has finished {title} on {days[slug].day} {days[slug]:%B %Y}."


def _finished_on(person: Person, slugs: Set[str], zone: tzinfo) -> dict[str, date]:
    """Return the day on which the person last finished each of these modules."""
    rows = db.session.execute(
        select(Module.slug, func.max(Completion.completed_at))
        .join(Completion)
        .where(Completion.person_id == person.id, counting(), Module.slug.in_(slugs))
        .group_by(Module.slug)
    )
    return {slug: at.astimezone(zone).date() for slug, at in rows}


def _their_groups(_person: Person, record: PersonRecord, _names: Names) -> str:
    standing = {group for group, _ in record.groups}
    words = [group.inside for group in StakeholderGroup if group.value in standing]
    return f"Is a stakeholder among the {' and the '.join(words)}." if words else "Is no stakeholder."


def _their_champion_posts(_person: Person, record: PersonRecord, names: Names) -> str:
    titles = [names[Narrowing.WAVES][wave_id] for wave_id in sorted(_waves_of(record))]
    return f"Is a champion in {', '.join(titles)}." if titles else "Is no champion."


def _waves_of(record: PersonRecord) -> set[int]:
    return {wave_id for post in record.champion_of for wave_id in post.waves}


def _their_confirmations(_person: Person, record: PersonRecord, _names: Names) -> str:
    if not record.asked_to_confirm:
        return "Was not asked to confirm any message."
    of = len(record.asked_to_confirm)
    confirmed = len(record.confirmed & record.asked_to_confirm)
    return f"Was asked to confirm {of} {'message' if of == 1 else 'messages'}, and has confirmed {confirmed}."


def _given(value: str, found: str, missing: str) -> str:
    return found.format(value) if value else missing


_THEIRS: dict[Field, Callable[[Person, PersonRecord, Names], str]] = {
    Field.EVERYBODY: lambda person, _record, _names: "Has left." if person.has_left else "Is in the directory.",
    Field.DEPARTMENT: _their_department,
    Field.LOCATION: lambda person, _record, _names: _given(person.location, "Works at {}.", "Has no location."),
    Field.COUNTRY: lambda person, _record, _names: _given(person.country, "Works in {}.", "Has no country."),
    Field.LANGUAGE: lambda _person, record, _names: _given(
        record.language, "Reads {}.", "Has no language of their own; the organisation’s holds."
    ),
    Field.JOB_TITLE: lambda person, _record, _names: _given(person.job_title, "Is called “{}”.", "Has no job title."),
    Field.TRAINING_ROLE: _their_roles,
    Field.HAS_NO_ROLE: _their_roles,
    Field.WAVE: _their_waves,
    Field.WAVE_STATE: _their_wave_states,
    Field.STAKEHOLDER_GROUP: _their_groups,
    Field.CHAMPION: _their_champion_posts,
    Field.CONFIRMATION: _their_confirmations,
    Field.MANAGER_OF_PEOPLE: lambda _person, record, _names: (
        "Somebody reports to them." if record.has_reports else "Nobody reports to them."
    ),
    Field.PERSON: lambda person, _record, _names: f"Is {person.name}.",
    Field.AUDIENCE: lambda _person, _record, _names: "",
}
