"""Who comes back or has a number that changed hands has rights only as an administrator says; undoing opens nothing either."""

import pytest
from factories import TESTER
from intake.companies import ADA, BEN, CY, DEE, EVERYBODY, bring_in, person, stage
from intake.guarded_sign_ins import STOLEN, guard, other_administrator

from engagement.accounts import actions, queries
from engagement.accounts.actions import account_for_person, grant_role, make_account
from engagement.accounts.addresses.queries import waiting_sign_ins
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.intake.actions.runs import undo_run
from engagement.intake.comparing.queries.sign_ins import sign_ins_touched

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.parametrize("way", ["file", "undoing", "page"])
@pytest.mark.parametrize("held", ["auditor of a department", "password", "lead", None])
def test_who_comes_back_has_their_rights_when_an_administrator_says_so(way: str, held: str | None) -> None:
    other_administrator()
    bring_in(*EVERYBODY)
    account = guard(held) if held else account_for_person(person("2"))
    left = stage(ADA, CY, DEE)
    ends = (
        [] if held is None else [sentence for sentence in sign_ins_touched(left) if "ben@example.com ends" in sentence]
    )
    assert len(ends) == (held is not None)
    left = bring_in(ADA, CY, DEE)
    db.session.refresh(account)
    assert not account.is_active
    if way == "page":
        actions.return_with_sign_in(person("2"), by=TESTER)
    elif way == "undoing":
        undo_run(left, by=TESTER)
    else:
        run = stage(*EVERYBODY)
        assert len(sign_ins_touched(run)) == (held is not None)
        bring_in(*EVERYBODY)
    db.session.refresh(account)
    assert not person("2").has_left
    assert account.is_active is (held is None)
    assert [row.account for row in waiting_sign_ins()] == ([account] if held else [])
    if held:
        actions.reactivate(account, by=TESTER)
        assert account.is_active
        assert waiting_sign_ins() == []


def test_who_waits_and_leaves_again_waits_again_when_they_return() -> None:
    other_administrator()
    bring_in(*EVERYBODY)
    account = guard("password")
    for _ in range(2):
        bring_in(ADA, CY, DEE)
        db.session.refresh(account)
        assert (account.is_active, account.returned_at) == (False, None)
        bring_in(*EVERYBODY)
        assert [row.account for row in waiting_sign_ins()] == [account]
    actions.end_with_leaving(person("2"), by=TESTER)
    assert account.returned_at is None
    actions.return_with_sign_in(person("2"), by=TESTER)
    assert [row.account for row in waiting_sign_ins()] == [account]
    actions.deactivate(account, by=TESTER)
    assert waiting_sign_ins() == []


def test_a_number_that_changes_hands_takes_no_guarded_sign_in_along() -> None:
    bring_in(*EVERYBODY)
    guard("auditor of a department")
    run = stage(ADA, "2,mallory@example.com,Mallory,Malone,Operations,,", CY, DEE)
    assert [p["kind"] for p in run.problems] == ["number_held"]
    # Of somebody without rights it is pointed out, as before.
    run = stage(ADA, BEN, "3,mallory@example.com,Mallory,Malone,Operations,,", DEE)
    assert [p["kind"] for p in run.problems] == ["number_of_other"]


def test_undoing_gives_no_guarded_sign_in_another_address() -> None:
    bring_in(*EVERYBODY)
    account = account_for_person(person("2"))
    moved = bring_in(ADA, STOLEN, CY, DEE)
    grant_role(account, Role.AUDITOR, by=TESTER)
    db.session.flush()
    undo_run(moved, by=TESTER)
    assert person("2").email == "ben@example.com"
    assert queries.account_by_email("mallory@example.com") is account
    assert len(waiting_sign_ins()) == 1


def test_undoing_gives_nobody_an_address_that_somebody_signs_in_with_by_now() -> None:
    bring_in(*EVERYBODY)
    moved = bring_in(ADA, STOLEN, CY, DEE)
    grant_role(make_account("ben@example.com", "Ruth Root", by=TESTER), Role.AUDITOR, by=TESTER)
    db.session.flush()
    with pytest.raises(RuleBroken, match="belong to somebody else by now"):
        undo_run(moved, by=TESTER)
