"""What is published for a training role stands in the messages of whoever has that role: built, read, approved, sent."""

from datetime import date

import pytest
from factories import make_person, make_programme, make_statement, make_wave, make_workflow
from mail.outbox import FROM, link_for
from mail.smtp_peer import smtp_peer
from sqlalchemy import select, update

from engagement import clock
from engagement.communications.actions import sending, writing
from engagement.communications.models import Occurrence
from engagement.communications.queries.approvals import approvals_of
from engagement.communications.queries.one_message import occurrence_page
from engagement.communications.queries.previews import preview_as, preview_to_nobody
from engagement.communications.rules import OccurrenceStatus, QueueOutcome
from engagement.communications.texts.queries.problems import problems_of
from engagement.communications.texts.rules.merge_fields import OF_SCOPE
from engagement.communications.texts.rules.scope_values import Published, reading_apart, scope_values
from engagement.db import db
from engagement.mail.models import Delivery, Translation
from engagement.mail.outbox.actions.delivering import deliver_until_empty
from engagement.mail.queries import messages_to, text_for
from engagement.mail.wire.actions.transport import Transport
from engagement.people.models import Person, PersonRole
from engagement.people.roles.rules import SETS, number_of, read_sets, written_sets
from engagement.people.rules import TrainingRole
from engagement.programmes.models import Workflow
from engagement.programmes.scope.models import ScopeStatement
from engagement.programmes.scope.rules import StatementFor
from tests.communications.calendar_rows import AT_TWO, make_approved, make_draft, make_line, queue

pytestmark = pytest.mark.usefixtures("app", "frozen")
USER, BUILDER, LEADER = TrainingRole.USER, TrainingRole.BUILDER, TrainingRole.LEADER
BODY = "Dear {{ first_name }},\n\nYou still do: {{ people_do }}"
ROLES = {"ann": (), "bob": (USER,), "cay": (BUILDER,), "dee": (LEADER,), "eve": (BUILDER, LEADER)}


def make_message(*workflows: Workflow, body: str = BODY) -> Occurrence:
    """Return an approved message to five people of a wave: one without a role, three with one, one with two."""
    for name, roles in ROLES.items():
        make_person(
            f"{name.title()} Reader", f"{name}@example.com", roles=roles, language="pl" if name == "eve" else None
        )
    programme = workflows[0].programme
    wave = make_wave(programme, workflows=workflows, go_live_on=date(2026, 5, 12))
    return make_approved(make_line(programme, wave=wave), body=body)


def make_claims() -> Workflow:
    """Return a workflow that says something to everybody and something else to leaders."""
    workflow = make_workflow(make_programme(), "Claims triage")
    make_statement(workflow, StatementFor.LEADER, people_do="Look at ten overruled suggestions a week")
    return workflow


def person(name: str) -> Person:
    return db.session.scalars(select(Person).where(Person.email == f"{name}@example.com")).one()


def last_lines() -> dict[str, str]:
    """Return what each reader still does, as their mail was built."""
    rows = db.session.scalars(select(Delivery).where(Delivery.person_id.is_not(None)).order_by(Delivery.address))
    return {row.name.split()[0].lower(): text_for(row).split("You still do: ")[1].split("\n")[0] for row in rows}


def test_sets_of_roles_are_written_and_read() -> None:
    assert written_sets([{BUILDER, USER}, {BUILDER}]) == "b bu"
    assert read_sets("b bu") == [{BUILDER}, {BUILDER, USER}]
    assert read_sets(written_sets(SETS.values())) == sorted(SETS.values(), key=lambda roles: written_sets([roles]))
    assert len(written_sets(SETS.values())) <= 100
    assert {number_of(roles) for roles in SETS.values()} == set(range(1, 16))


def test_each_reader_gets_what_is_published_for_their_roles() -> None:
    occurrence = make_message(make_claims())
    by_name = {name: preview_as(occurrence, person(name)).text.split("You still do: ")[1] for name in ROLES}
    assert queue(occurrence) is QueueOutcome.QUEUED
    every, leaders = "Every decision on cover", "Look at ten overruled suggestions a week"
    both = f"{every}; {leaders}"
    assert last_lines() == {"ann": every, "bob": every, "cay": every, "dee": leaders, "eve": both} == by_name
    assert [row.roles for row in db.session.scalars(select(Translation).order_by(Translation.roles))] == [
        "bl bls blsu blu ls lsu lu",
        "l",
    ]
    for name in ROLES:
        assert f"You still do: {by_name[name]}\n" in preview_as(occurrence, person(name)).text
    assert preview_to_nobody(occurrence, roles=[LEADER]).text.split("\n\n--")[0].endswith(leaders)


def test_the_mail_that_arrives_and_the_copy_in_the_service_say_the_same() -> None:
    occurrence = make_message(make_claims())
    queue(occurrence)
    db.session.commit()
    with smtp_peer() as peer, clock.standing_at(AT_TWO):
        deliver_until_empty(Transport(peer.url), "one", link_for, FROM)
    received = {m.recipient: m.message.get_body(("plain",)).get_content() for m in peer.messages}
    assert "You still do: Look at ten overruled suggestions a week" in received["dee@example.com"]
    assert "You still do: Every decision on cover" in received["bob@example.com"]
    [copy] = db.session.scalars(messages_to(person("dee").id)).all()
    assert "You still do: Look at ten overruled suggestions a week" in text_for(copy)


def test_languages_and_roles_are_told_apart_together() -> None:
    occurrence = make_message(make_claims())
    owner = occurrence.communication.owner.actor
    writing.write_translation(occurrence, "pl", "Co się zmienia", "Nadal: {{ people_do }}", by=owner)
    db.session.execute(update(Person).where(Person.email != "bob@example.com").values(language="pl"))
    mailing = sending.build_message(occurrence)
    rows = db.session.execute(
        select(Translation.language, Translation.roles)
        .where(Translation.mailing_id == mailing.id)
        .order_by(Translation.id)
    ).all()
    sets = ["l", "bl bls blsu blu ls lsu lu"]
    assert sorted(map(tuple, rows)) == sorted([("pl", ""), *((tag, each) for tag in ("en", "pl") for each in sets)])
    column = sending.translation_column(mailing, sending.UNSET)
    found = dict(db.session.execute(select(Person.email, column)).all())
    texts = {row.id: row for row in db.session.scalars(select(Translation))}
    got = {
        email.split("@")[0]: (texts[key].language, texts[key].roles) if key else None
        for email, key in found.items()
        if email.split("@")[0] in ROLES
    }
    assert got == {"ann": ("pl", ""), "bob": None, "cay": ("pl", ""), "dee": ("pl", "l"), "eve": ("pl", sets[1])}


def test_a_test_copy_reads_as_the_role_of_whom_it_stands_for() -> None:
    occurrence = make_message(make_claims())
    owner = occurrence.communication.owner
    copy = sending.send_test_copy(occurrence, person("dee"), owner, by=owner.actor)
    assert "Look at ten overruled suggestions a week" in copy.mailing.text


def test_who_joins_later_gets_the_text_of_their_role() -> None:
    occurrence = make_message(make_claims())
    queue(occurrence)
    make_person("Fay Reader", "fay@example.com", roles=(LEADER,))
    assert sending.resume_occurrence(occurrence, now=AT_TWO, by=occurrence.communication.owner.actor) == 1
    assert last_lines()["fay"] == "Look at ten overruled suggestions a week"


def test_a_text_without_such_fields_is_one_text() -> None:
    occurrence = make_message(make_claims(), body="Dear {{ first_name }}, from {{ go_live }}")
    queue(occurrence)
    assert db.session.scalars(select(Translation)).all() == []


def test_readers_without_a_statement_read_that_nothing_is_published_and_its_writer_is_warned() -> None:
    workflow = make_claims()
    db.session.query(ScopeStatement).filter_by(role=StatementFor.EVERYBODY).delete()
    occurrence = make_message(workflow)
    assert problems_of(occurrence) == []
    page = occurrence_page(occurrence)
    said = (
        "Nothing {} published of Claims triage for 1 reader without a training role, 1 reader with the training role builder and "
        "1 reader with the training role user{}. Where the text tells what it changes, they read “not published yet”."
    )
    assert (page.unsaid, page.tells_scope) == ([said.format("is", "")], True)
    queue(occurrence)
    assert occurrence.reason == said.format("was", " when it was sent")
    lines = last_lines()
    assert lines["bob"] == "not published yet"
    assert lines["dee"] == lines["eve"] == "Look at ten overruled suggestions a week"


def test_a_message_about_workflows_of_which_nothing_is_published_waits() -> None:
    workflow = make_claims()
    db.session.query(ScopeStatement).delete()
    wave = make_wave(workflow.programme, workflows=(workflow,))
    draft = make_draft(make_line(workflow.programme, wave=wave))
    writing.write_occurrence(draft, "News", BODY, by=draft.communication.owner.actor)
    assert problems_of(draft) == [
        "{{ people_do }} has no value yet; it stands for what people still do, as published for the reader’s training role."
    ]
    assert occurrence_page(draft).unsaid == []


def test_of_several_workflows_each_is_named_and_none_left_out() -> None:
    claims = make_claims()
    letters = make_workflow(claims.programme, "Letter drafting")
    db.session.query(ScopeStatement).filter_by(workflow_id=letters.id).update({"role": StatementFor.BUILDER})
    queue(make_message(claims, letters))
    lines = last_lines()
    assert lines["bob"] == "Claims triage: Every decision on cover. Letter drafting: not published yet."
    assert lines["cay"] == "Claims triage: Every decision on cover. Letter drafting: Every decision on cover."


def test_a_new_statement_for_one_role_ends_the_approval() -> None:
    workflow = make_claims()
    occurrence = make_message(workflow)
    make_statement(workflow, StatementFor.BUILDER, people_do="Test every change")
    assert queue(occurrence) is QueueOutcome.HELD
    assert occurrence.reason == (
        "What people still do, as published for the reader’s training role (builder) was “Every decision on cover” when it was "
        "approved, and is “Test every change” now."
    )


def test_a_new_statement_for_all_roles_is_told_once() -> None:
    workflow = make_claims()
    occurrence = make_message(workflow)
    make_statement(workflow, people_do="Nothing")
    assert queue(occurrence) is QueueOutcome.HELD
    assert occurrence.reason.count("and is “Nothing” now") == 1
    assert occurrence.status is OccurrenceStatus.HELD


def test_a_role_given_between_approval_and_sending_counts() -> None:
    occurrence = make_message(make_claims())
    db.session.execute(update(PersonRole).where(PersonRole.person_id == person("bob").id).values(role=LEADER))
    queue(occurrence)
    assert last_lines()["bob"] == "Look at ten overruled suggestions a week"


def test_the_same_points_are_said_once_and_alike_readers_share_a_text() -> None:
    same = {"people_do": ["Decide"]}
    fields: dict[str, list[str]] = {name: [] for name in OF_SCOPE if name != "people_do"}
    published = [Published("Claims", {StatementFor.EVERYBODY: same | fields, StatementFor.USER: same | fields})]
    assert scope_values(published, [USER, BUILDER], "–") == {"people_do": "Decide"}
    assert reading_apart(published, ["people_do"]) == []


def test_a_field_alone_in_its_paragraph_becomes_a_list() -> None:
    claims = make_claims()
    make_statement(claims, people_do="Every call\nEvery **decision** {{ first_name }}")
    occurrence = make_message(claims, body="## You still do\n\n{{ people_do }}\n\nDecided by: {{ who_decides }}")
    preview = preview_as(occurrence, person("bob"))
    assert preview.html == (
        "<h2>You still do</h2>\n<ul>\n<li>Every call</li>\n<li>Every **decision** { first_name }</li>\n</ul>\n<p>Decided by: You do.</p>"
    )
    assert preview.text == "You still do\n\n- Every call\n- Every **decision** { first_name }\n\nDecided by: You do."
    assert preview_as(occurrence, person("dee")).text.startswith(
        "You still do\n\nLook at ten overruled suggestions a week\n"
    )


def test_lists_of_several_workflows_stand_under_their_names() -> None:
    claims = make_claims()
    make_statement(claims, people_do="Every call\nEvery decision")
    letters = make_workflow(claims.programme, "Letter drafting")
    occurrence = make_message(claims, letters, body="{{ people_do }}")
    assert preview_as(occurrence, person("bob")).text == (
        "Claims triage:\n\n- Every call\n- Every decision\n\nLetter drafting: Every decision on cover"
    )


def test_what_was_approved_before_texts_differed_by_role_is_approved_again() -> None:
    occurrence = make_message(make_claims())
    [approval] = approvals_of(occurrence)
    approval.acted_on = {name: said for name, said in (approval.acted_on or {}).items() if ":" not in name}
    db.session.flush()
    assert queue(occurrence) is QueueOutcome.HELD
    assert "(leader) was “Every decision on cover” when it was approved" in occurrence.reason
