"""Which passwords are refused: short ones, those on the lists and close to one, and those made of somebody's own words."""

import subprocess
import sys
import time
import unicodedata

import pytest
from argon2 import PasswordHasher
from factories import PASSWORD, TESTER, make_account

from engagement.accounts import actions
from engagement.accounts.passwords.rules import fits, hash_of, hasher, password_problem
from engagement.errors import BadInput

OWN = ("ines.okafor@example.com", "Ines Okafor", "Northmere Insurance")


@pytest.mark.parametrize(
    "password",
    [
        "password1234", "PASSWORD12345", "Password2026!", "passwordpassword", "123456789012", "qwertyuiop12",
        "QWERTYUIOPASDFGH", "iloveyou12345", "letmeinletmein", "trustno1trustno1", "welcome123456", "Welcome2024!!!",
        "Summer2026!!", "administrator1", "abcdefghijkl", "monkey123456", "football1234", "1q2w3e4r5t6y", "P@ssw0rd1234",
        "drowssap4321", "zaq12wsxcde3", "abc123abc123", "changeme2026", "12345678901234567890", "adminadmin123",
        "correct horse battery staple", "Correct-Horse-Battery-Staple1", "!QAZ2wsx#EDC4rfv", "!QAZ@WSX#EDC", "Willkommen2026!",
        "Frühling2026!", "Sommer2026!Sommer", "MeinPasswort123", "mojehaslo2026", "Bonjourlemonde1", "tobeornottobe",
        "Winter2025Winter2026", "one two three four",
    ],
)  # fmt: skip
def test_known_passwords_and_what_is_close_to_one_are_refused(password: str):
    assert "on the lists" in (password_problem(password, *OWN) or "")


@pytest.mark.parametrize(
    "password",
    [
        "ines.okafor@example.com", "ines.okafor2026", "InesOkafor2026!", "okafor-okafor-1", "Northmere2026!", "northmereinsurance",
        "Insurance-2026", "ines@northmere!", "Okafor Ines 1984", "Engagement2026!!", "engagementengagement",
    ],
)  # fmt: skip
def test_passwords_made_of_own_words_are_refused(password: str):
    assert "not your address, your name or your organisation" in (password_problem(password, *OWN) or "")


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD, "a few words in a row", "Kaffeetasse Regenbogen Leiter", "k7#Vq2!mZx9p", "ines eats warm bread daily",
        "schnell blaue Wolken ziehen", "Ḱrátké modré ponožky", "bezpieczny kolorowy parasol",
    ],
)  # fmt: skip
def test_words_in_a_row_and_random_signs_are_taken(password: str):
    assert password_problem(password, *OWN) is None


@pytest.mark.parametrize(
    "signs", ["4@8({[<369!1|0$57+%2z", "@4({<3690!1|5$7+%2", "1a2b3c4d5e6f7g8h", "qwertyuiop0987654321"]
)
def test_no_password_takes_long_to_measure(signs: str):
    began = time.perf_counter()
    password_problem((signs * 20)[:256], *OWN)
    assert time.perf_counter() - began < 1.5


def test_a_longer_one_is_refused():
    assert password_problem("kj3 " * 64, *OWN) is not None
    assert password_problem("x" * 257, *OWN) == "Use at most 256 characters."


def test_every_way_to_a_password_asks(app):
    with pytest.raises(BadInput, match="on the lists"):
        actions.make_account("a@example.com", "A", by=TESTER, password="password1234")
    account = make_account()
    for password in ("password1234", "Northmere2026!"):
        with pytest.raises(BadInput):
            actions.set_password(account, password, by=TESTER, organisation="Northmere Insurance")


def test_the_product_hashes_at_the_full_cost_of_argon2():
    asked = "from engagement.accounts.passwords.rules import hasher; print(hasher().hash('a password'))"
    hashed = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True).stdout.strip()
    assert hashed.startswith("$argon2id$")
    assert not PasswordHasher().check_needs_rehash(hashed)


@pytest.mark.parametrize(
    ("kept", "typed", "same"),
    [
        ("Möwe über dem Straßenfluss", "Mo\u0308we u\u0308ber dem Straßenfluss", True),
        ("Mo\u0308we u\u0308ber dem Fluss", "Möwe über dem Fluss", True),
        ("drei Möwen am Meer", "drei\u00a0Möwen\u2003am Meer", True),
        ("각하 고양이 셋 여덟", unicodedata.normalize("NFD", "각하 고양이 셋 여덟"), True),
        ("drei Möwen am Meer", "drei Mowen am Meer", False),
        ("drei Möwen am Meer", "Drei Möwen am Meer", False),
        ("ﬁnd three gulls", "find three gulls", False),
    ],
)
def test_a_password_fits_however_a_keyboard_composes_it(kept, typed, same):
    assert fits(hash_of(kept), typed) == same
    assert fits(hash_of(kept), kept)


def test_a_password_that_was_kept_as_typed_still_fits():
    typed = unicodedata.normalize("NFD", "Möwe über dem Fluss")
    assert fits(hasher().hash(typed), typed)
    assert not fits(hasher().hash(typed), "Mowe uber dem Fluss")


def test_the_length_of_a_password_is_that_of_its_composed_signs():
    assert "Use at least 12" in (password_problem("o\u0308" * 6 + "abcde", *OWN) or "")
