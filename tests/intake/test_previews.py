"""What a preview shows and applying keeps to: confirmations, changes since, and what holds up nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from intake.companies import ADA, BEN, CY, DEE, EVERYBODY, INES, bring_in, count, csv_of, person, stage, tally
from sqlalchemy import select

from engagement.accounts import actions as accounts
from engagement.accounts.rules import Role
from engagement.audit import Actor, AuditEntry
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.intake import queries
from engagement.intake.actions import runs as actions
from engagement.intake.actions.importing import Asked, import_people
from engagement.intake.models import ImportRun, StagedMatch, StagedPerson, StagedReference
from engagement.intake.reading.queries.files import open_file
from engagement.intake.reading.rules.problems import UnreadableFile
from engagement.intake.rules import ChangeKind, RunStatus
from engagement.people import actions as people
from engagement.people.by_hand.actions import change_delivery_details
from engagement.people.models import Department, Person
from engagement.people.queries import headcount


def test_staging_writes_nothing_to_the_directory(app: Flask) -> None:
    run = stage(*EVERYBODY)
    assert tally(run) == {"new": 4}
    assert run.new_departments == ["Finance", "Operations", "Operations/Claims"]
    assert count(Person) == count(Department) == count(AuditEntry) == 0


def test_what_was_pointed_out_in_a_preview_does_not_count_as_new(app: Flask) -> None:
    bring_in(*EVERYBODY)
    run = stage(BEN.replace("ben@", "bo@").replace("Ben,Bitdiddle", "Bo,Diddley"), full=False)
    people.name_department_manager(person("4").department, person("4"), by=INES)
    assert (actions.apply_run(run, by=INES).is_applied, len(run.problems), run.problems_total) == (True, 1, 1)


def test_what_somebody_else_has_staged_stays_when_a_run_is_over(app: Flask) -> None:
    file, olu = open_file(csv_of(ADA, BEN), "people.csv"), Actor(None, "Olu Ade")
    theirs = actions.stage_file(file, full=False, skip_bad=False, by=olu)
    bring_in(*EVERYBODY, full=False)
    assert (count(StagedPerson), count(StagedMatch)) == (2, 2)
    assert actions.apply_run(theirs, by=olu).is_staged
    assert tally(actions.apply_run(theirs, by=olu)) == {"unchanged": 2}
    assert (count(StagedPerson), count(StagedMatch), count(StagedReference)) == (0, 0, 0)
    assert tally(bring_in(*EVERYBODY)) == {"unchanged": 4}


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


def test_a_file_is_staged_with_its_problems(app: Flask) -> None:
    run = stage(ADA, BEN.replace("ben@example.com", "ben at home"), CY)
    assert (tally(run), run.counts["bad_rows"], run.problems_total) == ({"new": 2}, 1, 1)
