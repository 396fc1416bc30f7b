"""Imports taken back, on both engines: what is restored, what stands against it, what becomes of places that are gone."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from intake.companies import ADA, BEN, CY, DEE, INES, bring_in, entries, person, tally
from sqlalchemy import select

from engagement import clock
from engagement.accounts import actions as accounts
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.intake.actions import runs as actions
from engagement.intake.applying.queries import merged_since, sign_ins_undone
from engagement.intake.rules import RunStatus
from engagement.people import actions as people
from engagement.people.by_hand.actions import change_delivery_details
from engagement.people.models import Department, Person
from engagement.people.queries import headcount, roles_of
from engagement.verbs import Verb

EVERYBODY = (ADA, BEN, CY, DEE)


def as_it_stands() -> list[tuple[object, ...]]:
    """What undoing restores of everybody, with the sign-in."""
    found = []
    for number in "1234":
        who = person(number)
        account = account_of(who)
        ended = account.deactivated_at if account else None
        roles = roles_of([who.id])
        found.append((who.email, who.department_id, who.manager_id, who.searched_by, who.left_at, ended, roles))
    return found


def account_of(who: Person) -> Account | None:
    return db.session.scalar(select(Account).where(Account.person_id == who.id))


def test_an_import_is_undone(app: Flask, frozen: time_machine.Traveller) -> None:
    bring_in(*EVERYBODY)
    before = {
        n: (person(n).email, person(n).department_id, person(n).manager_id, person(n).searched_by) for n in "1234"
    }
    roles = roles_of([person(n).id for n in "1234"])
    frozen.shift(timedelta(hours=1))
    run = bring_in(
        ADA, BEN.replace("ben@", "cy@"), CY.replace("cy@", "ben@").replace("Operations/Claims,ada@example.com,user;builder", "Finance,,support"),
        "5,eva@example.com,Eva,Lu,Finance,ben@example.com,user",
    )  # fmt: skip
    assert tally(run) == {"new": 1, "changed": 1, "moved": 1, "unchanged": 1, "left": 1}
    frozen.shift(timedelta(hours=1))
    actions.undo_run(run, by=INES)
    after = {n: (person(n).email, person(n).department_id, person(n).manager_id, person(n).searched_by) for n in "1234"}
    assert after == before
    assert roles_of([person(n).id for n in "1234"]) == roles
    assert (person("5").left_at, person("4").left_at) == (clock.now(), None)
    assert (run.status, entries("undid import")) == (RunStatus.UNDONE, 1)
    assert tally(bring_in(*EVERYBODY)) == {"unchanged": 4}


def test_an_import_that_something_newer_touched_is_not_undone(app: Flask) -> None:
    bring_in(*EVERYBODY)
    run = bring_in(ADA, BEN.replace("Bitdiddle", "Byte"), CY, DEE)
    people.mark_as_left(person("2"), by=INES)
    refusal = "One person of this import changed again since. Put this person right by hand."
    with pytest.raises(RuleBroken, match=f"^{refusal}$"):
        actions.undo_run(run, by=INES)


def test_the_newer_import_that_stands_against_undoing_is_named(app: Flask) -> None:
    bring_in(*EVERYBODY)
    older = bring_in(ADA, BEN.replace("Bitdiddle", "Byte"), CY.replace("Fect", "Byte"), DEE)
    newer = bring_in(*EVERYBODY)
    newer.filename = "tuesday.csv"
    with pytest.raises(RuleBroken) as refused:
        actions.undo_run(older, by=INES)
    assert refused.value.sentence == (
        "2 people of this import changed again since. Undo the newer import “tuesday.csv” first, or put them right one by one."
    )


def test_imports_are_undone_one_after_the_other_the_newest_first(app: Flask, frozen: time_machine.Traveller) -> None:
    bring_in(*EVERYBODY)
    accounts.account_for_person(person("2"))
    before = as_it_stands()
    frozen.shift(timedelta(hours=1))
    leaving = bring_in(ADA, DEE.replace("ada@example.com", ""))
    between = as_it_stands()
    for _ in range(2):
        frozen.shift(timedelta(hours=1))
        returning = bring_in(ADA, BEN.replace("Claims", "Billing"), CY.replace("Fect", "Back"), DEE)
        renaming = bring_in(ADA, BEN.replace("Bitdiddle", "Byte"), CY, DEE)
        frozen.shift(timedelta(hours=1))
        actions.undo_run(renaming, by=INES)
        actions.undo_run(returning, by=INES)
        assert as_it_stands() == between
    frozen.shift(timedelta(hours=1))
    actions.undo_run(leaving, by=INES)
    assert as_it_stands() == before
    assert (leaving.status, tally(bring_in(*EVERYBODY))) == (RunStatus.UNDONE, {"unchanged": 4})


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_change_by_hand_beside_an_undone_newer_import_still_counts(app: Flask, when: str) -> None:
    bring_in(*EVERYBODY)
    older = bring_in(ADA, BEN.replace("Bitdiddle", "Byte"), CY, DEE)
    newer = bring_in(ADA, BEN.replace("Bitdiddle", "Bit"), CY, DEE)
    if when == "before":
        actions.undo_run(newer, by=INES)
    change_delivery_details(person("2"), language="ja", by=INES)
    if when == "after":
        with pytest.raises(RuleBroken):
            actions.undo_run(newer, by=INES)
    with pytest.raises(RuleBroken, match="One person of this import changed again since"):
        actions.undo_run(older, by=INES)


def department(path: str) -> Department:
    return db.session.scalars(select(Department).where(Department.path == path)).one()


def test_undoing_brings_people_into_the_successor_of_a_merged_department(app: Flask) -> None:
    bring_in(*EVERYBODY)
    run = bring_in(ADA, BEN, CY, DEE.replace("Finance", "Sales"))
    for old, new in (("Finance", "Sales"), ("Sales", "Operations/Claims")):
        people.merge_department(department(old), department(new), by=INES)
    actions.undo_run(run, by=INES)
    assert (person("4").department.path, headcount()) == ("Operations/Claims", 4)
    assert merged_since(run) == [("Finance", "Operations/Claims")]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "undid import")).one()
    assert entry.changes == {
        "moved": [None, 1], "unchanged": [None, 3], "people of Finance": ["Finance", "Operations/Claims"],
    }  # fmt: skip
    assert department("Finance").closed_at is not None


def test_undoing_opens_a_department_that_was_closed_without_a_successor(app: Flask) -> None:
    bring_in(*EVERYBODY)
    run = bring_in(ADA, BEN.replace("Operations/Claims", "Sales"), CY.replace("Operations/Claims", "Sales"), DEE)
    department("Operations/Claims").closed_at = clock.now()
    actions.undo_run(run, by=INES)
    assert (person("2").department.path, department("Operations/Claims").closed_at) == ("Operations/Claims", None)


def open_paths() -> list[str]:
    db.session.expire_all()
    return list(
        db.session.scalars(select(Department.path).where(Department.closed_at.is_(None)).order_by(Department.path))
    )


def test_undoing_closes_the_departments_that_it_had_made_and_nobody_uses(app: Flask) -> None:
    bring_in(*EVERYBODY)
    before = open_paths()
    eva, guy = "5,eva@example.com,Eva,Lu,New/Deep/Place,ada@example.com,user", "6,guy@example.com,Guy,Lu,Used/Place,,"
    run = bring_in(*EVERYBODY[:3], DEE.replace("Finance", "Finance/Treasury"), eva, guy)
    people.add_person("Olu Ade", "olu@example.com", department=department("Used/Place"), by=INES)
    actions.undo_run(run, by=INES)
    assert open_paths() == [*before, "Used", "Used/Place"]
    assert entries("closed department") == 4
    assert (person("5").department, person("6").department.path) == (None, "Used/Place")
    assert person("4").department.path == "Finance"


def test_a_department_that_something_else_names_stays_open(app: Flask) -> None:
    bring_in(ADA)
    run = bring_in(ADA, BEN.replace("Operations/Claims", "Lead/One"), CY.replace("Operations/Claims", "Lead/Two"))
    account = accounts.account_for_person(person("1"))
    accounts.grant_role(account, Role.TRAINER, by=INES, department_id=department("Lead/One").id)
    actions.undo_run(run, by=INES)
    assert open_paths() == ["Lead", "Lead/One", "Operations"]


def test_a_file_opens_departments_again_that_undoing_closed(app: Flask) -> None:
    bring_in(ADA)
    actions.undo_run(bring_in(ADA, BEN), by=INES)
    assert open_paths() == ["Operations"]
    run = bring_in(ADA, BEN.replace("Operations/Claims", "New/Place"))
    actions.undo_run(run, by=INES)
    assert open_paths() == ["Operations"]
    assert tally(bring_in(ADA, BEN.replace("Operations/Claims", "New/Place"))) == {"returned": 1, "unchanged": 1}
    assert open_paths() == ["New", "New/Place", "Operations"]


def older_administrator() -> Account:
    """Ben as who set the service up, before any file: with a password and the role, and nobody in the directory."""
    account = accounts.make_account("ben@example.com", "Ben Bitdiddle", by=INES, password="four plain words here")
    accounts.grant_role(account, Role.ADMINISTRATOR, by=INES)
    db.session.flush()
    return account


def test_an_import_ties_the_sign_ins_that_are_older_and_undoing_leaves_them_as_before(
    app: Flask, frozen: time_machine.Traveller
) -> None:
    ben = older_administrator()
    version = ben.session_version
    for times in (1, 2):
        frozen.shift(timedelta(hours=1))
        run = bring_in(*EVERYBODY)
        assert account_of(person("2")) is ben
        assert sign_ins_undone(run) == [
            "Ben Bitdiddle (administrator) keeps the sign-in ben@example.com, which was there before; it belongs to nobody in "
            "the directory then."
        ]
        frozen.shift(timedelta(hours=1))
        actions.undo_run(run, by=INES)
        db.session.expire_all()
        assert person("2").has_left
        assert (ben.person, ben.email, ben.is_active, ben.session_version) == (None, "ben@example.com", True, version)
        assert (entries(Verb.TIED_SIGN_IN), entries(Verb.UNTIED_SIGN_IN)) == (times, times)


def test_undoing_unties_a_sign_in_that_was_tied_by_signing_in_since(app: Flask) -> None:
    run = bring_in(ADA, CY, DEE, BEN.replace("ben@", "other@"))
    ben = older_administrator()
    person("2").email = "ben@example.com"
    db.session.flush()
    assert accounts.account_for_person(person("2")) is ben
    others = accounts.account_for_person(person("1"))
    actions.undo_run(run, by=INES)
    db.session.expire_all()
    assert (ben.person, ben.is_active) == (None, True)
    assert (others.person, others.is_active) == (person("1"), False)
