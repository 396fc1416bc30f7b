"""The file of one person's data: rows about them, what they wrote or did, and their posts in other people's matters.

The last two leave out words, names and ids of other people: whoever opens the file may not read everything that the
person may, and the other people have the same right to their data.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Table, select

from engagement.accounts.queries import account_of_person
from engagement.audit import AuditEntry
from engagement.db import Base, db
from engagement.people.models import Person
from engagement.privacy.queries.reach import OF_CONCERNS, REACH, Post
from engagement.privacy.queries.subject import Subject, rows_about, rows_by
from engagement.privacy.rules.naming import Wording, replaced
from engagement.stakeholders.commitments.models import Commitment
from engagement.stakeholders.interactions.models import InteractionParty, InteractionWording
from engagement.stakeholders.models import Stakeholder

WITHOUT_CONCERNS = (
    " What they said with their name, or answered, is left out too, because whoever saved this file may not read it: the "
    "person saves it with “Your data” at the foot of their own pages; for somebody who left, a change manager of everything "
    "who is an administrator as well does."
)
READ_ME = (
    "about_them is what is kept about the person. by_them is what they wrote or did; names of others whom it is about are "
    "left out. posts names the matters of others in which they have a post. What they said anonymously is not here, "
    "because nothing ties it to anybody."
)
SOMEBODY = "somebody else"
Row = dict[str, Any]


def data_of(person: Person, *, with_concerns: bool) -> dict[str, Any]:
    """Return the data of one person as plain values for a JSON file (dates in ISO 8601, instants in UTC).

    `about_them` and `by_them` hold rows by table; `posts` has one line for each post in something that belongs to
    somebody else. `with_concerns` adds their named concerns, and what they did in answering concerns.
    """
    account = account_of_person(person.id)
    who = Subject(person.id, account.id if account else None)
    own_names = {person.name, account.name if account else person.name}
    about: dict[str, list[Row]] = {}
    by: dict[str, list[Row]] = {}
    posts: list[Row] = []
    for table in Base.metadata.sorted_tables:
        if table.name in OF_CONCERNS and not with_concerns:
            continue
        if rows := _about(table, who, own_names):
            about[table.name] = rows
        if rows := [row for name in REACH[table.name].by for row in _by(table, name, who)]:
            by[table.name] = rows
        posts += [row for name, post in REACH[table.name].posts.items() for row in _posts(table, name, post, who)]
    read_me = READ_ME + ("" if with_concerns else WITHOUT_CONCERNS)
    return {"read_me": read_me, "about_them": about, "by_them": by, "posts": posts}


def _about(table: Table, who: Subject, own_names: set[str]) -> list[Row]:
    columns = [column for column in table.columns if column.name not in REACH[table.name].without]
    found = select(*columns).where(rows_about(table, who)).order_by(*table.primary_key.columns)
    rows = [_plain_row(row) for row in db.session.execute(found).mappings()]
    if table is InteractionWording.__table__:
        return _without_others_who_took_part(rows, who)
    return _without_others(rows, own_names) if table is AuditEntry.__table__ else rows


def _without_others_who_took_part(rows: list[Row], who: Subject) -> list[Row]:
    """Return what was said, without the names of other stakeholders who were there."""
    others = _wordings_of_parties({row["interaction_id"] for row in rows}, but=who.person_id)
    return [
        {key: replaced(value, others[row["interaction_id"]], SOMEBODY) for key, value in row.items()} for row in rows
    ]


def _by(table: Table, name: str, who: Subject) -> list[Row]:
    columns = [table.c[column] for column in REACH[table.name].by[name]]
    key, named = _NAMED_BY.get(table.name, ("stakeholder_id", _wordings_of_stakeholders))
    whom = table.c.get(key)
    found = select(*columns, *([whom] if whom is not None else [])).where(rows_by(table, name, who))
    rows = [_plain_row(row) for row in db.session.execute(found.order_by(*table.primary_key.columns)).mappings()]
    if whom is None:
        return rows
    wordings = named({row[key] for row in rows})
    return [
        {name: replaced(value, wordings.get(row[key], ()), SOMEBODY) for name, value in row.items() if name != key}
        for row in rows
    ]


def _posts(table: Table, name: str, post: Post, who: Subject) -> list[Row]:
    found = select(table).where(who.is_in(table.c[name])).order_by(*table.primary_key.columns)
    return [
        {
            "thing": post.thing,
            "reference": " ".join(str(row[column]) for column in post.named_by),
            "post": post.word,
            "since": _plain(row[post.since]) if post.since else None,
            "until": _plain(row[post.until]) if post.until else None,
        }
        for row in db.session.execute(found).mappings()
    ]


def _wordings_of_stakeholders(ids: set[int]) -> Mapping[int, Sequence[Wording]]:
    """Return how texts about these stakeholders may name them, by id."""
    rows = db.session.scalars(select(Stakeholder).where(Stakeholder.id.in_(ids)))
    return {row.id: [Wording.of_name(name) for name in _names_of(row) if name] for row in rows}


def _wordings_of_parties(ids: set[int], but: int | None = None) -> Mapping[int, Sequence[Wording]]:
    """Return how texts about these interactions may name those who took part, but for one person, by id."""
    rows = db.session.execute(
        select(InteractionParty.interaction_id, InteractionParty.stakeholder_id)
        .join(Stakeholder, Stakeholder.id == InteractionParty.stakeholder_id)
        .where(InteractionParty.interaction_id.in_(ids), Stakeholder.person_id.is_distinct_from(but))
    ).all()
    known = _wordings_of_stakeholders({stakeholder_id for _, stakeholder_id in rows})
    found: dict[int, list[Wording]] = {interaction_id: [] for interaction_id in ids}
    for interaction_id, stakeholder_id in rows:
        found[interaction_id] += known[stakeholder_id]
    return found


def _wordings_of_promises(ids: set[int]) -> Mapping[int, Sequence[Wording]]:
    """Return how texts about these promises may name the stakeholder, by id."""
    whom = dict(
        db.session.execute(select(Commitment.id, Commitment.stakeholder_id).where(Commitment.id.in_(ids))).all()
    )
    known = _wordings_of_stakeholders(set(whom.values()))
    return {key: known[stakeholder_id] for key, stakeholder_id in whom.items()}


#: Tables whose rows lead to the stakeholders whom their words may name by another column than `stakeholder_id`.
_NAMED_BY: Mapping[str, tuple[str, Callable[[set[int]], Mapping[int, Sequence[Wording]]]]] = {
    "interaction_wording": ("interaction_id", _wordings_of_parties),
    "commitment_move": ("commitment_id", _wordings_of_promises),
}


def _names_of(stakeholder: Stakeholder) -> list[str]:
    person = stakeholder.person
    # The whole name first, so that it isn't replaced in parts.
    return [stakeholder.title, person.first_name, person.last_name] if person else [stakeholder.title]


def _without_others(rows: list[Row], own_names: set[str]) -> list[Row]:
    """Return audit entries without the names of other people in old and new values."""
    texts = {text for row in rows for text in _texts_in([row["subject_name"], row["changes"]])} - own_names
    others = _names_among(texts)
    return [_each_text(row, lambda text: SOMEBODY if text in others else text) for row in rows]


def _names_among(texts: set[str]) -> set[str]:
    asked = sorted(texts)
    slices = [asked[start : start + 500] for start in range(0, len(asked), 500)]
    return {name for part in slices for name in db.session.scalars(select(Person.name).where(Person.name.in_(part)))}


def _texts_in(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from _texts_in(entry)


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each_text(entry, change) for entry in value]
    if isinstance(value, dict):
        return {key: _each_text(entry, change) for key, entry in value.items()}
    return value


def _plain_row(row: Mapping[Any, Any]) -> Row:
    return {str(name): _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
