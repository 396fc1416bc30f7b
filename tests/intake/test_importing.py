"""Imports from file to directory, on both engines: what changes, what stays, what is refused, what is undone."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from intake.companies import ADA, BEN, CY, DEE, INES, bring_in, csv_of, entries, person, stage, tally
from sqlalchemy import func, select

from engagement import clock
from engagement.accounts import actions as accounts
from engagement.accounts.rules import Role
from engagement.audiences.actions import give_role_by_rule, save_audience, settle_training_roles, withdraw_role_rule
from engagement.audit import Actor, AuditEntry
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.intake import queries
from engagement.intake.actions import runs as actions
from engagement.intake.actions.importing import Asked, import_people
from engagement.intake.models import ImportChange, ImportRun, StagedMatch, StagedPerson, StagedReference
from engagement.intake.reading.queries.files import open_file
from engagement.intake.reading.rules.problems import UnreadableFile
from engagement.intake.rules import ChangeKind, RunStatus
from engagement.people import actions as people
from engagement.people.by_hand.actions import change_delivery_details
from engagement.people.models import Department, Person, PersonRole
from engagement.people.queries import headcount, roles_of, roles_with_origin
from engagement.people.rules import RoleOrigin, TrainingRole

EVERYBODY = (ADA, BEN, CY, DEE)


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


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


def test_staging_writes_nothing_to_the_directory(app: Flask) -> None:
    run = stage(*EVERYBODY)
    assert tally(run) == {"new": 4}
    assert run.new_departments == ["Finance", "Operations", "Operations/Claims"]
    assert count(Person) == count(Department) == count(AuditEntry) == 0


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


def test_what_was_pointed_out_in_a_preview_does_not_count_as_new(app: Flask) -> None:
    bring_in(*EVERYBODY)
    run = stage(BEN.replace("ben@", "bo@").replace("Ben,Bitdiddle", "Bo,Diddley"), full=False)
    people.name_department_manager(person("4").department, person("4"), by=INES)
    assert (actions.apply_run(run, by=INES).is_applied, len(run.problems), run.problems_total) == (True, 1, 1)


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


def test_what_somebody_else_has_staged_stays_when_a_run_is_over(app: Flask) -> None:
    file, olu = open_file(csv_of(ADA, BEN), "people.csv"), Actor(None, "Olu Ade")
    theirs = actions.stage_file(file, full=False, skip_bad=False, by=olu)
    bring_in(*EVERYBODY, full=False)
    assert (count(StagedPerson), count(StagedMatch)) == (2, 2)
    assert actions.apply_run(theirs, by=olu).is_staged
    assert tally(actions.apply_run(theirs, by=olu)) == {"unchanged": 2}
    assert (count(StagedPerson), count(StagedMatch), count(StagedReference)) == (0, 0, 0)
    assert tally(bring_in(*EVERYBODY)) == {"unchanged": 4}


def test_managers_new_in_the_same_file_and_unknown_ones(app: Flask) -> None:
    run = bring_in(BEN.replace("ada@", "nobody@"), "8,eva@example.com,Eva,Lu,Finance,ben@example.com,")
    assert (person("2").manager, person("8").manager.name) == (None, "Ben Bitdiddle")
    assert run.counts["warnings"] == 1
    again = bring_in(BEN.replace("ada@", "nobody@"), "8,eva@example.com,Eva,Lu,Finance,ben@example.com,")
    assert tally(again) == {"unchanged": 2}


def test_the_warning_about_a_manager_who_left_says_that_there_will_be_none(app: Flask) -> None:
    """Ada’s team keeps her until a file names somebody else; Dee had nobody who reported to her."""
    bring_in(*EVERYBODY)
    for number in ("1", "4"):
        people.mark_as_left(person(number), by=INES)
    run = stage(BEN, CY.replace("ada@", "dee@"), full=False)
    assert [problem["sentence"] for problem in run.problems] == [
        "Line 3: The manager “dee@example.com” is neither in this file nor among the people who are here, "
        "so this person will have no manager."
    ]
    actions.apply_run(run, by=INES)
    assert (tally(run), person("2").manager, person("3").manager) == ({"changed": 1, "unchanged": 1}, person("1"), None)


def test_who_is_given_as_their_own_manager_has_none(app: Flask) -> None:
    run = bring_in(ADA.replace("Operations,,", "Operations,ada@example.com,"), BEN)
    assert (tally(run), person("1").manager) == ({"new": 2}, None)
    assert run.problems[0]["severity"] == "warning"
    assert tally(bring_in(ADA.replace("Operations,,", "Operations,ada@example.com,"), BEN)) == {"unchanged": 2}


def test_reporting_lines_in_a_circle_stop_the_file(app: Flask) -> None:
    run = stage(ADA.replace("Operations,,", "Operations,ben@example.com,"), BEN, CY, DEE)
    assert (run.count("bad_rows"), run.is_blocked) == (2, True)
    with pytest.raises(RuleBroken, match="2 rows have errors"):
        actions.apply_run(run, by=INES)
    assert count(Person) == 0


def test_a_circle_that_closes_outside_of_a_part_of_the_staff_stops_the_file(app: Flask) -> None:
    bring_in(ADA, BEN, CY.replace("ada@", "ben@"), DEE)
    closing = ADA.replace("Operations,,", "Operations,cy@example.com,")
    run = stage(closing, DEE, full=False)
    assert (run.count("bad_rows"), run.is_blocked) == (1, True)
    assert [problem["sentence"] for problem in run.problems] == [
        "Line 2: The reporting line runs in a circle: Ada Lovelace (line 2) reports to Cy Fect reports to Ben Bitdiddle "
        "reports to Ada Lovelace. Correct the manager of one of them."
    ]
    with pytest.raises(RuleBroken, match="One row has errors"):
        actions.apply_run(run, by=INES)
    skipping = bring_in(closing, DEE + "support", full=False, skip_bad=True)
    assert (tally(skipping), person("1").manager) == ({"changed": 1}, None)


def test_a_circle_through_somebody_new_is_found_and_one_in_the_directory_is_not_the_file_s(app: Flask) -> None:
    bring_in(ADA, BEN, CY)
    newcomer = "9,eve@example.com,Eve,Hall,Finance,ben@example.com,"
    run = stage(newcomer, ADA.replace("Operations,,", "Operations,eve@example.com,"), full=False, skip_bad=True)
    assert (run.count("bad_rows"), tally(run)) == (2, {})
    person("1").manager_id = person("2").id
    db.session.commit()
    assert tally(bring_in(newcomer, full=False)) == {"new": 1}


def test_a_circle_that_closes_between_preview_and_applying_stops_the_file(app: Flask) -> None:
    bring_in(ADA, BEN, CY.replace("ada@example.com", ""))
    run = stage(ADA.replace("Operations,,", "Operations,cy@example.com,"), full=False)
    assert not run.is_blocked
    file, other = open_file(csv_of(CY.replace("ada@", "ben@")), "people.csv"), Actor(None, "Olu Ade")
    actions.apply_run(actions.stage_file(file, full=False, skip_bad=False, by=other), by=other)
    assert actions.apply_run(run, by=INES).is_staged
    assert (run.is_blocked, len(run.problems), person("1").manager) == (True, 1, None)
    with pytest.raises(RuleBroken, match="One row has errors"):
        actions.apply_run(run, by=INES)


def test_a_department_of_eight_levels_is_made_with_its_parents(app: Flask) -> None:
    path = "/".join(f"Level {n}" for n in range(1, 9))
    bring_in(BEN.replace("Operations/Claims", path))
    rows = db.session.scalars(select(Department).order_by(Department.lineage)).all()
    assert [row.lineage.count("/") for row in rows] == list(range(2, 10))
    assert (rows[-1].path, person("2").department_id) == (path, rows[-1].id)


def test_a_merged_department_is_read_as_its_successor(app: Flask) -> None:
    bring_in(*EVERYBODY)
    old, new = (
        db.session.scalars(select(Department).where(Department.path == p)).one()
        for p in ("Operations/Claims", "Finance")
    )
    people.merge_department(old, new, by=INES)
    assert tally(bring_in(*EVERYBODY)) == {"unchanged": 4}
    db.session.refresh(old)
    assert old.closed_at is not None


def test_a_renamed_department_is_known_by_its_former_name(app: Flask) -> None:
    bring_in(*EVERYBODY)
    operations = person("1").department
    people.rename_department(operations, "Service", by=INES)
    assert tally(bring_in(*EVERYBODY)) == {"unchanged": 4}
    run = bring_in(*EVERYBODY, "5,eva@example.com,Eva,Lu,Operations/Letters,,")
    assert (tally(run), person("5").department.path) == ({"new": 1, "unchanged": 4}, "Service/Letters")
    assert tally(bring_in(*EVERYBODY, "5,eva@example.com,Eva,Lu,Operations/Letters,,")) == {"unchanged": 5}
    assert tally(bring_in(ADA.replace("Operations", "Service"), BEN, CY, DEE, full=False)) == {"unchanged": 4}


def test_heads_of_departments_follow_from_who_reports_to_whom(app: Flask) -> None:
    team = [f"{n},p{n}@example.com,P,{n},Claims,{'lead' if n > 23 else 'head'}@example.com," for n in range(20, 30)]
    bring_in(
        ADA,
        "10,head@example.com,He,Ad,Claims,ada@example.com,",
        "11,lead@example.com,Le,Ad,Claims,head@example.com,",
        *team,
    )
    claims = db.session.scalars(select(Department).where(Department.path == "Claims")).one()
    assert claims.manager.name == "He Ad"


def test_many_leavers_have_to_be_confirmed(app: Flask) -> None:
    rows = [f"{n},p{n}@example.com,P,{n},Claims,," for n in range(10)]
    bring_in(*rows)
    run = stage(*rows[:7])
    with pytest.raises(RuleBroken, match="3 of 10 people are missing from this file"):
        actions.apply_run(run, by=INES)
    assert headcount() == 10
    actions.apply_run(run, confirm_leavers=True, by=INES)
    assert headcount() == 7


def test_good_rows_alone_are_imported_when_asked_to(app: Flask) -> None:
    bring_in(*EVERYBODY)
    bad = "3,not an address,Cy,Fect,Finance,,"
    with pytest.raises(RuleBroken):
        bring_in(ADA, BEN, bad, "5,eva@example.com,Eva,Lu,Finance,,")
    run = bring_in(ADA, BEN, bad, "5,eva@example.com,Eva,Lu,Finance,,", skip_bad=True)
    assert (tally(run), run.counts["bad_rows"]) == ({"new": 1, "unchanged": 2, "left": 1}, 1)
    assert (person("3").left_at, person("3").department.path) == (None, "Operations/Claims")


def test_a_row_that_may_be_about_anybody_lets_nobody_leave(app: Flask) -> None:
    bring_in(*EVERYBODY)
    run = bring_in(ADA, BEN, ",,Nameless,Somebody,Finance,,", skip_bad=True)
    assert (tally(run), headcount()) == ({"unchanged": 2}, 4)


def test_a_directory_that_changed_since_the_preview_is_compared_anew_and_shown_before_anything_is_applied(
    app: Flask,
) -> None:
    bring_in(*EVERYBODY)
    run = stage(*EVERYBODY, "5,eva@example.com,Eva,Lu,Finance,,")
    people.add_person("Eva Lu", "eva@example.com", by=INES, employee_id="5", first_name="Eva", last_name="Lu")
    people.add_person("Guy Outside", "guy@example.com", by=INES)
    actions.apply_run(run, confirm_leavers=True, by=INES)
    assert (run.status, tally(run), headcount()) == (RunStatus.STAGED, {"moved": 1, "unchanged": 4, "left": 1}, 6)
    assert [who.name for who in queries.people_of_run(run, ChangeKind.LEFT)] == ["Guy Outside"]
    actions.apply_run(run, confirm_leavers=True, by=INES)
    assert (run.status, headcount()) == (RunStatus.APPLIED, 5)


def test_what_somebody_set_by_hand_after_the_preview_is_not_overwritten_unseen(app: Flask) -> None:
    header = "employee_id,email,name,timezone,language"
    rows = ("1,ada@example.com,Ada,Europe/London,en", "2,ben@example.com,Ben,Europe/London,en")
    bring_in(*rows, header=header)
    run = stage(rows[0].replace(",en", ",de"), rows[1], header=header, full=False)
    assert tally(run) == {"changed": 1, "unchanged": 1}
    change_delivery_details(person("2"), timezone="Asia/Tokyo", language="ja", by=INES)
    actions.apply_run(run, by=INES)
    assert (run.status, person("1").language) == (RunStatus.STAGED, "en")
    assert tally(run) == {"changed": 1, "unchanged": 1}
    stays = [problem["sentence"].partition(",")[0] for problem in run.problems]
    assert stays == ["Line 3: Ben: the language stays “ja”", "Line 3: Ben: the time zone stays “Asia/Tokyo”"]
    actions.apply_run(run, by=INES)
    assert (run.status, person("1").language, person("2").language) == (RunStatus.APPLIED, "de", "ja")
    assert person("2").timezone == "Asia/Tokyo"


def _set_another_old_value() -> None:
    change_delivery_details(person("2"), language="ja", by=INES)


def _let_leave() -> None:
    people.mark_as_left(person("2"), by=INES)


def _let_the_manager_leave() -> None:
    people.mark_as_left(person("1"), by=INES)


def _merge_the_newcomers_department() -> None:
    old, new = (people.make_department(path, by=INES) for path in ("Finance", "Operations"))
    people.merge_department(old, new, by=INES)


@pytest.mark.parametrize(
    "change", [_set_another_old_value, _let_leave, _let_the_manager_leave, _merge_the_newcomers_department]
)
def test_each_other_outcome_than_the_previewed_is_shown_first(app: Flask, change: Callable[[], None]) -> None:
    header = "employee_id,email,name,department,manager_email,language"
    ben = "2,ben@example.com,Ben,Operations,cy@example.com,en"
    bring_in("1,ada@example.com,Ada,Finance,,en", ben, "3,cy@example.com,Cy,Finance,,en", header=header)
    new = "7,new@example.com,New,Finance,ada@example.com,en"
    run = stage(ben.replace(",en", ",de"), new, header=header, full=False)
    change()
    assert actions.apply_run(run, by=INES).is_staged
    assert actions.apply_run(run, by=INES).is_applied


def test_changes_that_have_nothing_to_do_with_a_preview_do_not_hold_it_up(app: Flask) -> None:
    bring_in(*EVERYBODY)
    boss = "5,eva@example.com,Eva,Lu,Finance/New,,"
    run = stage(BEN.replace("ada@", "eva@").replace("Claims", "New"), CY, boss, full=False)
    assert tally(run) == {"new": 1, "moved": 1, "unchanged": 1}
    people.add_person("Guy Outside", "guy@example.com", by=INES)
    change_delivery_details(person("2"), works_from="09:00", works_until="17:00", by=INES)
    people.make_department("Elsewhere", by=INES)
    people.mark_as_left(person("4"), by=INES)
    actions.apply_run(run, by=INES)
    assert (run.status, person("2").manager.name) == (RunStatus.APPLIED, "Eva Lu")


def test_work_that_stops_half_way_leaves_nothing(app: Flask) -> None:
    bring_in(*EVERYBODY)
    db.session.commit()

    def stop(doing: str, _share: float) -> None:
        if doing == "Writing the audit":
            raise KeyboardInterrupt

    run = stage(ADA, BEN.replace("Bitdiddle", "Byte"), "5,eva@example.com,Eva,Lu,Finance/New,,")
    with pytest.raises(KeyboardInterrupt):
        actions.apply_run(run, confirm_leavers=True, by=INES, progress=stop)
    db.session.rollback()
    assert (headcount(), person("2").name) == (4, "Ben Bitdiddle")
    assert db.session.scalars(select(Department).where(Department.path == "Finance/New")).all() == []
    assert tally(bring_in(*EVERYBODY)) == {"unchanged": 4}


def test_a_second_file_of_the_same_person_drops_the_first(app: Flask) -> None:
    first = stage(*EVERYBODY)
    second = stage(ADA)
    assert (first.status, second.status) == (RunStatus.DISCARDED, RunStatus.STAGED)
    assert db.session.scalars(select(StagedPerson.run_id).distinct()).all() == [second.id]
    with pytest.raises(RuleBroken, match="discarded already"):
        actions.apply_run(first, by=INES)


def test_the_last_administrator_keeps_their_sign_in(app: Flask, tmp_path: Path) -> None:
    bring_in(*EVERYBODY)
    accounts.grant_role(accounts.account_for_person(person("2")), Role.ADMINISTRATOR, by=INES)
    db.session.commit()
    run = stage(ADA, CY, DEE)
    refusal = "Every administrator would lose their sign-in"
    with pytest.raises(RuleBroken, match=f"^{refusal}"):
        actions.apply_run(run, confirm_leavers=True, by=INES)
    db.session.rollback()
    path = tmp_path / "people.csv"
    path.write_bytes(csv_of(ADA, CY, DEE))
    how: dict[str, Any] = {"saved_mapping": None, "full": True, "skip_bad": False, "confirm_leavers": True}
    with pytest.raises(RuleBroken, match=f"this would be refused: {refusal}"):
        import_people(path, Asked(dry_run=True, **how), by=INES, say=str)


def test_a_file_without_known_columns_is_not_staged(app: Flask) -> None:
    with pytest.raises(UnreadableFile, match="no column for the e-mail address"):
        stage("Ada", header="Who")
    assert count(ImportRun) == 0


def test_people_of_a_preview_are_listed_with_their_changes(app: Flask) -> None:
    bring_in(*EVERYBODY)
    run = stage(
        ADA,
        BEN.replace("Operations/Claims,ada@example.com", "New/Place,eva@example.com"),
        CY,
        "5,eva@example.com,Eva,Lu,Finance,,",
    )
    [moved] = queries.people_of_run(run, ChangeKind.MOVED)
    assert [(c.field, c.old, c.new) for c in moved.changes] == [
        ("department", "Operations/Claims", "New/Place"), ("manager", "Ada Lovelace", "Eva Lu"),
    ]  # fmt: skip
    assert [(p.name, p.line) for p in queries.people_of_run(run, ChangeKind.NEW)] == [("Eva Lu", 5)]
    assert [(p.name, p.line) for p in queries.people_of_run(run, ChangeKind.LEFT)] == [("Dee Ploy", None)]


def test_a_backslash_and_a_path_survive_the_bulk_writer(app: Flask) -> None:
    header = "employee_id,email,name,location"
    bring_in(r"1,ada@example.com,Ada \N Love\tlace,C:\new", header=header)
    assert (person("1").name, person("1").location) == (r"Ada \N Love\tlace", r"C:\new")


def test_a_file_is_staged_with_its_problems(app: Flask) -> None:
    run = stage(ADA, BEN.replace("ben@example.com", "ben at home"), CY)
    assert (tally(run), run.counts["bad_rows"], run.problems_total) == ({"new": 2}, 1, 1)


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
