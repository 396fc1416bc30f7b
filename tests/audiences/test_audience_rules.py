"""What a rule may look like, how it is said, and what saving, changing and archiving an audience refuses."""

from datetime import date
from pathlib import Path

import pytest
from factories import TESTER, make_department, make_person, make_programme, make_wave

from engagement.audiences import actions, queries
from engagement.audiences.conditions import queries as conditions
from engagement.audiences.conditions.queries.catalogue import FIELDS, problems_of
from engagement.audiences.rules import MOST_CONDITIONS, chain_back
from engagement.errors import BadInput, RuleBroken
from engagement.people.rules import TrainingRole

LONDON = {"field": "location", "values": ["London"]}


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ([], "A part of the rule is neither a condition nor a group."),
        ({"all": []}, "A group is empty. Add a condition to it or remove it."),
        ({"all": [LONDON], "any": [LONDON]}, "A group has one word: all, any or not."),
        ({"all": LONDON}, "A group is a list of conditions and groups."),
        ({"field": "shoe_size", "values": [42]}, "“shoe_size” is nothing that an audience can ask about."),
        ({"field": ["x"]}, "“['x']” is nothing that an audience can ask about."),
        ({"field": "department", "values": []}, "Choose at least one value for department, or remove the condition."),
        ({"field": "department", "values": ["4"]}, "The condition on department has a value that can’t be used."),
        ({"field": "department", "values": [True]}, "The condition on department has a value that can’t be used."),
        ({"field": "job_title", "values": ["  "]}, "The condition on job title has a value that can’t be used."),
        ({"field": "location", "values": ["a\0b"]}, "The condition on location has a value that can’t be used."),
        ({**LONDON, "else": 1}, "The condition on location has a part that is not known."),
        ({**LONDON, "waves": [1]}, "The condition on location has a part that is not known."),
        ({"field": "champion", "waves": []}, "The condition on champion is narrowed to something that can’t be used."),
        ({"field": "champion", "waves": "3"}, "The condition on champion is narrowed to something that can’t be used."),
        (
            {"field": "stakeholder_group", "values": ["others"], "programmes": [True]},
            "The condition on stakeholder group is narrowed to something that can’t be used.",
        ),
        ({"any": [LONDON] * (MOST_CONDITIONS + 1)}, "Use at most 60 conditions."),
    ],
)
def test_a_rule_that_cannot_be_used_says_why(rule, sentence):
    assert problems_of(rule)[0].startswith(sentence)
    assert len(problems_of(rule)) == 1


@pytest.mark.parametrize("rule", [{}, {"every": [LONDON]}, {"field": "shoe_size"}, {"all": [{"not": {"field": "x"}}]}])
def test_a_rule_that_was_broken_on_disk_reaches_nobody_and_says_why(app, rule):
    make_person()
    audience = actions.save_audience("Broken", {"field": "everybody"}, by=TESTER)
    assert (queries.reach(audience, date(2026, 4, 14)), queries.rule_problem(audience)) == (1, None)
    audience.rule = rule
    assert queries.reach(audience, date(2026, 4, 14)) == 0
    assert queries.rule_problem(audience).startswith("The rule of the audience “Broken” can’t be understood: ")


def test_each_field_is_one_file_of_its_name():
    shared = {"__init__", "catalogue", "column", "field", "narrowing"}
    files = {path.stem for path in Path(conditions.__file__).parent.glob("*.py")} - shared
    assert files == FIELDS.keys()
    assert {type(field).__module__.rpartition(".")[2]: field.name for field in FIELDS.values()} == {f: f for f in files}


def test_groups_may_not_stand_inside_each_other_without_end():
    rule = LONDON
    for _ in range(2_000):
        rule = {"not": rule}
    assert problems_of(rule) == [
        "Groups can stand inside each other at most 8 deep. Save an inner one as an audience of its own."
    ]


def test_a_good_rule_has_no_problems():
    assert (
        problems_of({"all": [LONDON, {"not": {"any": [{"field": "has_no_role"}, {"field": "wave", "values": [3]}]}}]})
        == []
    )


def test_the_shortest_chain_back_is_found():
    assert chain_back(1, {1: [2, 3], 2: [4], 3: [1], 4: [1]}) == [1, 3, 1]
    assert chain_back(1, {1: [2], 2: [3], 3: [2]}) == []


def test_a_rule_is_said_in_one_sentence(app):
    claims = make_department("Operations/Claims")
    person = make_person("Tomasz Wójcik", department=claims)
    rule = {
        "all": [
            {"field": "department", "values": [claims.id]},
            {"any": [LONDON, {"field": "job_title", "values": ["lead", "head of"]}]},
            {"not": {"field": "person", "values": [person.id]}},
            {"not": {"all": [{"field": "manager_of_people"}, {"field": "language", "values": [""]}]}},
        ]
    }
    assert queries.words_of(rule).sentence == (
        "People who work in Operations/Claims or below and (work at London or have “lead” or “head of” in their job title) "
        "and are not Tomasz Wójcik "
        "and (are not among those who manage people and read the organisation’s language)."
    )


def test_groups_and_champions_are_said_with_where(app):
    wave = make_wave(make_programme("Claims"), number=3, name="Property")
    group = {"field": "stakeholder_group", "values": ["end_users", "it_leaders"], "programmes": [wave.programme_id]}
    rule = {"any": [group, {"not": {"field": "champion", "waves": [wave.id]}}, {"field": "champion"}]}
    assert problems_of(rule) == []
    assert queries.words_of(rule).sentence == (
        "People who are stakeholders among the end users or IT leaders in Claims "
        "or are not champions in Wave 3: Property (Claims) or are champions."
    )


def test_what_is_gone_is_named_as_gone(app):
    gone = {"any": [{"field": "wave", "values": [9]}, {"field": "champion", "programmes": [7], "waves": [9]}]}
    assert queries.words_of(gone).sentence == (
        "People who are in 9 (no longer there) or are champions in 7 (no longer there) or 9 (no longer there)."
    )


def test_a_name_is_taken_in_any_case(app):
    actions.save_audience("Everybody", {"field": "everybody"}, by=TESTER)
    with pytest.raises(BadInput) as refused:
        actions.save_audience(" EVERYBODY ", {"field": "everybody"}, by=TESTER)
    assert refused.value.problems == {"name": "There is an audience “Everybody” already. Choose another name."}


def test_a_value_that_is_not_there_is_refused(app):
    for narrowed in ({"waves": [77]}, {"programmes": [77]}):
        with pytest.raises(BadInput, match=f"on {next(iter(narrowed))} names something that is not there"):
            actions.save_audience("New", {"field": "champion", **narrowed}, by=TESTER)
    for field, value in (("department", 77), ("training_role", "juggler"), ("training_state", "finished:nothing")):
        with pytest.raises(BadInput, match="names something that is not there any more"):
            actions.save_audience("New", {"field": field, "values": [value]}, by=TESTER)


def test_a_circle_is_refused_with_its_chain(app):
    first = actions.save_audience("First", LONDON, by=TESTER)
    second = actions.save_audience("Second", {"any": [{"field": "audience", "values": [first.id]}, LONDON]}, by=TESTER)
    third = actions.save_audience("Third", {"not": {"field": "audience", "values": [second.id]}}, by=TESTER)
    with pytest.raises(RuleBroken) as refused:
        actions.change_audience(first, "First", {"field": "audience", "values": [third.id]}, by=TESTER)
    assert refused.value.sentence == (
        "This would turn in a circle: “First” uses “Third” uses “Second” uses “First”. Take one of them out of the rule."
    )
    with pytest.raises(RuleBroken, match="“First” uses “First”"):
        actions.change_audience(first, "First", {"field": "audience", "values": [first.id]}, by=TESTER)
    assert first.rule == LONDON


def test_rules_that_name_each_other_cannot_grow_without_end(app):
    audience = actions.save_audience("Level 0", {"any": [LONDON] * 20}, by=TESTER)
    named = {"field": "audience", "values": [audience.id]}
    audience = actions.save_audience("Level 1", {"any": [named] * 20}, by=TESTER)
    with pytest.raises(RuleBroken, match="would have 800 conditions"):
        actions.save_audience("Level 2", {"any": [{"field": "audience", "values": [audience.id]}] * 2}, by=TESTER)


def test_changing_records_old_and_new_and_doing_it_twice_records_once(app):
    from sqlalchemy import select

    from engagement.audit import AuditEntry
    from engagement.db import db

    audience = actions.save_audience("London", LONDON, by=TESTER)
    krakow = {"field": "location", "values": ["Kraków"]}
    for _ in range(2):
        actions.change_audience(audience, "Kraków", krakow, "The office there.", by=TESTER)
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "changed audience")).all()
    assert [entry.changes for entry in entries] == [
        {"name": ["London", "Kraków"], "note": ["", "The office there."], "rule": [LONDON, krakow]}
    ]


def test_an_audience_that_is_used_is_not_archived(app):
    audience = actions.save_audience("London", LONDON, by=TESTER)
    wide = actions.save_audience("Wide", {"field": "audience", "values": [audience.id]}, by=TESTER)
    with pytest.raises(RuleBroken, match="“Wide” uses this audience"):
        actions.archive_audience(audience, by=TESTER)
    actions.archive_audience(wide, by=TESTER)
    role_rule = actions.give_role_by_rule(TrainingRole.USER, audience, by=TESTER)
    with pytest.raises(RuleBroken, match="training role User because they are in it"):
        actions.archive_audience(audience, by=TESTER)
    actions.withdraw_role_rule(role_rule, by=TESTER)
    actions.archive_audience(audience, by=TESTER)
    assert [line.audience.name for line in queries.audiences_listed(audience.made_at.date())] == []
    with pytest.raises(RuleBroken, match="“London” is archived"):
        actions.save_audience("New", {"field": "audience", "values": [audience.id]}, by=TESTER)
