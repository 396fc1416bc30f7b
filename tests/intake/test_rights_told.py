"""What is said of rights before a file or a merge touches them, and what waits for an administrator; on both engines."""

from typing import Any

import pytest
from factories import TESTER, make_department, make_wave
from intake.companies import ADA, BEN, CY, DEE, EVERYBODY, bring_in, person, stage
from intake.guarded_sign_ins import PASSWORD, STOLEN, audited, guard, letters, other_administrator
from sqlalchemy import delete

from engagement import clock
from engagement.accounts import actions, queries
from engagement.accounts.actions import account_for_person, grant_role, make_account, set_password
from engagement.accounts.addresses import actions as addresses
from engagement.accounts.addresses.queries import former_names, posts_in_words, waiting_sign_ins
from engagement.accounts.merging.actions import merge_department
from engagement.accounts.merging.queries import grown_by_merging
from engagement.accounts.rules import Role
from engagement.accounts.sign_ins.actions import ask_for_link
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.intake.actions import runs as actions_of_files
from engagement.intake.applying.queries import sign_ins_affected, sign_ins_undone
from engagement.intake.comparing.queries.sign_ins import sign_ins_touched
from engagement.mail.models import Delivery

pytestmark = pytest.mark.usefixtures("app")


def test_merging_is_told_by_which_roles_it_would_let_reach_more_people() -> None:
    bring_in(*EVERYBODY)
    account = guard("auditor of a department")
    claims, finance, sales = (make_department(path) for path in ("Operations/Claims", "Finance", "Sales"))
    found = grown_by_merging(claims, finance)
    assert [(grant.account, reached) for grant, reached in found] == [(account, claims)]
    assert [(grant.account, reached) for grant, reached in grown_by_merging(finance, claims)] == [(account, claims)]
    assert grown_by_merging(claims, sales) == []


def test_a_role_moves_along_when_its_department_is_merged() -> None:
    bring_in(*EVERYBODY)
    account = guard("auditor of a department")
    finance, sales = make_department("Finance"), make_department("Sales")
    grant_role(account, Role.TRAINER, by=TESTER, department_id=finance.id)
    grant_role(account, Role.TRAINER, by=TESTER, department_id=sales.id)
    assert [grant.role for grant in merge_department(finance, sales, by=TESTER)] == [Role.AUDITOR, Role.TRAINER]
    held = [(grant.role, grant.department_id) for grant in queries.open_grants(account.id)]
    assert held == [(Role.TRAINER, sales.id), (Role.AUDITOR, sales.id)]
    assert queries.reader_of(account, "UTC").in_departments == {
        (Role.TRAINER, sales.lineage),
        (Role.AUDITOR, sales.lineage),
    }
    moved = [entry.changes for entry in audited(account) if entry.verb == "moved role"]
    assert moved == [{"auditor in": ["Finance", "Sales"]}, {"trainer in": ["Finance", "Sales"]}]


def test_a_file_that_moves_people_to_where_a_role_holds_says_so() -> None:
    bring_in(*EVERYBODY)
    guard("auditor of a department")
    moved = (BEN.replace("Operations/Claims", "Finance"), CY.replace("Operations/Claims", "Finance/Ledger"))
    run = stage(ADA, *moved, DEE)
    assert (
        "Ben Bitdiddle, who is auditor in Finance, will reach 2 people whom this file moves there."
        in sign_ins_touched(run)
    )
    # Nobody is reached anew who is only new, moves within, or moves away.
    bring_in(ADA, *moved, DEE)
    new = "9,new@example.com,Nea,New,Finance,,"
    within, away = DEE.replace("Finance", "Finance/Ledger"), moved[0].replace("Finance", "Operations/Claims")
    assert sign_ins_touched(stage(ADA, away, moved[1], within, new)) == []


def test_a_post_whose_address_somebody_else_signs_in_with_waits_without_one() -> None:
    bring_in(*EVERYBODY)
    make_wave(lead=person("2"))
    person("2").email = None
    db.session.flush()
    set_password(make_account("ben@example.com", "Ruth Root", by=TESTER), PASSWORD, by=TESTER)
    db.session.flush()
    person("2").email = "ben@example.com"
    db.session.flush()
    run = stage(ADA, STOLEN, CY, DEE)
    assert (
        "Line 3: Ben Bitdiddle has a post, but ben@example.com is the sign-in of Ruth Root; Ben Bitdiddle signs in with "
        "mallory@example.com when an administrator confirms it."
    ) in sign_ins_touched(run)
    bring_in(ADA, STOLEN, CY, DEE)
    assert queries.account_by_email("ben@example.com").name == "Ruth Root"
    assert queries.account_by_email("mallory@example.com") is None
    [waiting] = waiting_sign_ins()
    assert (waiting.account.name, waiting.former, waiting.address) == (
        "Ben Bitdiddle",
        "no address so far",
        "mallory@example.com",
    )


def test_a_post_without_any_address_waits_for_an_administrator_too() -> None:
    bring_in(*EVERYBODY)
    make_wave(lead=person("2"))
    person("2").email = None
    db.session.flush()
    run = stage(ADA, STOLEN, CY, DEE)
    assert sign_ins_touched(run) == [
        "Line 3: Ben Bitdiddle has a post and had no address until now, and signs in with mallory@example.com when an "
        "administrator confirms it."
    ]
    bring_in(ADA, STOLEN, CY, DEE)
    assert ask_for_link("mallory@example.com") is None
    [waiting] = waiting_sign_ins()
    assert waiting.account.link_asked_at is not None
    addresses.confirm_address(waiting.account, "mallory@example.com", by=TESTER)
    assert ask_for_link("mallory@example.com") is waiting.account
    assert (waiting_sign_ins(), waiting.account.link_asked_at) == ([], None)
    assert letters() == ["mallory@example.com"] * 2


@pytest.mark.parametrize("way", ["administrator", "lead", "password"])
def test_undoing_says_before_and_after_whose_sign_in_ends_or_waits(way: str, frozen: Any) -> None:
    other_administrator()
    bring_in(ADA, CY, DEE)
    run = bring_in(*EVERYBODY)
    account = guard(way)
    named = "Ben Bitdiddle (administrator)" if way == "administrator" else "Ben Bitdiddle"
    frozen.shift(60)
    assert sign_ins_undone(run) == [f"{named} counts as having left: their sign-in ben@example.com ends."]
    actions_of_files.undo_run(run, by=TESTER)
    assert sign_ins_undone(run) == []
    assert sign_ins_affected(run) == [f"{named}: the sign-in ben@example.com has ended."]
    assert not account.is_active
    leaving = bring_in(ADA, BEN, CY, DEE)
    actions.reactivate(account, by=TESTER)
    frozen.shift(60)
    leaving = bring_in(ADA, CY, DEE)
    assert sign_ins_affected(leaving) == [f"{named}: the sign-in ben@example.com has ended."]
    stays = "stays ended until an administrator lets them in."
    assert sign_ins_undone(leaving) == [f"{named} is back, but their sign-in ben@example.com {stays}"]
    frozen.shift(60)
    actions_of_files.undo_run(leaving, by=TESTER)
    assert sign_ins_affected(leaving) == [f"{named}: the sign-in ben@example.com {stays}"]


def test_undoing_says_nothing_of_sign_ins_without_rights() -> None:
    other_administrator()
    bring_in(ADA, CY, DEE)
    run = bring_in(*EVERYBODY)
    account_for_person(person("2"))
    assert sign_ins_undone(run) == []
    actions_of_files.undo_run(run, by=TESTER)
    assert sign_ins_affected(run) == []


def test_many_addresses_are_confirmed_at_once_with_a_letter_to_each_mailbox_and_an_entry_each() -> None:
    bring_in(*EVERYBODY)
    accounts = [account_for_person(person(number)) for number in ("1", "2", "3")]
    for account in accounts:
        set_password(account, PASSWORD, by=TESTER)
    bring_in(*(row.replace("@example.com", "@example.org") for row in EVERYBODY))
    db.session.execute(delete(Delivery))
    addresses.confirm_addresses({account.id: account.person.email for account in accounts}, by=TESTER)
    assert letters() == sorted(f"{name}@example.{end}" for name in ("ada", "ben", "cy") for end in ("com", "org"))
    for account in accounts:
        assert [entry.verb for entry in audited(account)][-1] == "confirmed sign-in address"
    assert waiting_sign_ins() == []
    shown = {accounts[0].id: "ada@example.org", accounts[1].id: "ben@example.com"}
    with pytest.raises(RuleBroken, match="another address for this person"):
        addresses.confirm_addresses(shown, by=TESTER)


def test_what_waits_is_shown_with_former_names_and_posts(frozen: Any) -> None:
    bring_in(*EVERYBODY)
    leader = person("2")
    wave = make_wave(lead=leader)
    wave.sponsor = wave.programme.sponsor = leader
    db.session.flush()
    bring_in(ADA, BEN.replace("Ben,Bitdiddle", "Mallory,Mole"), CY, DEE)
    ben = person("2").id
    assert former_names([ben, person("1").id]) == {ben: ("Ben Bitdiddle", clock.now())}
    wanted = [f"leads {wave.title}", f"sponsors {wave.title}", f"sponsors {wave.programme.name}"]
    assert posts_in_words([ben, person("1").id]) == {ben: wanted}
