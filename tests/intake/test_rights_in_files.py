"""What a file would give away: sign-ins and rights stay with whom they were given to, whatever an HR file says."""

import pytest
from factories import TESTER, make_wave
from intake.companies import ADA, BEN, CY, DEE, EVERYBODY, bring_in, person, stage
from intake.guarded_sign_ins import STOLEN, audited, give_post, guard, letters, other_administrator
from sqlalchemy import select

from engagement import clock
from engagement.accounts import actions, queries
from engagement.accounts.actions import account_for_person
from engagement.accounts.addresses import actions as addresses
from engagement.accounts.addresses.queries import waiting_sign_ins
from engagement.accounts.links import rules as links
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.intake.comparing.queries.sign_ins import sign_ins_touched
from engagement.mail.models import Delivery
from engagement.people import actions as people
from engagement.people.rules import RoleOrigin, TrainingRole

pytestmark = pytest.mark.usefixtures("app")
WAYS = (
    "administrator",
    "auditor of a department",
    "password",
    "lead",
    "sponsor of a wave",
    "sponsor",
    "withdrawn role",
)


@pytest.mark.parametrize("way", WAYS)
def test_a_guarded_sign_in_keeps_its_address_until_it_is_confirmed(way: str) -> None:
    bring_in(*EVERYBODY)
    account = guard(way)
    version = account.session_version
    run = stage(ADA, STOLEN, CY, DEE)
    assert sign_ins_touched(run) == [
        "Line 3: Ben Bitdiddle goes on signing in with ben@example.com until an administrator confirms mallory@example.com; "
        "both addresses are told."
    ]
    bring_in(ADA, STOLEN, CY, DEE)
    assert person("2").email == "mallory@example.com"
    assert queries.account_by_email("ben@example.com") is account
    assert queries.account_by_email("mallory@example.com") is None
    assert letters() == ["ben@example.com", "mallory@example.com"]
    [waiting] = waiting_sign_ins()
    assert (waiting.account, waiting.address, waiting.has_other_address) == (account, "mallory@example.com", True)
    addresses.confirm_address(account, "mallory@example.com", by=TESTER)
    assert queries.account_by_email("mallory@example.com") is account
    assert queries.account_by_email("ben@example.com") is None
    assert letters() == ["ben@example.com"] * 2 + ["mallory@example.com"] * 2
    db.session.refresh(account)
    assert account.session_version == version + 1
    assert waiting_sign_ins() == []
    told = [(entry.verb, entry.changes["email"]) for entry in audited(account) if "sign-in address" in entry.verb]
    assert told == [
        ("kept sign-in address", ["ben@example.com"] * 2),
        ("confirmed sign-in address", ["ben@example.com", "mallory@example.com"]),
    ]


@pytest.mark.parametrize("way", ["lead", "sponsor of a wave", "sponsor"])
def test_a_post_without_a_sign_in_goes_to_nobody_with_a_new_address(way: str) -> None:
    bring_in(*EVERYBODY)
    give_post(way)
    bring_in(ADA, STOLEN, CY, DEE)
    account = queries.account_of_person(person("2").id)
    assert account is not None
    assert account.email == "ben@example.com"
    assert queries.account_by_email("mallory@example.com") is None


def test_everybody_else_follows_the_directory_also_where_two_change_places() -> None:
    bring_in(*EVERYBODY)
    ben, cy = account_for_person(person("2")), account_for_person(person("3"))
    bring_in(ADA, BEN.replace("ben@", "cy@"), CY.replace("cy@", "ben@"), DEE)
    db.session.expire_all()
    assert (ben.email, cy.email) == ("cy@example.com", "ben@example.com")
    # Both addresses of both are told, and what was begun at the former ones has ended.
    assert letters() == ["ben@example.com"] * 2 + ["cy@example.com"] * 2
    assert (ben.session_version, cy.session_version) == (2, 2)
    bring_in(ADA, BEN.replace("ben@", "b.b@"), CY.replace("cy@", "ben@"), DEE)
    assert queries.account_by_email("b.b@example.com") is ben
    # Who gets the right later keeps the address that they had by then.
    make_wave(lead=person("2"))
    bring_in(ADA, STOLEN, CY.replace("cy@", "ben@"), DEE)
    assert queries.account_by_email("b.b@example.com") is ben


@pytest.mark.parametrize("newcomer", ["9,ben@example.com,Eve,Newcomer,Finance,,", CY.replace("cy@", "ben@")])
def test_a_held_address_is_given_to_nobody_else(newcomer: str) -> None:
    bring_in(*EVERYBODY)
    guard("auditor of a department")
    rest = [newcomer] if newcomer.startswith("3") else [CY, newcomer]
    run = stage(ADA, STOLEN, *rest, DEE)
    assert [(p["kind"], p["line"]) for p in run.problems] == [("address_held", 5 if len(rest) > 1 else 4)]
    assert "“ben@example.com” is what Ben Bitdiddle signs in with" in run.problems[0]["sentence"]
    # Confirmed, the former address is free; and its next owner has a sign-in of their own.
    bring_in(ADA, STOLEN, CY, DEE)
    account = queries.account_by_email("ben@example.com")
    assert account is not None
    addresses.confirm_address(account, "mallory@example.com", by=TESTER)
    bring_in(ADA, STOLEN, *rest, DEE)
    theirs = account_for_person(person(newcomer.split(",")[0]))
    assert (theirs.email, theirs is account, account.email) == ("ben@example.com", False, "mallory@example.com")


def test_an_address_is_free_when_its_holder_leaves_with_the_same_file() -> None:
    bring_in(*EVERYBODY)
    account = guard("auditor of a department")
    bring_in(ADA, CY, DEE, "9,ben@example.com,Eve,Newcomer,Finance,,")
    theirs = account_for_person(person("9"))
    assert theirs is not account
    assert queries.account_by_email("ben@example.com") is theirs


def test_a_sign_in_outside_the_directory_is_nobodys_of_another_name() -> None:
    root = other_administrator()
    stranger = "9,root@example.com,Mallory,Malone,Finance,,"
    run = stage(ADA, stranger)
    assert [p["kind"] for p in run.problems] == ["address_held"]
    assert "is the sign-in of Ruth Root, who is not in the directory" in run.problems[0]["sentence"]
    bring_in(ADA, stranger, skip_bad=True)
    assert root.person_id is None
    assert queries.account_by_email("root@example.com") is root
    # An administrator says that it is the same person.
    actions.rename(root, "Mallory Malone", by=TESTER)
    bring_in(ADA, stranger)
    assert account_for_person(person("9")) is root
    bring_in(ADA, stranger.replace("root@", "else@"))
    assert queries.account_by_email("else@example.com") is None
    assert queries.account_by_email("root@example.com") is root


def test_a_confirmation_holds_for_the_address_that_was_shown_alone() -> None:
    bring_in(*EVERYBODY)
    account = guard("password")
    bring_in(ADA, STOLEN, CY, DEE)
    bring_in(ADA, STOLEN.replace("mallory@", "other@"), CY, DEE)
    with pytest.raises(RuleBroken, match="another address for this person by now"):
        addresses.confirm_address(account, "mallory@example.com", by=TESTER)
    assert account.email == "ben@example.com"


@pytest.mark.parametrize("origin", ["asked", "message"])
def test_a_link_in_a_mailbox_that_is_not_confirmed_opens_nothing(origin: str) -> None:
    bring_in(*EVERYBODY)
    guard("password")
    bring_in(ADA, STOLEN, CY, DEE)
    deliveries = {
        address: db.session.scalars(select(Delivery.id).where(Delivery.address == address)).one()
        for address in ("ben@example.com", "mallory@example.com")
    }
    opened = {}
    for address, number in deliveries.items():
        token = links.sign_in_token("s", origin=origin, nonce=links.nonce_of(number), person_id=person("2").id)
        link = links.read_token("s", token, links.LinkPurpose.SIGN_IN, clock.now())
        assert link is not None
        try:
            opened[address] = actions.use_link(link).email
        except RuleBroken:
            opened[address] = None
    assert opened == {"ben@example.com": "ben@example.com", "mallory@example.com": None}


def test_training_roles_open_nothing() -> None:
    bring_in(*EVERYBODY)
    account = account_for_person(person("4"))
    before = queries.reader_of(account, "UTC")
    people.give_roles(person("4"), list(TrainingRole), origin=RoleOrigin.FILE, by=TESTER)
    assert queries.reader_of(account, "UTC") == before
