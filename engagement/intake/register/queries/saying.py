"""What one row says of a stakeholder, read on top of what is said now, and what keeps it from being said."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import Any, TypeVar

from engagement.addresses import kept_form
from engagement.db import db
from engagement.intake.register.queries.cells import as_texts
from engagement.intake.register.queries.knowledge import Knowledge
from engagement.intake.register.queries.maps import Maps
from engagement.intake.register.rules import FileRow, RegisterField, RowRefused, read_or, word_in
from engagement.people.models import Department, Person
from engagement.stakeholders.entries.queries import EntryHeld
from engagement.stakeholders.entries.rules import Entry, EntryChange, Place, Subject
from engagement.stakeholders.rules import (
    IN_DIRECTORY,
    Contact,
    StakeholderGroup,
    StakeholderKind,
    contact_problems,
    name_problem,
    represents_problem,
    role_problem,
)
from engagement.stakeholders.standings.rules import (
    LABELS,
    LONGEST_REASON,
    NOT_LABELLED,
    WHY,
    Level,
    Standing,
    replaces,
    tenths_of,
    written,
)

F = RegisterField
Value = TypeVar("Value")
_JUDGED = {"influence": F.POWER, "interest": F.INTEREST, "impact": F.IMPACT}
_LEVELS = {"level_now": F.LEVEL_NOW, "level_wanted": F.LEVEL_WANTED}


class Saying:
    """One row held against an entry, or against nothing for somebody new; `problems` are what is wrong with it."""

    def __init__(self, row: FileRow, known: Knowledge, held: EntryHeld | None, subject: Subject) -> None:
        self.problems: list[str] = []
        self._row, self._known, self._held, self._subject = row, known, held, subject
        self._stands_there = as_texts(known.cells.of(held)) if held else {}

    @property
    def title(self) -> str:
        """The name of somebody new."""
        if self._subject.person_id is not None:
            return db.session.get_one(Person, self._subject.person_id).name
        if self._subject.department_id is not None:
            return db.session.get_one(Department, self._subject.department_id).path
        return self._subject.name

    def change(self) -> EntryChange | None:
        """Return what would become of the stakeholder; None if nothing would, or if there are problems."""
        before, reason = self._before(), self._reason()
        after = self._after(before)
        if after is None or self.problems or before == after:
            return None
        self._check(before, after, reason)
        stands_anew = (before.standing if before else Standing()) != after.standing
        key, title = (self._held.stakeholder.id, self._held.stakeholder.title) if self._held else (None, self.title)
        return None if self.problems else EntryChange(key, title, before, after, reason if stands_anew else "")

    def _before(self) -> Entry | None:
        """Return what is said now; of somebody who isn't labelled once the row is applied, without levels and impact."""
        if self._held is None:
            return None
        entry = self._held.entry
        if self._known.is_labelled(self._subject, self._represents(entry.represents), self._held):
            return entry
        return replace(entry, standing=replace(entry.standing, **dict.fromkeys(LABELS)))

    def _text(self, field: RegisterField) -> str | None:
        """Return the text of a column; None without one, or if it says what our own file says."""
        text = self._row.texts.get(field.value)
        return None if self._held and text == self._stands_there[field] else text

    def _said(self, field: RegisterField, otherwise: Value, read: Callable[[str], Value]) -> Value:
        text = self._text(field)
        return otherwise if text is None else read_or(self.problems, otherwise, lambda: read(text))

    def _represents(self, otherwise: str) -> str:
        text = self._text(F.REPRESENTS)
        return otherwise if text is None else text

    def _reason(self) -> str:
        return self._text(F.REASON) or ""

    def _after(self, before: Entry | None) -> Entry | None:
        group = self._said(F.GROUP, before.group if before else None, self._group)
        places = self._said(F.MAPS, before.places if before else None, self._known.maps.read)
        if group is None and not self._text(F.GROUP):
            self.problems.append("The group is missing. Somebody new needs one under stakeholder_group.")
        if not places and not self.problems:
            self.problems.append("No map is named. Write at least one programme or wave under maps.")
        owner = self._said(F.OWNER, (before.owner_id, before.owner_name) if before else (None, ""), self._owner)
        represents = self._represents(before.represents if before else "")
        standing = self._standing(before.standing if before else Standing(), represents)
        contact = self._contact(before.contact if before else Contact())
        if group is None or not places:
            return None
        return Entry(
            subject=self._subject,
            group=group,
            places=places,
            role=self._said(F.ROLE, before.role if before else "", str),
            represents=represents,
            owner_id=owner[0],
            owner_name=owner[1],
            contact=contact,
            standing=standing,
        )

    def _group(self, text: str) -> StakeholderGroup:
        if not text:
            raise RowRefused("The group is missing. Write one under stakeholder_group.")
        return word_in(StakeholderGroup, text)

    def _owner(self, text: str) -> tuple[int | None, str]:
        if not text:
            return None, ""
        person = self._known.person(text, text)
        if person is None:
            raise RowRefused(f"Nobody whom you may name has the address or number “{text[:80]}”, given as owner.")
        return person.id, person.name

    def _standing(self, stood: Standing, represents: str) -> Standing:
        values: dict[str, Any] = asdict(stood)
        for name, field in _JUDGED.items():
            values[name] = self._said(field, values[name], tenths_of)
        for name, field in _LEVELS.items():
            values[name] = self._said(field, values[name], lambda text: word_in(Level, text) if text else None)
        labelled = self._known.is_labelled(self._subject, represents, self._held)
        if not labelled and any(values[name] is not None for name in LABELS):
            self.problems.append(NOT_LABELLED)
            return stood
        return Standing(**values)

    def _contact(self, before: Contact) -> Contact:
        if self._subject.kind is not StakeholderKind.OUTSIDE:
            return before
        contact = Contact(
            self._said(F.ORGANISATION, before.organisation, str),
            self._said(F.ADDRESS, before.email, kept_form),
            self._said(F.LANGUAGE, before.language, str),
        )
        self.problems += contact_problems(contact).values()
        if contact.email and contact.email != before.email and self._known.person(contact.email, ""):
            self.problems.append(IN_DIRECTORY)
        return contact

    def _check(self, before: Entry | None, after: Entry, reason: str) -> None:
        """Note what forbids a change, as it would be forbidden by hand."""
        held = self._held
        if held and held.removed_at is not None:
            self.problems.append(f"{held.stakeholder.title} was taken off the map. Put them back first.")
        elif held and not self._known.may_change(held):
            self.problems.append("They stand on maps that you don’t keep, so you can’t change what is said of them.")
        foreign = after.places - self._known.maps.planned
        if foreign and not self.problems:
            self.problems.append(f"You don’t keep the map of {self._known.maps.cell(foreign)}.")
        others = [each for each in self._known.entries_of(after.subject) if each is not held and not each.removed_at]
        if any(_overlap(after.places, each.entry.places) for each in others):
            self.problems.append("They are on this map already. Change that entry instead.")
        texts = [role_problem(after.role), represents_problem(after.subject.kind, after.represents)]
        texts += [name_problem(after.subject.name)] if after.subject.kind is StakeholderKind.OUTSIDE else []
        self.problems += filter(None, texts)
        if len(reason) > LONGEST_REASON:
            self.problems.append(f"Keep the reason under {LONGEST_REASON:,} characters.")
        if before and replaces(before.standing, after.standing) and not reason:
            self.problems.append(f"{WHY} Write it under reason.")


def _overlap(some: frozenset[Place], others: frozenset[Place]) -> bool:
    return any(
        one[0] == other[0] and (one[1] is None or other[1] is None or one[1] == other[1])
        for one in some
        for other in others
    )


def differences(change: EntryChange, maps: Maps) -> Iterator[tuple[str, str, str]]:
    """Yield what changes, in words: what it is, the old value ("" for somebody new), the new one."""
    before = _told(change.before, maps) if change.before else {}
    for what, new in _told(change.after, maps).items():
        if new != before.get(what, ""):
            yield what, before.get(what, ""), new


def _told(entry: Entry, maps: Maps) -> dict[str, str]:
    said, contact = entry.standing, entry.contact
    return {
        "name": entry.subject.name,
        "organisation": contact.organisation,
        "mail address": contact.email,
        "language": contact.language,
        "group": entry.group.word,
        "role": entry.role,
        "speaks for": entry.represents,
        "looked after by": entry.owner_name,
        "on the map of": maps.cell(entry.places),
        "power": _judgement(said.influence),
        "interest": _judgement(said.interest),
        "impact on them": _judgement(said.impact),
        "engagement now": said.level_now.word if said.level_now else "",
        "engagement wanted": said.level_wanted.word if said.level_wanted else "",
    }


def _judgement(tenths: int | None) -> str:
    return "" if tenths is None else written(tenths)
