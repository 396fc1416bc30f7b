"""Posts that open pages, on both engines: given to nobody who signs in elsewhere, and picked up by no older session."""

from collections.abc import Callable
from itertools import count

import pytest
from factories import PASSWORD, TESTER, make_account, make_department, make_person, make_programme, make_wave
from intake.companies import bring_in, person

from engagement.accounts import queries
from engagement.accounts.actions import account_for_person, end_with_leaving, grant_role, set_password
from engagement.accounts.addresses import actions as addresses
from engagement.accounts.models import Account
from engagement.accounts.posts.actions import name_head, name_lead, name_sponsor
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.errors import BadInput
from engagement.people.models import Person
from engagement.programmes.models import Programme

pytestmark = pytest.mark.usefixtures("app")
_numbers = count()


def _programme() -> Programme:
    return make_programme(f"Programme {next(_numbers)}")


def _lead(who: Person | None) -> None:
    name_lead(make_wave(_programme()), who, by=TESTER)


def _sponsor_of_wave(who: Person | None) -> None:
    name_sponsor(make_wave(_programme()), who, by=TESTER)


def _sponsor(who: Person | None) -> None:
    name_sponsor(_programme(), who, by=TESTER)


def _head(who: Person | None) -> None:
    name_head(make_department("Sales"), who, by=TESTER)


WAYS = {"lead": _lead, "sponsor of a wave": _sponsor_of_wave, "sponsor": _sponsor, "head": _head}
ways = pytest.mark.parametrize("give", WAYS.values(), ids=WAYS)
Give = Callable[[Person | None], None]


def _version(account: Account) -> int:
    db.session.refresh(account)
    return account.session_version


@ways
def test_the_first_post_ends_older_sessions_and_the_next_none(give: Give) -> None:
    ben = make_person("Ben Bitdiddle", "ben@example.com")
    account = account_for_person(ben)
    other = account_for_person(make_person("Cy Fect", "cy@example.com"))
    before = account.session_version
    give(ben)
    assert _version(account) == before + 1
    _lead(ben) if give is not _lead else _sponsor(ben)
    assert (_version(account), _version(other)) == (before + 1, 1)


@ways
def test_who_has_a_role_goes_on(give: Give) -> None:
    account = account_for_person(make_person("Ben Bitdiddle", "ben@example.com"))
    grant_role(account, Role.CHANGE_MANAGER, by=TESTER)
    db.session.flush()
    before = _version(account)
    give(account.person)
    assert _version(account) == before


@ways
def test_a_role_that_was_taken_back_is_no_right_any_more(give: Give) -> None:
    account = account_for_person(make_person("Ben Bitdiddle", "ben@example.com"))
    grant = grant_role(account, Role.CHANGE_MANAGER, by=TESTER)
    grant.withdrawn_at = grant.granted_at
    db.session.flush()
    before = _version(account)
    give(account.person)
    assert _version(account) == before + 1


@ways
def test_nobody_who_signs_in_elsewhere_gets_a_post(give: Give) -> None:
    bring_in("2,ben@example.com,Ben,Bitdiddle,Finance,,")
    account = account_for_person(person("2"))
    set_password(account, PASSWORD, by=TESTER)
    bring_in("2,mallory@example.com,Ben,Bitdiddle,Finance,,")
    with pytest.raises(BadInput, match="signs in with another address than the directory has"):
        give(person("2"))
    addresses.confirm_address(account, "mallory@example.com", by=TESTER)
    give(person("2"))


@ways
def test_nobody_who_left_gets_a_post_and_nobody_may_have_it(give: Give) -> None:
    make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR)
    ben = make_person("Ben Bitdiddle", "ben@example.com")
    end_with_leaving(ben, by=TESTER)
    with pytest.raises(BadInput, match="Ben Bitdiddle has left"):
        give(ben)
    give(None)


def test_who_is_named_already_stays_whatever_the_directory_says() -> None:
    bring_in("2,ben@example.com,Ben,Bitdiddle,Finance,,")
    wave = make_wave()
    name_lead(wave, person("2"), by=TESTER)
    account = account_for_person(person("2"))
    bring_in("2,mallory@example.com,Ben,Bitdiddle,Finance,,")
    before = _version(account)
    name_lead(wave, person("2"), by=TESTER)
    assert (wave.lead_id, _version(account)) == (person("2").id, before)


def test_who_heads_a_department_by_a_file_signs_in_anew() -> None:
    bring_in("1,ada@example.com,Ada,Lovelace,Finance,,", "2,ben@example.com,Ben,Bitdiddle,Finance,,")
    ada, ben = (account_for_person(person(number)) for number in ("1", "2"))
    db.session.commit()
    bring_in("1,ada@example.com,Ada,Lovelace,Finance,,", "2,ben@example.com,Ben,Bitdiddle,Finance,ada@example.com,")
    assert person("2").department.manager_id == person("1").id
    assert (_version(ada), _version(ben)) == (2, 1)
    assert queries.reader_in_session(ada.id, 1, "UTC") is None
