"""Scope statements: drafts, versions that never change, and for whom they are."""

from dataclasses import replace

import pytest
from factories import STATEMENT, TESTER, make_programme, make_statement, make_workflow

from engagement.errors import BadInput, RuleBroken
from engagement.people.rules import TrainingRole
from engagement.programmes import actions
from engagement.programmes.rules import PortfolioClass
from engagement.programmes.scope.actions import discard_draft, publish_statement, write_statement
from engagement.programmes.scope.models import ScopeStatement
from engagement.programmes.scope.queries import current_statements, draft_of, newest_published, statements_of
from engagement.programmes.scope.rules import Answer, StatementFor, StatementTexts, applying, lacking
from engagement.words import lines_of

ALL, USER, BUILDER, SUPPORT, LEADER = StatementFor
WHOLE = StatementTexts(
    **STATEMENT, question="Who decides?", answers="You do\nThe system", right_answer=1, why="You always can."
)


@pytest.mark.parametrize(
    ("published", "roles", "read"),
    [
        ({ALL}, {TrainingRole.USER}, [ALL]),
        ({ALL, LEADER}, {TrainingRole.USER}, [ALL]),
        ({ALL, LEADER}, {TrainingRole.LEADER}, [LEADER]),
        ({ALL, LEADER}, {TrainingRole.LEADER, TrainingRole.USER}, [ALL, LEADER]),
        ({ALL, USER, LEADER}, {TrainingRole.LEADER, TrainingRole.USER}, [USER, LEADER]),
        ({ALL, LEADER}, set(), [ALL]),
        ({LEADER}, {TrainingRole.USER}, []),
        (set(), {TrainingRole.USER}, []),
    ],
)
def test_a_role_reads_its_own_statement_and_else_the_common_one(published, roles, read):
    assert applying(published, roles) == read


def test_points_stand_one_a_line_without_bullets():
    assert lines_of(" - \n*\n one \n• two") == ["one", "two"]
    said = ScopeStatement(
        system_does="- Reads\n\n• Sorts",
        people_do="",
        who_decides="",
        signs_of_error="A sum is missing",
        then_do="- Stop.\n- Say it.",
        about_the_job="",
    )
    assert said.scope == [
        Answer("The system does", ["Reads", "Sorts"], []),
        Answer("How to tell it is wrong", ["A sum is missing"], ["Stop.", "Say it."]),
    ]
    assert said.unanswered_questions == ["You still do", "Who decides exceptions", "Your job"]


@pytest.mark.parametrize(
    ("changes", "field", "begins"),
    [
        ({"who_decides": " - "}, "who_decides", "Answer this first."),
        ({"question": ""}, "question", "Write the question"),
        ({"answers": "You do"}, "answers", "Write 2 to 4 answers, one a line; there are 1."),
        ({"answers": "a\nb\nc\nd\ne"}, "answers", "Write 2 to 4 answers, one a line; there are 5."),
        ({"answers": "You do\nyou DO"}, "answers", "Two answers are the same."),
        ({"answers": "x" * 301 + "\nb"}, "answers", "Keep each answer under 300 characters."),
        ({"right_answer": None}, "right_answer", "Say which of the answers is right."),
        ({"right_answer": 3}, "right_answer", "Say which of the answers is right."),
        ({"why": " "}, "why", "Say why it is right."),
    ],
)
def test_what_is_missing_keeps_a_statement_from_being_published(changes, field, begins):
    problems = lacking(replace(WHOLE, **changes), follows_another=False)
    assert set(problems) == {field}
    assert problems[field].startswith(begins)


def test_a_statement_may_ask_nothing_and_a_later_version_says_what_is_new():
    assert lacking(StatementTexts(**STATEMENT), follows_another=False) == {}
    assert set(lacking(WHOLE, follows_another=True)) == {"changed"}


@pytest.mark.usefixtures("app", "frozen")
def test_a_version_is_written_published_and_then_stays():
    workflow = actions.make_workflow(
        make_programme(), "Triage", PortfolioClass.QUICK_WIN, StatementTexts("Reads"), by=TESTER
    )
    draft = draft_of(workflow, ALL)
    assert draft is not None
    assert current_statements([workflow.id]) == {}
    with pytest.raises(BadInput):
        publish_statement(draft, by=TESTER)
    assert write_statement(workflow, WHOLE, by=TESTER) is draft
    publish_statement(draft, by=TESTER)
    assert (draft.number, draft.published_by, draft_of(workflow, ALL)) == (1, "The tests", None)
    for change in (publish_statement, discard_draft):
        with pytest.raises(RuleBroken):
            change(draft, by=TESTER)

    second = write_statement(workflow, replace(WHOLE, changed="Nothing"), by=TESTER)
    with pytest.raises(RuleBroken, match="It says the same as version 1"):
        publish_statement(second, by=TESTER)
    said = replace(WHOLE, people_do="Every decision\nEvery call", changed="You call them yourself.")
    publish_statement(write_statement(workflow, said, by=TESTER), by=TESTER)
    assert (newest_published(workflow, ALL), second.number, draft.said) == (second, 2, WHOLE)

    own = write_statement(workflow, WHOLE, LEADER, by=TESTER)
    assert statements_of(workflow) == [second, draft, own]
    discard_draft(own, by=TESTER)
    assert statements_of(workflow) == [second, draft]
    with pytest.raises(BadInput) as refused:
        write_statement(workflow, StatementTexts("x" * 5_001), by=TESTER)
    assert set(refused.value.problems) == {"system_does"}


@pytest.mark.usefixtures("app", "frozen")
def test_what_holds_is_the_newest_published_version_for_each_role():
    workflow, other = make_workflow(make_programme()), make_workflow(make_programme("Other"))
    leader, second = make_statement(workflow, LEADER), make_statement(workflow)
    write_statement(workflow, WHOLE, by=TESTER)
    found = current_statements([workflow.id, other.id])
    assert found[workflow.id] == {ALL: second, LEADER: leader}
    assert [(each.number, role) for role, each in found[other.id].items()] == [(1, ALL)]
