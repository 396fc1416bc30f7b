"""The oversight roster: dated rows, what is refused, and what counts as a lapse."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from factories import TESTER, make_person, make_programme, make_workflow
from sqlalchemy import select

from engagement import clock
from engagement.attention.queries.holding import held_by
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people import actions as people
from engagement.programmes.oversight.actions import (
    OverseerDetails,
    change_overseer,
    name_overseer,
    release_overseer,
    said_of,
)
from engagement.programmes.oversight.queries import overseers_of, oversight_lapses
from engagement.programmes.oversight.rules import LapseKind
from tests.conftest import Statements

pytestmark = pytest.mark.usefixtures("app", "frozen")
TODAY = date(2026, 4, 14)
SAID = OverseerDetails("Works order 14", TODAY, "Monday to Friday, 7 to 19")


def test_a_change_ends_the_row_and_adds_another():
    workflow, ada, ben = make_workflow(make_programme()), make_person("Ada Stop"), make_person("Ben Deputy")
    first = name_overseer(workflow, ada, SAID, on=TODAY, by=TESTER)
    assert change_overseer(first, SAID, on=TODAY, by=TESTER) is first
    later = TODAY + timedelta(days=7)
    said = replace(SAID, deputy=ben, certificate="Two days", certificate_until=later)
    second = change_overseer(first, said, on=later, by=TESTER)
    assert [(row.since_on, row.until_on, said_of(row)) for row in overseers_of(workflow)] == [
        (later, None, said),
        (TODAY, later, SAID),
    ]
    with pytest.raises(RuleBroken, match="Ada Stop’s line has ended"):
        change_overseer(first, said, on=later, by=TESTER)
    assert [(thing.what, thing.as_what) for thing in held_by(ada)] == [("Claims triage", "May stop it")]
    release_overseer(second, on=later, by=TESTER)
    assert held_by(ada) == []
    verbs = db.session.scalars(select(AuditEntry.verb).where(AuditEntry.person_id == ada.id).order_by(AuditEntry.id))
    assert list(verbs)[-3:] == ["named overseer", "changed overseer", "released overseer"]


def test_what_makes_no_sense_is_refused():
    workflow, ada, gone = make_workflow(make_programme()), make_person("Ada Stop"), make_person("Gone Already")
    people.mark_as_left(gone, by=TESTER)
    name_overseer(workflow, ada, SAID, on=TODAY, by=TESTER)
    ben = make_person("Ben New")
    refused = []
    for person, said in (
        (ada, SAID),
        (gone, SAID),
        (ben, replace(SAID, hours=" ")),
        (ben, replace(SAID, authority="")),
        (ben, replace(SAID, authority="x" * 1_001)),
        (ben, replace(SAID, deputy=ben)),
        (ben, replace(SAID, deputy=gone)),
        (ben, replace(SAID, certificate_until=TODAY)),
    ):
        with pytest.raises(BadInput) as error:
            name_overseer(workflow, person, said, on=TODAY, by=TESTER)
        refused += [list(error.value.problems)]
    assert refused == [
        ["person"],
        ["person"],
        ["hours"],
        ["authority"],
        ["authority"],
        ["deputy"],
        ["deputy"],
        ["certificate"],
    ]
    assert len(overseers_of(workflow)) == 1


def test_lapses_are_named_and_take_one_query(statements: Statements):
    programme = make_programme()
    fine, bare, old, left, nobody = (
        make_workflow(programme, name) for name in ("Fine", "Bare", "Old", "Left", "Nobody")
    )
    ada, gone, deputy = make_person("Ada Stop"), make_person("Gone Stop"), make_person("Gone Deputy")
    lasting = replace(SAID, certificate="Two days", certificate_until=TODAY, deputy=make_person("Ben Deputy"))
    name_overseer(fine, ada, lasting, on=TODAY, by=TESTER)
    name_overseer(bare, ada, replace(SAID, authority="", authority_on=None), on=TODAY, by=TESTER)
    ran_out = TODAY - timedelta(days=1)
    name_overseer(old, ada, replace(lasting, certificate_until=ran_out, deputy=deputy), on=TODAY, by=TESTER)
    name_overseer(left, gone, replace(SAID, authority="", authority_on=None), on=TODAY, by=TESTER)
    for person in (gone, deputy):
        people.mark_as_left(person, by=TESTER)
    ids = [workflow.id for workflow in (fine, bare, old, left, nobody)]
    db.session.commit()
    with statements() as sent:
        found = oversight_lapses(ids, clock.now().date())
    assert len(sent) == 1
    assert [(lapse.workflow_id, lapse.kind, lapse.sentence) for lapse in found] == [
        (bare.id, LapseKind.AUTHORITY, "It is written nowhere that Ada Stop may stop it."),
        (old.id, LapseKind.CERTIFICATE, "Ada Stop’s certificate ran out on 13 April 2026."),
        (old.id, LapseKind.DEPUTY, "Ada Stop’s deputy has left."),
        (left.id, LapseKind.LEFT, "Gone Stop, who may stop it, has left."),
        (nobody.id, LapseKind.NOBODY, "Nobody is named who may stop or overrule it."),
    ]
