"""Changes of who is on the map twice: saying that two are not the same, and merging two into one."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Table, delete, select, update

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import Base, db, insert_new, rows_changed
from engagement.errors import RuleBroken
from engagement.stakeholders.actions.mapping import open_places, told_of
from engagement.stakeholders.commitments.actions.promising import close_promised_twice
from engagement.stakeholders.duplicates.models import Distinction
from engagement.stakeholders.duplicates.rules import merged
from engagement.stakeholders.entries.actions import write_entries
from engagement.stakeholders.entries.queries import EntryHeld
from engagement.stakeholders.entries.rules import EntryChange
from engagement.stakeholders.health.actions import empty_judgements, hand_over_judgements
from engagement.stakeholders.models import Stakeholder, StakeholderRemoval
from engagement.stakeholders.relations.actions import hand_over_relations
from engagement.stakeholders.rhythm.actions import hand_over_rhythm
from engagement.stakeholders.rules import StakeholderKind
from engagement.stakeholders.standings.actions import empty_labels
from engagement.stakeholders.standings.queries.posts import holders_of_posts
from engagement.verbs import Verb

#: What becomes of rows about somebody who is merged, by the column that points to them. A test fails for a column that is not here.
#: They go to the one who stays;
MOVED = (
    "body.stakeholder_id",
    "commitment.stakeholder_id",
    "stakeholder_copy.stakeholder_id",
    "stakeholder_note.stakeholder_id",
)
#: they go there unless the same is said of the one who stays already;
SHARED = ("interaction_party.stakeholder_id",)
#: they are dated statements of what was true, and are read on the page of the one who stays. What holds still of rhythms, judgements
#: and relations is handed over by those who know their rules.
STAYING = (
    "contact_rhythm.stakeholder_id",
    "health_judgement.stakeholder_id",
    "stakeholder.merged_into_id",
    "stakeholder_distinction.other_id",
    "stakeholder_distinction.stakeholder_id",
    "stakeholder_place.stakeholder_id",
    "stakeholder_profile.stakeholder_id",
    "stakeholder_relation.from_id",
    "stakeholder_relation.to_id",
    "stakeholder_removal.stakeholder_id",
    "stakeholder_standing.stakeholder_id",
)


def say_not_the_same(one: Stakeholder, other: Stakeholder, *, by: Actor) -> None:
    """Remember that two who look alike are two, so that they are not proposed again. Saying it twice changes nothing."""
    first, second = sorted((one.id, other.id))
    saying = insert_new(Distinction).values(
        stakeholder_id=first, other_id=second, said_at=clock.now(), said_by_id=by.account_id
    )
    if rows_changed(saying.on_conflict_do_nothing()):
        audit.record(Verb.TOLD_APART, told_of(one), by=by, other_entry=(None, other.id))
        db.session.flush()


def merge_stakeholders(kept: EntryHeld, gone: EntryHeld, taken: Collection[str], *, on: date, by: Actor) -> Stakeholder:
    """Make two entries one: `kept` stays, with what is `taken` from `gone` (see `rules.CHOSEN`) and the maps of both.

    Notes, interactions and the like go to the one who stays. What was said of the other stays in the history, and its address leads
    on. Raises RuleBroken for two different people or departments, and for a person or department that would be lost.
    """
    stays, goes = kept.stakeholder, gone.stakeholder
    _refuse_two(stays, goes)
    labelled = _is_labelled(kept, gone, taken, on)
    after = merged(kept.entry, gone.entry, taken, is_labelled=labelled)
    words = {place: row.words for each in (stays, goes) for place, row in open_places(each).items()}
    _let_go(goes, stays, by)
    reason = "Taken over when two entries were merged." if after.standing != kept.entry.standing else ""
    before = kept.entry if labelled else merged(kept.entry, kept.entry, (), is_labelled=False)
    write_entries([EntryChange(stays.id, stays.title, before, after, reason)], words, by=by)
    for column in (*MOVED, *SHARED):
        _move(column, goes.id, stays.id, is_shared=column in SHARED)
    close_promised_twice(stays, by=by)
    hand_over_rhythm(goes, stays, by=by)
    hand_over_relations(goes, stays, on=on, by=by)
    hand_over_judgements(goes.id, stays.id)
    if not labelled:
        every = [stays.id, *db.session.scalars(select(Stakeholder.id).where(Stakeholder.merged_into_id == stays.id))]
        empty_labels(every[1:])
        empty_judgements(every)
    audit.record(Verb.MERGED_STAKEHOLDERS, told_of(stays), by=by, merged_entry=(None, goes.id))
    db.session.flush()
    db.session.expire_all()
    return stays


def _refuse_two(stays: Stakeholder, goes: Stakeholder) -> None:
    if stays.id == goes.id:
        raise RuleBroken("Choose two different entries.")
    if goes.kind is StakeholderKind.OUTSIDE:
        return
    if (stays.kind, stays.person_id, stays.department_id) != (goes.kind, goes.person_id, goes.department_id):
        raise RuleBroken(f"{goes.title} is in the directory, so this entry has to stay. Merge the other one into it.")


def _is_labelled(kept: EntryHeld, gone: EntryHeld, taken: Collection[str], on: date) -> bool:
    if kept.stakeholder.kind is not StakeholderKind.PERSON:
        return True
    represents = (gone if "represents" in taken else kept).entry.represents
    return bool(represents) or kept.stakeholder.person_id in holders_of_posts(on)


def _let_go(goes: Stakeholder, stays: Stakeholder, by: Actor) -> None:
    """Take the one off the map for good, with all who were merged into it before."""
    db.session.add(
        StakeholderRemoval(stakeholder_id=goes.id, reason="", removed_at=clock.now(), removed_by_id=by.account_id)
    )
    db.session.flush()
    rows_changed(
        update(Stakeholder)
        .where((Stakeholder.id == goes.id) | (Stakeholder.merged_into_id == goes.id))
        .values(merged_into_id=stays.id)
    )


def _move(name: str, goes: int, stays: int, *, is_shared: bool) -> None:
    table_name, column_name = name.split(".")
    table: Table = Base.metadata.tables[table_name]
    column = table.c[column_name]
    moving = update(table).where(column == goes).values({column_name: stays})
    if not is_shared:
        rows_changed(moving)
        return
    others = [each for each in table.primary_key.columns if each is not column]
    twin = table.alias()
    same = [twin.c[each.name] == each for each in others]
    there = select(twin.c[column_name]).where(twin.c[column_name] == stays, *same).exists()
    rows_changed(moving.where(~there))
    rows_changed(delete(table).where(column == goes))
