"""What was said of people by hand stays when a file says something else, and the preview says so."""

import pytest
from factories import make_account
from intake.companies import ADA, BEN, CY, DEE, INES, bring_in, person, stage, tally
from sqlalchemy import select

from engagement.accounts.addresses.actions import correct_person
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.intake.actions.runs import apply_run
from engagement.people.actions import make_department, mark_as_left
from engagement.people.by_hand.actions import add_by_hand, give_back
from engagement.people.by_hand.models import HandValue
from engagement.people.by_hand.queries import said_by_hand
from engagement.people.by_hand.rules import HandField
from engagement.people.models import Person
from engagement.privacy.actions.erasing import erase_person
from engagement.privacy.queries.data_file import data_of
from engagement.privacy.rules.records import STAND_IN


def notes(run) -> list[str]:
    return [problem["sentence"] for problem in run.problems if problem["kind"] == "kept_by_hand"]


@pytest.fixture
def corrected(app, frozen):
    """Ben with everything by hand that a file of the company says."""
    bring_in(ADA, BEN, CY, DEE)
    values = {
        "first_name": "Benjamin",
        "last_name": "Bell",
        "name": "Benjamin Bell",
        "email": "bell@example.com",
        "department_id": make_department("Letters", by=INES).id,
        "manager_id": person("4").id,
    }
    correct_person(person("2"), values, by=INES)
    return values


def values_of(who: Person, names) -> dict[str, object]:
    return {name: getattr(who, name) for name in names}


def test_a_file_leaves_what_was_said_by_hand_and_the_preview_says_what_stays(corrected):
    run = stage(ADA, BEN, CY, DEE)
    assert (tally(run), run.is_blocked) == ({"unchanged": 4}, False)
    said = notes(run)
    assert len(said) == 4
    assert said[0].startswith("Line 3: Benjamin Bell: the name stays “Benjamin Bell”, given by hand on ")
    assert said[0].endswith(" by Ines Okafor. The file has “Ben Bitdiddle”.")
    bring_in(ADA, BEN, CY, DEE, "5,eve@example.com,Eve,New,Finance,ben@example.com,")
    assert values_of(person("2"), corrected) == corrected
    assert person("5").manager_id == person("2").id


def test_what_is_not_by_hand_still_comes_from_the_file(corrected):
    bring_in(ADA, BEN.replace("user", "builder"), CY, DEE)
    assert values_of(person("2"), corrected) == corrected


@pytest.mark.parametrize("field", [HandField.NAME, HandField.EMAIL, HandField.DEPARTMENT, HandField.MANAGER])
def test_what_is_given_back_comes_from_the_next_file(corrected, field):
    give_back(person("2"), field, by=INES)
    assert values_of(person("2"), corrected) == corrected
    run = bring_in(ADA, BEN, CY, DEE)
    assert len(notes(run)) == 3
    ben = person("2")
    changed = {name for name, value in corrected.items() if getattr(ben, name) != value}
    assert changed == set(field.columns)
    assert ("bitdiddle" in ben.searched_by, "bell@" in ben.searched_by) == (
        field is HandField.NAME,
        field is not HandField.EMAIL,
    )


def test_a_preview_is_made_anew_when_a_value_was_given_back_since(corrected):
    run = stage(ADA, BEN.replace("Claims", "Mail"), CY, DEE)
    give_back(person("2"), HandField.EMAIL, by=INES)
    assert apply_run(run, by=INES).is_staged


def test_who_is_known_by_address_alone_is_found_by_the_one_that_files_go_on_using(app, frozen):
    header = "email,name,job_title"
    bring_in("ann@example.com,Ann Abbott,Clerk", header=header)
    ann = db.session.query(Person).one()
    correct_person(ann, {"email": "abbott@example.com", "job_title": "Head"}, by=INES)
    run = stage("ann@example.com,Ann Abbott,Clerk", header=header)
    assert tally(run) == {"unchanged": 1}
    assert len(notes(run)) == 2
    assert tally(stage("abbott@example.com,Ann Abbott,Head", header=header)) == {"unchanged": 1}
    with pytest.raises(RuleBroken, match="HR files know them by ann@"):
        give_back(ann, HandField.EMAIL, by=INES)
    correct_person(ann, {"email": "ann@example.com"}, by=INES)
    give_back(ann, HandField.EMAIL, by=INES)
    assert tally(stage("ann@example.com,Ann Abbott,Head", header=header)) == {"unchanged": 1}


def test_who_has_left_is_not_corrected(app, frozen):
    bring_in(ADA, BEN)
    ben = person("2")
    mark_as_left(ben, by=INES)
    with pytest.raises(RuleBroken, match="Ben Bitdiddle has left"):
        correct_person(ben, {"job_title": "Clerk"}, by=INES)


def test_erasing_somebody_takes_what_was_said_of_them_by_hand_and_by_whom(corrected):
    bens = make_account("bell@example.com", "Benjamin Bell")
    bens.person_id = person("2").id
    correct_person(person("3"), {"job_title": "Clerk"}, by=Actor(bens.id, bens.name))
    [said] = [
        row for row in data_of(person("2"), with_concerns=False)["about_them"]["hand_value"] if row["field"] == "email"
    ]
    assert said["former"] == "ben@example.com"
    assert "given_by" not in said
    erase_person(person("2"), by=INES)
    assert [row.given_by for row in db.session.scalars(select(HandValue))] == [STAND_IN]


def test_an_address_given_by_hand_is_taken_from_nobody(corrected):
    run = stage(ADA, BEN, CY.replace("cy@", "bell@"), DEE)
    assert [problem["kind"] for problem in run.problems if problem["severity"] == "error"] == ["address_taken"]


def test_somebody_added_by_hand_stays_when_a_full_file_leaves_them_out(app, frozen):
    bring_in(ADA, BEN, CY, DEE)
    eve = add_by_hand("Eve New", "eve@example.com", by=INES, employee_id="77", manager_id=person("1").id)
    run = bring_in(ADA, BEN, CY, DEE)
    assert tally(run) == {"unchanged": 4}
    [note] = notes(run)
    assert note.startswith("Eve New, added by hand on ")
    assert note.endswith(" by Ines Okafor, is not in this file and stays.")
    give_back(eve, HandField.HERE, by=INES)
    assert tally(stage(ADA, BEN, CY, DEE)) == {"unchanged": 4, "left": 1}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"email": "ADA@example.com"}, "email"),
        ({"email": "no address"}, "email"),
        ({"email": ""}, "email"),
        ({"name": ""}, "name"),
    ],
)
def test_what_can_t_be_is_refused_by_its_field(app, frozen, values, field):
    bring_in(ADA, BEN)
    with pytest.raises(BadInput) as refused:
        correct_person(person("2"), values, by=INES)
    assert set(refused.value.problems) == {field}
    assert said_by_hand(person("2").id) == []


def test_nobody_reports_to_themselves_by_hand(app, frozen):
    bring_in(ADA, BEN)
    with pytest.raises(BadInput, match="circle"):
        correct_person(person("1"), {"manager_id": person("2").id}, by=INES)


def test_a_number_or_address_of_somebody_else_is_refused_when_adding(app, frozen):
    bring_in(ADA, BEN)
    for email, number in (("ben@example.com", None), ("eve@example.com", "2")):
        with pytest.raises(BadInput, match="Somebody else has"):
            add_by_hand("Eve New", email, by=INES, employee_id=number)
