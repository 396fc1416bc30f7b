"""The promise of anonymity, held against everything that is stored, logged and sent back, on both engines."""

import re
from datetime import UTC, datetime

import pytest
import structlog
from factories import PASSWORD, make_account, make_change_manager, make_wave
from sqlalchemy import inspect, select, text

from engagement import clock
from engagement.accounts.models import Account
from engagement.db import Base, db
from engagement.people.models import Person
from engagement.resistance import actions
from engagement.resistance.models import Concern

pytestmark = pytest.mark.usefixtures("frozen")
#: Numbers, an address and an instant that occur nowhere by chance.
PERSON_ID, ACCOUNT_ID = 771_001, 772_002
ADDRESS = "203.0.113.77"
INSTANT = datetime(2026, 4, 14, 8, 13, 57, 123456, tzinfo=UTC)
SAID = "If triage sets the first reserve we only explain other people’s numbers"


@pytest.fixture
def sender(app, client):
    """A browser in which somebody is signed in whose every trace can be looked for."""
    hashed = make_account("somebody.else@example.com", "Somebody Else").password_hash
    named = {"email": "zq@example.com", "name": "Zebedee Quillfeather"}
    db.session.add(Person(id=PERSON_ID, joined_at=clock.now(), **named))
    db.session.flush()
    db.session.add(Account(id=ACCOUNT_ID, person_id=PERSON_ID, password_hash=hashed, made_at=clock.now(), **named))
    db.session.commit()
    db.session.remove()
    answer = client.post("/login", data={"email": "zq@example.com", "password": PASSWORD})
    assert answer.status_code == 302
    app.config["WTF_CSRF_ENABLED"] = True
    yield client
    app.config["WTF_CSRF_ENABLED"] = False


def everything_stored():
    """Return every row of every table that the database itself knows of, as text, cell by cell."""
    found = set()
    for table in inspect(db.engine).get_table_names():
        for row in db.session.execute(text(f'SELECT * FROM "{table}"')).mappings():
            found.add((table, tuple((column, repr(value)) for column, value in row.items())))
    db.session.rollback()
    return found


def form_of(client, path="/concerns/new"):
    page = client.get(path).get_data(as_text=True)
    return {name: re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)[1] for name in ("csrf_token", "form_key")}


def send(client, frozen, form, **more):
    frozen.move_to(INSTANT)
    return client.post(
        "/concerns/new",
        data={**form, "text": SAID, "sender": "anonymous", **more},
        environ_overrides={"REMOTE_ADDR": ADDRESS},
    )


def code_in(answer):
    block = re.search(r'class="receipt-code">(.*?)</p>', answer.get_data(as_text=True), re.S)[1]
    return " ".join(re.findall(r"<span>(\w+)</span>", block))


def test_an_anonymous_concern_of_somebody_signed_in_leaves_no_trace_of_them(sender, frozen, caplog, capfd):
    form = form_of(sender)
    before = everything_stored()
    capfd.readouterr()
    with structlog.testing.capture_logs() as lines:
        answer = send(sender, frozen, form)
    added = everything_stored() - before
    assert before - everything_stored() == set()
    assert [table for table, _ in added] == ["concern"]
    cells = dict(next(iter(added))[1])
    written = {column: value for column, value in cells.items() if value != "None"}
    assert set(written) == {
        "id", "is_anonymous", "source", "severity", "text", "status", "received_on", "waiting_since_on", "receipt_hash",
    }  # fmt: skip
    session = sender.get_cookie("engagement").value
    traces = (
        str(PERSON_ID),
        str(ACCOUNT_ID),
        "Zebedee",
        "zq@",
        ADDRESS,
        "08:13",
        "13:57",
        "123456",
        session,
        *form.values(),
    )
    everywhere = str(sorted(added)) + str(lines) + caplog.text + "".join(capfd.readouterr())
    assert [trace for trace in traces if trace in everywhere] == []
    assert (lines, caplog.text) == ([], "")
    assert answer.status_code == 200


def test_no_instant_of_the_request_stands_anywhere_in_the_database(sender, frozen):
    form = form_of(sender)
    send(sender, frozen, form)
    cells = [value for _, row in everything_stored() for _, value in row]
    assert not [value for value in cells if re.search(r"8, 13, 57|08:13:57", value)]


def test_the_answer_changes_no_cookie_and_names_nobody(sender, frozen):
    form = form_of(sender)
    answer = send(sender, frozen, form)
    page = answer.get_data(as_text=True)
    assert answer.headers.getlist("Set-Cookie") == []
    assert "X-Request-Id" not in answer.headers
    assert "Zebedee" not in page
    assert "Sign out" not in page
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_browser_that_repeats_the_request_gets_the_same_code_and_stores_once(sender, frozen):
    form = form_of(sender)
    codes = {code_in(send(sender, frozen, form)) for _ in range(2)}
    assert len(codes) == 1
    assert len(db.session.scalars(select(Concern)).all()) == 1


def test_reading_the_answer_and_replying_while_signed_in_leaves_no_trace(sender, frozen):
    code = code_in(send(sender, frozen, form_of(sender)))
    actions.answer(
        db.session.scalars(select(Concern)).one(),
        "Reserves stay yours.",
        by=make_change_manager().actor,
        on=INSTANT.date(),
    )
    db.session.commit()
    frozen.move_to(datetime(2026, 4, 14, 9, 27, 31, 654321, tzinfo=UTC))
    token = re.search(r'name="csrf_token" value="([^"]+)"', sender.get("/concerns/receipt").get_data(as_text=True))[1]
    before = everything_stored()
    with structlog.testing.capture_logs() as lines:
        read = sender.post("/concerns/receipt", data={"csrf_token": token, "code": code})
        replied = sender.post(
            "/concerns/receipt", data={"csrf_token": token, "code": code, "text": "Who says so?"}
        ).get_data(as_text=True)
    assert "Reserves stay yours." in read.get_data(as_text=True)
    assert "Who says so?" in replied
    assert "Zebedee" not in replied
    assert lines == []
    added = everything_stored() - before
    assert sorted(table for table, _ in added) == ["concern", "concern_reply"]
    assert not re.search(rf"Zebedee|{PERSON_ID}|{ACCOUNT_ID}|27, 31|09:27", str(added))


def test_numbers_and_places_of_concerns_tell_nothing_about_their_order(app):
    wave = make_wave()
    for number in range(40):
        actions.say_something(
            f"{number:02}", actions.Sender.ANONYMOUS, secret="s", on=INSTANT.date(), form_key="f" * 20, wave=wave
        )
    db.session.commit()
    by_number = [row.text for row in db.session.scalars(select(Concern).order_by(Concern.id))]
    assert by_number != sorted(by_number)
    if db.engine.dialect.name == "sqlite":
        made = db.session.scalars(
            text("SELECT sql FROM sqlite_master WHERE name IN ('concern', 'concern_reply')")
        ).all()
        assert [("WITHOUT ROWID" in sql) for sql in made if sql.startswith("CREATE TABLE")] == [True, True]
        stored = list(db.session.scalars(text("SELECT text FROM concern NOT INDEXED")))
        assert stored == by_number


def test_no_action_turns_an_anonymous_concern_into_a_known_one(app):
    manager = make_change_manager()
    actions.say_something(SAID, actions.Sender.ANONYMOUS, secret="s", on=INSTANT.date(), form_key="f" * 20)
    concern = db.session.scalars(select(Concern)).one()
    by, on = manager.actor, INSTANT.date()
    actions.acknowledge(concern, by=by)
    actions.take_over(concern, manager, by=by)
    actions.answer(concern, "Answer", by=by, on=on)
    actions.change_source(concern, actions.Source.OTHER, "Same", by=by)
    actions.close(concern, "Done", by=by)
    actions.reopen(concern, "Again", by=by, on=on)
    db.session.commit()
    assert (concern.is_anonymous, concern.person_id, concern.received_at, concern.logged_by_id) == (
        True,
        None,
        None,
        None,
    )
    assert {t.name for t in Base.metadata.sorted_tables if "concern" in t.name} == {
        "concern",
        "concern_reply",
        "concern_step",
    }
