"""What a reader takes for the same is the same: departments, names, numbers and addresses, in files and in forms."""

import pytest
from factories import make_account, make_change_manager, make_person, signed_in
from intake.companies import ADA, BEN, bring_in, person, stage, tally
from sqlalchemy import select

from engagement.accounts.queries import account_by_email
from engagement.audit import Actor
from engagement.db import db
from engagement.people import actions, queries
from engagement.people.models import Department
from engagement.programmes.queries import programmes

TESTER = Actor(None, "The tests")
#: What nobody sees: spaces of no width, soft hyphens, marks of direction, fillers, a joiner between Latin letters.
UNSEEN = [
    "\u200b",
    "\u00ad",
    "\u2060",
    "\ufeff",
    "\u200e",
    "\u200f",
    "\u061c",
    "\u034f",
    "\u2800",
    "\u3164",
    "\u200d",
    "\ufe0f",
]


def paths() -> list[str]:
    return list(db.session.scalars(select(Department.path).order_by(Department.id)))


@pytest.mark.parametrize(
    "spelt",
    ["SALES/field", "sales/FIELD", "Sales / Field", "Sales/Fi\u00adeld", "Sales\u00a0/Field\u200b", "Ｓales/Field"],
)
def test_a_department_in_another_spelling_is_the_same(app, spelt):
    bring_in(ADA.replace("Operations", "Sales/Field"))
    run = stage(ADA.replace("Operations", spelt))
    assert (tally(run), run.new_departments) == ({"unchanged": 1}, [])
    assert actions.make_department(spelt, by=TESTER).path == "Sales/Field"
    assert paths() == ["Sales", "Sales/Field"]


def test_two_spellings_in_one_file_make_one_department(app):
    run = bring_in(ADA.replace("Operations", "Sales/Straße"), BEN.replace("Operations/Claims", "SALES/STRASSE/New"))
    assert paths() == ["Sales", "Sales/Straße", "Sales/Straße/New"] or paths() == [
        "SALES",
        "SALES/STRASSE",
        "SALES/STRASSE/New",
    ]
    assert person("2").department.parent_id == person("1").department_id
    assert run.count("new") == 2


def test_what_is_below_a_known_department_goes_there(app):
    bring_in(ADA.replace("Operations", "O’Hare – North"))
    bring_in(ADA.replace("Operations", "O’Hare – North"), BEN.replace("Operations/Claims", "o'hare - north/Claims"))
    assert paths() == ["O’Hare – North", "O’Hare – North/Claims"]


def test_a_department_is_renamed_in_its_own_letters(app):
    below = actions.make_department("SALES/Field", by=TESTER)
    sales = queries.department_by_path("sales")
    actions.rename_department(sales, "Sales", by=TESTER)
    assert (sales.path, below.path, paths()) == ("Sales", "Sales/Field", ["Sales", "Sales/Field"])
    assert queries.department_by_path("SALES/FIELD") is below


@pytest.mark.parametrize("sign", UNSEEN)
def test_what_nobody_sees_makes_no_twin(app, sign):
    bring_in(ADA)
    with_sign = f"1{sign},ada@exam{sign}ple.com,A{sign}da,Love{sign}lace,Oper{sign}ations,,leader"
    assert tally(stage(with_sign)) == {"unchanged": 1}


def test_joiners_that_a_script_needs_stay(app):
    bring_in("1,mina@example.com,می\u200cنا,رضایی,Operations,,user")
    assert person("1").first_name == "می\u200cنا"


def test_a_number_in_other_digits_is_the_same(app):
    bring_in(ADA.replace("1,", "E-1001,", 1))
    assert tally(stage(ADA.replace("1,", "E\u2011１００１,", 1))) == {"unchanged": 1}
    assert queries.person_by_reference(" E‑1001\u200b").name == "Ada Lovelace"


def test_both_spellings_of_a_domain_are_one_person(app):
    bring_in(ADA.replace("ada@example.com", "info@bücher.example"))
    for spelt in ("info@xn--bcher-kva.example", "INFO@BÜCHER.example", "info@bu\u0308cher.example"):
        assert tally(stage(ADA.replace("ada@example.com", spelt))) == {"unchanged": 1}
        assert queries.person_by_reference(spelt).name == "Ada Lovelace"
    twice = stage(
        ADA.replace("ada@", "info@").replace("example.com", "bücher.example"),
        BEN.replace("ben@example.com", "info@xn--bcher-kva.example"),
    )
    assert [problem["kind"] for problem in twice.problems if problem["severity"] == "error"] == ["duplicate_email"]


def test_forms_clean_what_is_typed(app):
    make_person("Max Marsh", "max@bücher.example")
    account = make_change_manager()
    db.session.commit()
    client = signed_in(app, account)
    answer = client.post(
        "/programmes/new", data={"name": "Clai\u00adms\u200b  and\u00a0finance", "sponsor": "max@xn--bcher-kva.example"}
    )
    assert answer.status_code == 303
    assert [(row.name, row.sponsor.name) for row in programmes()] == [("Claims and finance", "Max Marsh")]


def test_a_sign_in_is_found_by_both_spellings(app):
    made = make_account("ines@bücher.example", "Ines")
    assert account_by_email("ines@xn--bcher-kva.example") == made
