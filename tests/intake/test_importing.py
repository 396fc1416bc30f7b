"""Imports from file to directory, on both engines: what changes, what stays, and whose address it is."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from intake.companies import ADA, BEN, CY, DEE, EVERYBODY, INES, bring_in, count, csv_of, entries, person, stage, tally
from sqlalchemy import select

from engagement import clock
from engagement.accounts import actions as accounts
from engagement.audiences.actions import give_role_by_rule, save_audience, settle_training_roles, withdraw_role_rule
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.intake import queries
from engagement.intake.actions import runs as actions
from engagement.intake.actions.importing import Asked, import_people
from engagement.intake.models import ImportChange, StagedMatch, StagedPerson
from engagement.intake.reading.queries.files import open_file
from engagement.intake.rules import ChangeKind
from engagement.people import actions as people
from engagement.people.models import PersonRole
from engagement.people.queries import headcount, roles_of, roles_with_origin
from engagement.people.rules import RoleOrigin, TrainingRole


def test_first_import_fills_the_directory(app: Flask, frozen: time_machine.Traveller) -> None:
    run = bring_in(*EVERYBODY)
    ben = person("2")
    assert tally(run) == {"new": 4}
    assert (ben.name, ben.email, ben.department.path, ben.manager.name) == (
        "Ben Bitdiddle", "ben@example.com", "Operations/Claims", "Ada Lovelace",
    )  # fmt: skip
    assert ben.searched_by == "ben bitdiddle ben@example.com 2"
    assert roles_of([person("3").id])[person("3").id] == [TrainingRole.USER, TrainingRole.BUILDER]
    assert entries("added person") == 4
    assert entries("imported people") == 1
    assert count(StagedPerson) == count(StagedMatch) == 0


def test_the_same_file_twice_changes_nothing(app: Flask) -> None:
    bring_in(*EVERYBODY)
    before = count(AuditEntry)
    run = bring_in(*EVERYBODY)
    assert tally(run) == {"unchanged": 4}
    assert count(AuditEntry) == before + 1
    assert db.session.scalars(select(ImportChange).where(ImportChange.run_id == run.id)).all() == []


def test_somebody_who_moves_is_recorded_with_old_and_new(app: Flask) -> None:
    bring_in(*EVERYBODY)
    run = bring_in(ADA, BEN.replace("Operations/Claims", "Finance/Payables").replace(",user", ",builder"), CY, DEE)
    assert tally(run) == {"moved": 1, "unchanged": 3}
    assert person("2").department.path == "Finance/Payables"
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "moved person")).one()
    assert entry.changes == {
        "department": ["Operations/Claims", "Finance/Payables"],
        "training roles": ["user", "builder"],
    }
    [change] = queries.people_of_run(run, ChangeKind.MOVED)
    assert [(c.field, c.old, c.new) for c in change.changes if c.field == "training roles"] == [
        ("training roles", "User", "Builder")
    ]


def test_somebody_missing_leaves_and_comes_back(app: Flask, frozen: time_machine.Traveller) -> None:
    bring_in(*EVERYBODY)
    account = accounts.account_for_person(person("2"))
    version = account.session_version
    run = bring_in(ADA, CY, DEE)
    assert tally(run) == {"unchanged": 3, "left": 1}
    assert person("2").left_at == clock.now()
    assert (account.deactivated_at, account.session_version) == (clock.now(), version + 1)
    frozen.shift(timedelta(days=3))
    run = bring_in(ADA, BEN.replace("Bitdiddle", "Back"), CY, DEE)
    assert tally(run) == {"unchanged": 3, "returned": 1}
    assert (person("2").left_at, person("2").name) == (None, "Ben Back")
    db.session.refresh(account)
    assert account.deactivated_at is None


def test_a_leaver_s_number_is_not_given_to_somebody_else(app: Flask, frozen: time_machine.Traveller) -> None:
    bring_in(*EVERYBODY)
    accounts.account_for_person(person("2"))
    bring_in(ADA, CY, DEE)
    stranger = "2,mallory@example.com,Mallory,Stranger,Finance,,"
    run = stage(stranger, full=False)
    assert [problem["sentence"] for problem in run.problems] == [
        "Line 2: The employee number “2” is that of Ben Bitdiddle, who left on 14 April 2026; this row has another name and "
        "another address. If it is the same person, take Ben Bitdiddle back on their page first. If it is somebody else, "
        "give them a number of their own."
    ]
    with pytest.raises(RuleBroken, match="One row has errors"):
        actions.apply_run(run, by=INES)
    accounts.return_with_sign_in(person("2"), by=INES)
    run = bring_in(stranger, full=False)
    assert tally(run) == {"moved": 1}
    assert [problem["sentence"] for problem in run.problems] == [
        "Line 2: The employee number “2” is that of Ben Bitdiddle, who becomes Mallory Stranger with another address. "
        "If Mallory Stranger is somebody else, give them a number of their own."
    ]


def test_a_sign_in_has_the_name_that_its_person_has_now(app: Flask) -> None:
    bring_in(*EVERYBODY)
    account = accounts.account_for_person(person("2"))
    run = bring_in(BEN.replace("Bitdiddle", "Byte"), full=False)
    db.session.refresh(account)
    assert account.name == "Ben Byte"
    actions.undo_run(run, by=INES)
    db.session.refresh(account)
    assert account.name == "Ben Bitdiddle"


def test_a_leaver_s_address_is_theirs_again_only_under_their_name(app: Flask) -> None:
    header = "email,name,department"
    bring_in("zoe@example.com,Zoë Brontë,Finance", "al@example.com,Al Ode,Finance", header=header)
    bring_in("al@example.com,Al Ode,Finance", header=header)
    run = bring_in("al@example.com,Al Ode,Finance", "zoe@example.com,Zoë Novak,Finance", header=header)
    assert tally(run) == {"new": 1, "unchanged": 1}
    bring_in("al@example.com,Al Ode,Finance", header=header)
    run = bring_in("al@example.com,Al Ode,Finance", "zoe@example.com,zoë brontë,Finance", header=header)
    assert tally(run) == {"returned": 1, "unchanged": 1}


def test_whoever_returns_after_a_return_was_undone_can_sign_in_again(
    app: Flask, frozen: time_machine.Traveller
) -> None:
    bring_in(*EVERYBODY)
    account = accounts.account_for_person(person("2"))
    bring_in(ADA, CY, DEE)
    left_at = clock.now()
    frozen.shift(timedelta(days=1))
    actions.undo_run(bring_in(*EVERYBODY), by=INES)
    db.session.refresh(account)
    assert (person("2").left_at, account.deactivated_at) == (left_at, left_at)
    frozen.shift(timedelta(days=1))
    bring_in(*EVERYBODY)
    db.session.refresh(account)
    assert (person("2").left_at, account.deactivated_at) == (None, None)


def test_a_partial_file_lets_nobody_leave(app: Flask) -> None:
    bring_in(*EVERYBODY)
    assert tally(bring_in(BEN, full=False)) == {"unchanged": 1}
    assert headcount() == 4


def test_two_people_swap_their_addresses(app: Flask) -> None:
    bring_in(*EVERYBODY)
    run = bring_in(ADA, BEN.replace("ben@", "cy@"), CY.replace("cy@", "ben@"), DEE)
    assert tally(run) == {"changed": 2, "unchanged": 2}
    assert (person("2").email, person("3").email) == ("cy@example.com", "ben@example.com")
    assert tally(bring_in(ADA, BEN.replace("ben@", "cy@"), CY.replace("cy@", "ben@"), DEE)) == {"unchanged": 4}


def test_an_address_goes_from_a_leaver_to_somebody_new(app: Flask) -> None:
    bring_in(*EVERYBODY)
    run = bring_in(ADA, CY, DEE, "9,ben@example.com,Ben,Novice,Finance,ada@example.com,")
    assert tally(run) == {"new": 1, "unchanged": 3, "left": 1}
    assert (person("9").email, person("2").left_at is not None) == ("ben@example.com", True)


def test_an_address_that_somebody_outside_the_file_keeps_is_a_problem(app: Flask) -> None:
    bring_in(*EVERYBODY)
    run = stage("9,ben@example.com,Ben,Novice,Finance,ada@example.com,", full=False)
    assert run.problems[0]["sentence"] == (
        "Line 2: “ben@example.com” is the address of Ben Bitdiddle, who keeps it. Correct one of the two."
    )
    with pytest.raises(RuleBroken, match="One row has errors"):
        actions.apply_run(run, by=INES)


def test_an_address_identifies_who_has_no_number(app: Flask) -> None:
    header = "email,name,department"
    bring_in("zoe@example.com,Zoë Brontë,Finance", header=header)
    run = bring_in("ZOE@example.com,Zoë Brontë-Ba,Finance", header=header)
    assert tally(run) == {"changed": 1}
    run = bring_in("77,zoe@example.com,Zoë,Brontë-Ba,Finance,,")
    assert tally(run) == {"changed": 1}
    assert person("77").searched_by == "zoe bronte-ba zoe@example.com 77"
    run = bring_in("zoe@example.com,Zoë Brontë-Ba,Finance", header=header)
    assert tally(run) == {"unchanged": 1}
    assert person("77").employee_id == "77"


def test_columns_that_are_absent_leave_values_alone_and_empty_cells_empty_them(app: Flask) -> None:
    bring_in(*EVERYBODY)
    assert tally(bring_in("2,ben@example.com,Ben Bitdiddle", header="employee_id,email,name", full=False)) == {
        "unchanged": 1
    }
    assert person("2").department.path == "Operations/Claims"
    run = bring_in("2,ben@example.com,Ben,Bitdiddle,,,", full=False)
    assert tally(run) == {"moved": 1}
    assert (person("2").department, person("2").manager, roles_of([person("2").id])) == (None, None, {})


def test_roles_given_by_hand_stay(app: Flask) -> None:
    bring_in(*EVERYBODY)
    people.give_roles(person("4"), [TrainingRole.SUPPORT], origin=RoleOrigin.HAND, by=INES)
    assert tally(bring_in(*EVERYBODY)) == {"unchanged": 4}
    assert tally(bring_in(ADA, BEN, CY, DEE + "support;user")) == {"changed": 1, "unchanged": 3}
    rows = db.session.scalars(select(PersonRole).where(PersonRole.person_id == person("4").id)).all()
    assert {(row.role, row.origin) for row in rows} == {
        (TrainingRole.SUPPORT, RoleOrigin.HAND), (TrainingRole.USER, RoleOrigin.FILE),
    }  # fmt: skip
    assert tally(bring_in(ADA, BEN, CY, DEE + "support;user")) == {"unchanged": 4}


def test_a_role_that_the_file_states_outlives_the_rule_that_gives_it_too(app: Flask) -> None:
    def origins() -> dict[TrainingRole, RoleOrigin]:
        return {row.role: row.origin for row in roles_with_origin(person("4").id)}

    bring_in(*EVERYBODY)
    finance = {"field": "department", "values": [person("4").department_id]}
    rule = give_role_by_rule(TrainingRole.SUPPORT, save_audience("Finance", finance, by=INES), by=INES)
    settle_training_roles(clock.now())
    assert origins() == {TrainingRole.SUPPORT: RoleOrigin.RULE}
    # A file that says nothing of the role leaves the rule alone.
    assert tally(bring_in(*EVERYBODY)) == {"unchanged": 4}
    stating = (ADA, BEN, CY, DEE + "support")
    run = bring_in(*stating)
    assert tally(run) == {"changed": 1, "unchanged": 3}
    assert origins() == {TrainingRole.SUPPORT: RoleOrigin.FILE}
    assert tally(bring_in(*stating)) == {"unchanged": 4}
    # Undone, or no longer stated, the rule gives it again.
    actions.undo_run(run, by=INES)
    settle_training_roles(clock.now())
    assert origins() == {TrainingRole.SUPPORT: RoleOrigin.RULE}
    bring_in(*stating)
    assert tally(bring_in(*EVERYBODY)) == {"changed": 1, "unchanged": 3}
    settle_training_roles(clock.now())
    assert origins() == {TrainingRole.SUPPORT: RoleOrigin.RULE}
    bring_in(*stating)
    withdraw_role_rule(rule, by=INES)
    settle_training_roles(clock.now())
    assert origins() == {TrainingRole.SUPPORT: RoleOrigin.FILE}
    assert tally(bring_in(*stating)) == {"unchanged": 4}


def test_a_backslash_and_a_path_survive_the_bulk_writer(app: Flask) -> None:
    header = "employee_id,email,name,location"
    bring_in(r"1,ada@example.com,Ada \N Love\tlace,C:\new", header=header)
    assert (person("1").name, person("1").location) == (r"Ada \N Love\tlace", r"C:\new")


def test_progress_is_told_while_rows_are_read_and_written(app: Flask) -> None:
    told: list[tuple[str, float]] = []
    rows = [f"{n},p{n}@example.com,P,{n},Claims,," for n in range(1, 2_002)]
    file = open_file(csv_of(*rows), "people.csv")
    run = actions.stage_file(file, full=True, skip_bad=False, by=INES, progress=lambda *seen: told.append(seen))
    actions.apply_run(run, by=INES, progress=lambda *seen: told.append(seen))
    shares = [share for _, share in told]
    assert [words for words, _ in told] == [
        "2,000 rows read",
        "Comparing 2,001 rows with the directory",
        "2,001 rows compared with the directory",
        "Writing 2,001 people",
        "Writing training roles",
        "Writing the audit",
        "Letting waves and training follow",
    ]
    assert shares == sorted(shares)
    assert 0.3 < shares[0] < shares[-1] < 1


def test_the_shell_says_what_it_did_and_refuses_in_one_sentence(app: Flask, tmp_path: Path) -> None:
    path, said = tmp_path / "people.csv", list[str]()
    path.write_bytes(csv_of(*EVERYBODY))
    how: dict[str, Any] = {"saved_mapping": None, "full": True, "skip_bad": False, "confirm_leavers": False}
    import_people(path, Asked(dry_run=True, **how), by=INES, say=said.append)
    assert (headcount(), said[0], said[1], said[-1]) == (
        0, "4 rows read", "4 new", "Nothing has changed. This is what would.",
    )  # fmt: skip
    import_people(path, Asked(dry_run=False, **how), by=INES, say=said.append)
    db.session.commit()
    assert (headcount(), said[-1]) == (4, "Applied.")
    import_people(path, Asked(dry_run=False, **how), by=INES, say=said.append)
    db.session.commit()
    assert said[-1] == "The directory says so already. Nothing changed."
    path.write_bytes(csv_of(ADA, BEN.replace("ben@", "ben at ")))
    with pytest.raises(RuleBroken, match="Nothing was imported: 1 row has errors"):
        import_people(path, Asked(dry_run=False, **how), by=INES, say=said.append)
    path.write_bytes(csv_of(ADA))
    with pytest.raises(RuleBroken, match="3 of 4 people are missing"):
        import_people(path, Asked(dry_run=False, **how), by=INES, say=said.append)
    with pytest.raises(BadInput, match="There is no saved mapping “Old HR”"):
        import_people(path, Asked(dry_run=True, **how | {"saved_mapping": "Old HR"}), by=INES, say=said.append)
    with pytest.raises(BadInput, match="can’t be read"):
        import_people(tmp_path / "none.csv", Asked(dry_run=True, **how), by=INES, say=said.append)
    assert headcount() == 4
