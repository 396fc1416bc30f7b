"""Confirming scope statements: who is asked, what an answer does, and how many of a wave have confirmed."""

from datetime import timedelta

import pytest
import time_machine
from factories import TESTER, make_people, make_person, make_programme, make_statement, make_wave, make_workflow
from sqlalchemy import select

from engagement import clock
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people.rules import TrainingRole
from engagement.programmes.scope.queries import current_statements
from engagement.programmes.scope.rules import StatementFor
from engagement.training.scope_answers.actions import answer_statement
from engagement.training.scope_answers.models import ScopeAnswer
from engagement.training.scope_answers.queries import (
    confirmed_by_wave,
    last_answer,
    own_statement,
    own_statements,
    readers_of,
)
from engagement.waves.rules import WaveStatus
from tests.conftest import Statements

pytestmark = pytest.mark.usefixtures("app")
ASKING = {"question": "Who decides?", "answers": "You do\nThe system", "right_answer": 1, "why": "You always can."}
ALL, LEADER = StatementFor.EVERYBODY, StatementFor.LEADER


def test_a_wrong_answer_is_kept_and_the_right_one_confirms(frozen: time_machine.Traveller) -> None:
    person, programme = make_person(), make_programme()
    workflow = make_workflow(programme)
    statement = make_statement(workflow, **ASKING)
    make_wave(programme, members=[person], workflows=(workflow,))
    for answer in (None, 3, 0):
        with pytest.raises(BadInput) as refused:
            answer_statement(person, statement, answer, by=TESTER)
        assert refused.value.problems == {"answer": "Choose one."}
    assert not answer_statement(person, statement, 2, by=TESTER)
    wrong = last_answer(person.id, statement.id)
    assert wrong is not None
    assert (wrong.answer, wrong.is_right) == (2, False)
    [own] = own_statements(person.id, [workflow.id])[workflow.id]
    assert (own.statement, own.is_open, own.had) == (statement, True, None)
    frozen.shift(timedelta(minutes=1))
    assert answer_statement(person, statement, 1, by=TESTER)
    confirmed_at = clock.now()
    frozen.shift(timedelta(minutes=1))
    assert answer_statement(person, statement, 1, by=TESTER)
    assert [row.is_right for row in db.session.scalars(select(ScopeAnswer).order_by(ScopeAnswer.id))] == [False, True]
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "confirmed scope statement")).all()
    assert [(e.person_id, e.changes) for e in entries] == [
        (person.id, {"statement": [None, "version 2 for all roles"]})
    ]
    [own] = own_statements(person.id, [workflow.id])[workflow.id]
    assert own.confirmed_at == confirmed_at

    newer = make_statement(workflow, changed="More")
    [own] = own_statements(person.id, [workflow.id])[workflow.id]
    assert (own.statement, own.is_open, own.had) == (newer, True, 2)
    with pytest.raises(RuleBroken, match="There is a newer version of this"):
        answer_statement(person, statement, 1, by=TESTER)
    assert answer_statement(person, newer, 2, by=TESTER)
    assert [row.answer for row in db.session.scalars(select(ScopeAnswer).order_by(ScopeAnswer.id))] == [2, 1, None]


@pytest.mark.usefixtures("frozen")
def test_a_statement_is_asked_of_whom_it_is_for_in_waves_that_are_not_over(statements: Statements) -> None:
    programme = make_programme()
    workflow = make_workflow(programme)
    users = make_people(3)
    lead = make_person("Lea Lead", roles=(TrainingRole.LEADER,))
    both = make_person("Bo Both", roles=(TrainingRole.LEADER, TrainingRole.USER))
    nobody = make_person("Nora None", roles=())
    common, own = current_statements([workflow.id])[workflow.id][ALL], make_statement(workflow, LEADER)
    wave = make_wave(programme, members=[*users, lead, both, nobody], workflows=(workflow,), number=1)
    second = make_wave(programme, members=[users[0]], workflows=(workflow,), number=2)
    over = make_person("Olga Over")
    make_wave(programme, members=[over], workflows=(workflow,), number=3, status=WaveStatus.CLOSED)
    elsewhere = make_person("Elsa Elsewhere")
    make_wave(programme, members=[elsewhere], workflows=(), number=4)
    for person, statement in ((users[0], common), (both, common), (lead, own)):
        answer_statement(person, statement, None, by=TESTER)
    published = current_statements([workflow.id])[workflow.id]
    with statements() as sent:
        found = confirmed_by_wave(published)
    assert len(sent) == 2
    assert sorted((e.wave.number, e.statement.role.value, e.asked, e.confirmed) for e in found) == [
        (1, "everybody", 5, 2),
        (1, "leader", 2, 1),
        (2, "everybody", 1, 1),
    ]
    names = [(p.name, at is not None) for p, at in db.session.execute(readers_of(own, published))]
    assert sorted(names) == [("Bo Both", False), ("Lea Lead", True)]
    waiting = db.session.execute(readers_of(common, published, has_confirmed=False)).all()
    assert sorted(p.name for p, _ in waiting) == ["Nora None", "Person Number1", "Person Number2"]
    assert own_statement(users[0].id, common.id) is not None
    assert own_statement(lead.id, common.id) is None
    assert own_statement(over.id, common.id) is None
    assert own_statement(elsewhere.id, common.id) is None
    found_wave = own_statement(users[0].id, common.id)
    assert found_wave is not None
    assert found_wave[1] in (wave, second)
