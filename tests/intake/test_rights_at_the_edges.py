"""Addresses, numbers and posts at the edges: outside the directory, after leaving, and while an administrator is waited for."""

import pytest
from factories import TESTER, make_wave
from intake.companies import ADA, CY, DEE, EVERYBODY, bring_in, person, stage
from intake.guarded_sign_ins import STOLEN, give_post, guard, other_administrator

from engagement.accounts import actions, queries
from engagement.accounts.actions import account_for_person
from engagement.accounts.addresses import actions as addresses
from engagement.accounts.addresses.queries import waiting_sign_ins
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.intake.comparing.queries.sign_ins import sign_ins_touched
from engagement.people.models import Person

pytestmark = pytest.mark.usefixtures("app")


def test_an_address_of_an_administrator_outside_the_directory_is_never_taken() -> None:
    root = other_administrator()
    bring_in(ADA, "9,root@example.com,Ruth,Root,Finance,,")
    make_wave(lead=person("9"))
    moved = "9,mallory@example.com,Ruth,Root,Finance,,"
    assert sign_ins_touched(stage(ADA, moved)) == [
        "Line 3: Ruth Root goes on signing in with root@example.com until an administrator confirms mallory@example.com; "
        "both addresses are told."
    ]
    bring_in(ADA, moved)
    db.session.expire_all()
    assert (root.email, root.person_id, root.is_active) == ("root@example.com", person("9").id, True)
    assert queries.account_by_email("mallory@example.com") is None
    assert [row.account for row in waiting_sign_ins()] == [root]


def test_who_gives_addresses_up_takes_none_from_a_guarded_sign_in() -> None:
    root = other_administrator()
    with pytest.raises(RuleBroken, match=r"root@example\.com is the sign-in of Ruth Root"):
        addresses.give_up(root)
    assert root.email == "root@example.com"


def test_nobody_who_signs_in_is_left_without_an_address() -> None:
    other_administrator()
    bring_in(ADA, "9,ruth@example.com,Ruth,Root,Finance,,")
    theirs = account_for_person(person("9"))
    same = "9,root@example.com,Ruth,Root,Finance,,"
    run = stage(ADA, same)
    assert [problem["kind"] for problem in run.problems] == ["address_held"]
    assert "Ruth Root has another sign-in already" in run.problems[0]["sentence"]
    bring_in(ADA, same, skip_bad=True)
    db.session.expire_all()
    assert theirs.email == "ruth@example.com"
    # Whatever else changes the directory is refused as a whole.
    person("9").email = "root@example.com"
    with pytest.raises(RuleBroken, match="so Ruth Root can’t have it"):
        addresses.follow_directory(Person.id == theirs.person_id, by=TESTER)


@pytest.mark.parametrize("state", ["waits", "ended", "waits with a post"])
def test_a_number_takes_no_sign_in_along_that_an_administrator_may_let_in_again(state: str) -> None:
    other_administrator()
    bring_in(*EVERYBODY)
    account = guard("lead" if state == "waits with a post" else "administrator")
    if state == "ended":
        actions.deactivate(account, by=TESTER)
    else:
        bring_in(ADA, CY, DEE)
        bring_in(*EVERYBODY)
    run = stage(ADA, "2,mallory@example.com,Mallory,Malone,Operations,,", CY, DEE)
    assert [problem["kind"] for problem in run.problems] == ["number_held"]


@pytest.mark.parametrize("way", ["lead", "sponsor of a wave", "sponsor"])
@pytest.mark.parametrize("has_other", [False, True])
def test_a_post_of_somebody_who_left_goes_to_nobody_with_a_new_address(way: str, has_other: bool) -> None:
    bring_in(*EVERYBODY)
    give_post(way)
    newcomers = ["9,ben@example.com,Eve,Newcomer,Finance,,"] if has_other else []
    bring_in(ADA, CY, DEE, *newcomers)
    eve = account_for_person(person("9")) if has_other else None
    assert sign_ins_touched(stage(ADA, STOLEN, CY, DEE, *newcomers)) == [
        "Line 3: Ben Bitdiddle is back to a post with another address, and signs in with mallory@example.com when an "
        "administrator lets them in."
    ]
    bring_in(ADA, STOLEN, CY, DEE, *newcomers)
    account = queries.account_of_person(person("2").id)
    assert account is not None
    assert not account.is_active
    assert queries.account_by_email("mallory@example.com") is None
    assert queries.account_by_email("ben@example.com") is (eve if has_other else account)
    [waiting] = waiting_sign_ins()
    assert (waiting.account, waiting.has_returned, waiting.has_other_address) == (account, True, True)
