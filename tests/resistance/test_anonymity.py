"""The promise of anonymity, held against everything that is stored, logged and sent back, on both engines."""

import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from factories import PASSWORD, hand_over_letters, make_account, make_change_manager, make_unknown_concern, make_wave
from sqlalchemy import inspect, select, text

from engagement import clock
from engagement.accounts.models import Account
from engagement.content.library import playbook
from engagement.db import Base, db
from engagement.people.models import Person
from engagement.resistance import actions
from engagement.resistance.models import About, Concern
from engagement.resistance.rules import Sender, Source
from engagement.resistance.saying.actions import say_something
from engagement.resistance.saying.models import Letter
from engagement.resistance.saying.rules import Moment, receipt_hash
from engagement.scheduler import concern_jobs

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
    assert "csrf_token" not in page
    return {"form_key": re.search(r'name="form_key"[^>]*value="([^"]+)"', page)[1]}


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
    assert [table for table, _ in added] == ["concern_letter"]
    cells = dict(next(iter(added))[1])
    written = {column: value for column, value in cells.items() if value != "None"}
    assert set(written) == {"id", "source", "text", "receipt_hash", "is_from_outside"}
    assert written["is_from_outside"] in ("False", "0")
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
    assert len(db.session.scalars(select(Letter)).all()) == 1


def test_reading_the_answer_and_replying_while_signed_in_leaves_no_trace(sender, frozen):
    code = code_in(send(sender, frozen, form_of(sender)))
    hand_over_letters(INSTANT.date())
    concern = db.session.scalars(select(Concern)).one()
    actions.answer(concern, "Reserves stay yours.", by=make_change_manager().actor, on=INSTANT.date())
    db.session.commit()
    frozen.move_to(datetime(2026, 4, 14, 9, 27, 31, 654321, tzinfo=UTC))
    before = everything_stored()
    with structlog.testing.capture_logs() as lines:
        read = sender.post("/concerns/receipt", data={"code": code})
        replied = sender.post("/concerns/receipt", data={"code": code, "text": "Who says so?"}).get_data(as_text=True)
    assert "Reserves stay yours." in read.get_data(as_text=True)
    assert "Who says so?" in replied
    assert "Zebedee" not in replied
    assert lines == []
    added = everything_stored() - before
    assert sorted(table for table, _ in added) == ["concern_letter"]
    assert not re.search(rf"Zebedee|{PERSON_ID}|{ACCOUNT_ID}|27, 31|09:27", str(added))


def test_numbers_and_places_of_letters_and_concerns_tell_nothing_about_their_order(app):
    wave = make_wave()
    for number in range(40):
        say_something(
            f"{number:02}",
            Sender.ANONYMOUS,
            About(wave=wave),
            secret="s",
            moment=Moment(INSTANT.date(), "GB-ENG"),
            form_key="f" * 20,
        )
    hand_over_letters(INSTANT.date())
    db.session.commit()
    by_number = [row.text for row in db.session.scalars(select(Concern).order_by(Concern.id))]
    assert by_number != sorted(by_number)
    stored = list(db.session.scalars(text("SELECT text FROM concern" + (" NOT INDEXED" if is_sqlite() else ""))))
    assert stored != sorted(stored)
    if is_sqlite():
        made = db.session.scalars(
            text("SELECT sql FROM sqlite_master WHERE name LIKE 'concern%' AND sql LIKE '%text%'")
        )
        tables = [sql for sql in made.all() if re.match(r"CREATE TABLE concern(_letter|_reply)?\b", sql)]
        assert [("WITHOUT ROWID" in sql) for sql in tables] == [True, True, True]


def is_sqlite():
    return db.engine.dialect.name == "sqlite"


def files_of_the_database():
    """Return the bytes of every file that SQLite keeps: the database, its write-ahead log, and what stands beside it."""
    database = Path(db.engine.url.database)
    path = Path(db.session.scalar(text("SELECT file FROM pragma_database_list WHERE name = 'main'")) or database)
    db.session.rollback()
    return {each.name: each.read_bytes() for each in path.parent.glob(f"{path.name}*")}


def test_after_the_morning_no_file_tells_in_what_order_things_came(app, frozen):
    """Take the files apart as somebody would who has them: raw bytes, free pages, the log, a dump and a backup."""
    if not is_sqlite():
        pytest.skip("files of SQLite")
    said = [f"The words of the {number:03} letter" for number in range(30)]
    codes = []
    for words in said:
        codes.append(say_something(words, Sender.ANONYMOUS, secret="s", moment=Moment(INSTANT.date(), "GB-ENG")).code)
        db.session.commit()
    concern_hashes = [receipt_hash("s", code) for code in codes]
    frozen.move_to(datetime(2026, 4, 15, 6, 0, tzinfo=UTC))
    assert concern_jobs.empty_letterbox(app.config["SETTINGS"]) == "Done for today."
    files = files_of_the_database()
    assert sum(len(content) for name, content in files.items() if name.endswith("-wal")) == 0
    (database,) = (content for name, content in files.items() if not name.endswith(("-wal", "-shm")))
    for found in (said, concern_hashes):
        places = [[m.start() for m in re.finditer(each.encode(), database)] for each in found]
        # Each text stands in the file once, in `concern`; nothing is left of the letter that it was. A hash has an index too.
        assert {len(place) for place in places} == ({1} if found is said else {1, 2} & {len(p) for p in places})
        first = [place[0] for place in places]
        assert first != sorted(first)
        assert first != sorted(first, reverse=True)
    source = sqlite3.connect(
        f"file:{db.session.scalar(text('SELECT file FROM pragma_database_list'))}?mode=ro", uri=True
    )
    db.session.rollback()
    dump = "\n".join(source.iterdump())
    in_dump = [dump.index(words) for words in said]
    assert in_dump != sorted(in_dump)
    assert 'INSERT INTO "concern_letter"' not in dump
    source.close()


def test_after_the_morning_no_row_or_file_of_postgresql_tells_in_what_order_things_came(app, frozen):
    if is_sqlite():
        pytest.skip("rows of PostgreSQL")
    for number in range(30):
        say_something(f"{number:03}", Sender.ANONYMOUS, secret="s", moment=Moment(INSTANT.date(), "GB-ENG"))
        db.session.commit()
    file_before = db.session.scalar(text("SELECT pg_relation_filepath('concern_letter')"))
    frozen.move_to(datetime(2026, 4, 15, 6, 0, tzinfo=UTC))
    assert concern_jobs.empty_letterbox(app.config["SETTINGS"]) == "Done for today."
    assert db.session.scalar(text("SELECT pg_relation_filepath('concern_letter')")) != file_before
    rows = db.session.execute(
        text("SELECT text, CAST(xmin AS TEXT), CAST(ctid AS TEXT) FROM concern ORDER BY ctid")
    ).all()
    assert len({xmin for _, xmin, _ in rows}) == 1
    in_place = [words for words, _, _ in rows]
    assert in_place != sorted(in_place)


def test_no_action_turns_an_anonymous_concern_into_a_known_one(app):
    manager = make_change_manager()
    concern = make_unknown_concern(SAID, on=INSTANT.date())
    by, on = manager.actor, INSTANT.date()
    actions.acknowledge(concern, by=by)
    actions.take_over(concern, manager, by=by)
    actions.try_response(concern, playbook(concern.source.value).responses[0].title, by=by, on=on)
    actions.answer(concern, "Answer", by=by, on=on)
    actions.change_source(concern, Source.OTHER, "Same", by=by)
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
        "concern_figures",
        "concern_letter",
        "concern_period",
        "concern_reply",
        "concern_response",
        "concern_step",
    }
