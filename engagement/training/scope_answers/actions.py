"""Answering the question of a scope statement; the right answer confirms the statement."""

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db, insert_new, rows_changed
from engagement.errors import BadInput, RuleBroken
from engagement.people.models import Person
from engagement.programmes.scope.models import ScopeStatement
from engagement.programmes.scope.queries import newest_published
from engagement.training.scope_answers.models import ScopeAnswer
from engagement.verbs import Verb


def answer_statement(person: Person, statement: ScopeStatement, answer: int | None, *, by: Actor) -> bool:
    """Keep a person's answer to a statement; return whether it is right, so that they have confirmed it.

    A statement without a question is confirmed by reading it. Confirming twice changes nothing. Raises BadInput without an answer,
    RuleBroken for a version that no longer holds.
    """
    if newest_published(statement.workflow, statement.role) is not statement:
        raise RuleBroken("There is a newer version of this. Read that one, and confirm it.")
    if statement.asks and (answer is None or not 1 <= answer <= len(statement.choices)):
        raise BadInput("Choose an answer.", {"answer": "Choose one."})
    answer = answer if statement.asks else None
    is_right = not statement.asks or answer == statement.right_answer
    row = {
        "statement_id": statement.id,
        "person_id": person.id,
        "answer": answer,
        "is_right": is_right,
        "at": clock.now(),
    }
    added = rows_changed(insert_new(ScopeAnswer).values(row).on_conflict_do_nothing())
    if added and is_right:
        said = f"version {statement.number} for {statement.role.phrase}"
        audit.record(Verb.CONFIRMED_STATEMENT, audit.about(statement.workflow, person), by=by, statement=(None, said))
        db.session.flush()
    return is_right
