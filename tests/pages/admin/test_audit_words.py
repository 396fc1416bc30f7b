"""How the audit reads on its page and in its file: no machine word, no id, no instant of UTC with microseconds."""

import csv
import html
import re
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest
from factories import TESTER, make_account, make_department, make_person, make_programme, make_wave, signed_in
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engagement import audit
from engagement.accounts import actions as accounts
from engagement.accounts.rules import Role
from engagement.audiences.actions import change_audience, save_audience
from engagement.audit import AuditEntry
from engagement.communications.rules import CommunicationKind, OccurrenceStatus
from engagement.days.cadence import HolidayPolicy
from engagement.db import db
from engagement.mail.rules import DeliveryState
from engagement.people import actions as people
from engagement.people.rules import RoleOrigin, TrainingRole
from engagement.programmes.rules import PortfolioClass
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.standings.rules import Level
from engagement.training.rules import CompletionSource, LeftoverDecision
from engagement.verbs import Verb
from engagement.waves import actions as waves
from engagement.waves.rules import WaveStatus

pytestmark = pytest.mark.usefixtures("frozen")
#: An instant that is the next day in Tokyo.
LATE = datetime(2026, 4, 20, 16, 30, 15, 123456, tzinfo=UTC)


def auditor(app: Flask, timezone: str = "Asia/Tokyo") -> FlaskClient:
    account = make_account("auditor@example.com", "Ada Moss", Role.AUDITOR)
    accounts.choose_timezone(account, timezone)
    return signed_in(app, account)


def on_page(client: FlaskClient, verb: Verb) -> list[str]:
    page = client.get("/admin/audit", query_string={"verb": verb.words}).get_data(as_text=True)
    return [html.unescape(line) for line in re.findall(r"<li>([^<]+: [^<]*)</li>", page)]


def in_file(client: FlaskClient, **asked: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(client.get("/admin/audit.csv", query_string=asked).data.decode("utf-8-sig"))))


def keep(kind: str, changes: dict[str, list[Any]]) -> None:
    """Store an entry as an older version wrote it."""
    db.session.add(
        AuditEntry(
            at=LATE,
            actor_id=None,
            actor_name="Ines Okafor",
            verb=Verb.CHANGED_WAVE.value,
            subject_kind=kind,
            subject_id="1",
            subject_name="Thing",
            changes=changes,
        )
    )
    db.session.commit()


SAID = [
    ("wave", {"status": ["planned", "ready"]}, "status: Planned → Ready"),
    ("occurrence", {"status": ["in_review", "skipped"]}, "status: Needs approval → Skipped"),
    ("delivery", {"state": ["bounced", "queued"]}, None),
    ("account", {"role": [None, "change_manager"]}, "role: Change manager"),
    ("role_rule", {"role": [None, "technical_user"]}, None),
    ("stakeholder", {"group": ["end_users", "it_leaders"]}, "group: End users → IT leaders"),
    ("module", {"how": [None, "self_report"]}, "how: Own word"),
    ("assignment", {"old training": ["keep", None]}, None),
    ("communication", {"is_required": [True, False]}, "readers can’t switch it off: yes → no"),
    ("communication", {"kind": ["executive_update", "technical_update"]}, None),
    ("communication", {"holiday_policy": ["after", "before"]}, None),
    ("communication", {"language": [None, "pl"]}, "language: Polish"),
    ("communication", {"timezone": ["Europe/London", "America/New_York"]}, "time zone: London time → New York time"),
    (
        "communication",
        {"cadence": ["FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", None]},
        "how often: Every second Thursday → nothing",
    ),
    ("communication", {"cadence": [None, "As needed"]}, "how often: As needed"),
    ("communication", {"write_lead_days": [5, 1200]}, "working days before, for the draft: 5 → 1,200"),
    ("workflow", {"portfolio_class": ["quick_win", "strategic_bet"]}, "class: Quick win → Strategic bet"),
    ("workflow", {"who_decides": ["", "You do."]}, "who decides exceptions: nothing → You do."),
    ("wave", {"go-live": ["2026-05-12", "2027-01-04"]}, "go-live: Tuesday 12 May → Monday 4 January 2027"),
    (
        "occurrence",
        {"sends_at": ["2026-04-20T16:30:15.123456+00:00", "2026-04-14T01:00:00+00:00"]},
        "goes out: Tuesday 21 April at 01:30 → today at 10:00",
    ),
    (
        "occurrence",
        {"subject": ["", "{{ department }}: what changes with {{workflow}}"]},
        "subject: nothing → Each department: what changes with the workflow",
    ),
    ("person", {"employee_id": ["12", "13"]}, "employee number: 12 → 13"),
    ("person", {"start_on": [None, "2026-05-01"]}, "first day: Friday 1 May"),
    ("person", {"job_title": ["", "Clerk"]}, "job title: nothing → Clerk"),
    ("person", {"training roles": [["technical_user", "user"], []]}, None),
    ("person", {"training roles": ["user, leader", "leader"]}, None),
    ("wave", {"departments": [["A/B"], []]}, "departments: A/B → nothing"),
    (
        "saved_mapping",
        {"columns": [None, {"job_title": "Post", "employee_id": "No."}]},
        "columns: job title from “Post” and employee number from “No.”",
    ),
    ("audience", {"rule": [None, {"field": "everybody"}]}, "rule: People who are in the directory."),
    ("audience", {"rule": [None, {"field": "shoe_size"}]}, "rule: a rule that this version no longer understands"),
    ("wave", {"status": ["planned", "put_on_ice"]}, "status: Planned → put on ice"),
    ("saved_mapping", {"columns": [{}, {}]}, "columns: nothing → nothing"),
    ("balloon", {"air_in_it": [False, True]}, "air in it: no → yes"),
]


@pytest.mark.parametrize(
    ("kind", "changes", "said"), SAID, ids=[f"{kind}-{min(c)}-{i}" for i, (kind, c, _) in enumerate(SAID)]
)
def test_what_was_stored_raw_is_read_in_words(app: Flask, kind: str, changes: dict[str, list[Any]], said: str | None):
    client = auditor(app)
    keep(kind, changes)
    [line] = on_page(client, Verb.CHANGED_WAVE)
    assert line == (said or line)
    assert re.findall(r"\w_\w|\d{4}-\d\d|T\d\d:|\.\d{6}|True|False|None|FREQ=|[{}\[\]]", line) == []
    stored = db.session.scalars(select(AuditEntry.changes).where(AuditEntry.subject_name == "Thing")).one()
    assert stored == changes


@pytest.mark.parametrize(
    ("kind", "field", "text"),
    [
        ("stakeholder", "role", "change_manager, Chair of the_board"),
        ("wave", "name", "9999-99-99"),
        ("occurrence", "sends at", "9999-12-31T23:59:59+00:00"),
        ("communication", "time zone", "Mars/Olympus"),
        ("communication", "how often", "FREQ=NEVER"),
        ("communication", "language", "[…]"),
    ],
)
def test_what_somebody_wrote_or_nobody_knows_reads_as_it_stands(app: Flask, kind: str, field: str, text: str):
    client = auditor(app)
    stored = {"time zone": "timezone", "how often": "cadence"}.get(field, field)
    keep(kind, {stored: [None, text]})
    assert on_page(client, Verb.CHANGED_WAVE) == [f"{field}: {text}"]
    assert [row["changes"] for row in in_file(client, verb="changed wave")] == [f"{field}: {text}"]


WORDED = [
    ("wave", "status", WaveStatus),
    ("occurrence", "status", OccurrenceStatus),
    ("delivery", "state", DeliveryState),
    ("communication", "kind", CommunicationKind),
    ("communication", "holiday_policy", HolidayPolicy),
    ("workflow", "portfolio_class", PortfolioClass),
    ("account", "role", Role),
    ("role_rule", "role", TrainingRole),
    ("person", "training roles", TrainingRole),
    ("stakeholder", "group", StakeholderGroup),
    ("stakeholder", "level_now", Level),
    ("stakeholder", "level_wanted", Level),
    ("module", "how", CompletionSource),
    ("assignment", "old training", LeftoverDecision),
]


@pytest.mark.parametrize(("kind", "field", "vocabulary"), WORDED, ids=[f"{kind}-{field}" for kind, field, _ in WORDED])
def test_every_word_of_a_vocabulary_reads_as_its_own_pages_say_it(app: Flask, kind: str, field: str, vocabulary: Any):
    client = auditor(app)
    keep(kind, {field: [None, [member.value for member in vocabulary]]})
    [line] = on_page(client, Verb.CHANGED_WAVE)
    assert line.partition(": ")[2] == ", ".join(member.word for member in vocabulary)


def test_what_is_done_now_reads_in_words(app: Flask):
    wave = make_wave(make_programme(), go_live_on=date(2026, 5, 12))
    waves.change_status(wave, WaveStatus.READY, reason="Rehearsed.", by=TESTER)
    waves.move_go_live(wave, date(2026, 5, 19), reason="The summer", by=TESTER)
    person = make_person(roles=(TrainingRole.USER,))
    people.give_roles(person, (TrainingRole.USER, TrainingRole.LEADER), origin=RoleOrigin.HAND, by=TESTER)
    audience = save_audience("Claims", {"field": "everybody"}, by=TESTER)
    rule = {"field": "department", "values": [make_department("Sales").id]}
    change_audience(audience, "Claims", rule, by=TESTER)
    client = auditor(app, "Europe/London")
    assert on_page(client, Verb.CHANGED_STATUS_OF_WAVE) == ["status: Planned → Ready", "reason: Rehearsed."]
    assert on_page(client, Verb.MOVED_GO_LIVE) == ["go-live: Tuesday 12 May → Tuesday 19 May", "reason: The summer"]
    [changed] = on_page(client, Verb.CHANGED_AUDIENCE)
    assert changed.startswith("rule: ")
    assert "Sales" in changed
    assert f"{rule['values'][0]}" not in changed
    user, leader = TrainingRole.USER.word, TrainingRole.LEADER.word
    assert f"training roles: {user} → {leader}, {user}" in on_page(client, Verb.CHANGED_TRAINING_ROLES)


def test_the_file_says_the_same_with_year_and_zone(app: Flask):
    client = auditor(app)
    keep("occurrence", {"sends_at": ["2026-04-20T16:30:15.123456+00:00", None], "status": [None, "in_review"]})
    [row] = in_file(client, verb=Verb.CHANGED_WAVE.words)
    assert row == {
        "at (UTC)": "2026-04-20T16:30:15+00:00",
        "who": "Ines Okafor",
        "did what": "changed wave",
        "kind": "message",
        "id": "1",
        "name": "Thing",
        "changes": "goes out: 21 April 2026 at 01:30, Tokyo time → nothing; status: Needs approval",
    }


def test_verbs_are_said_and_searched_in_their_words(app: Flask):
    person = make_person("Olive Own")
    people.mark_as_left(person, by=TESTER)
    people.take_back(person, by=TESTER)
    client = auditor(app)
    page = client.get("/admin/audit").get_data(as_text=True)
    assert '<option value="took back person who had left">took back' in page
    for verb in ("took back person who had left", "took back"):
        rows = in_file(client, verb=verb)
        assert [(row["did what"], row["name"]) for row in rows] == [("took back person who had left", "Olive Own")]


def test_who_signed_in_that_day_has_no_time(app: Flask):
    make_account("emil@example.com", "Emil Employee")
    account = make_account("emma@example.com", "Emma Employee")
    audit.record(Verb.SIGNED_IN_THAT_DAY, account, by=audit.CLOCK)
    db.session.flush()
    client = auditor(app)
    page = client.get("/admin/audit", query_string={"verb": "signed in that day"}).get_data(as_text=True)
    assert re.findall(r'<td class="tight">([^<]+)<', page) == ["Tuesday 14 April"]
    assert [row["at (UTC)"] for row in in_file(client, verb="signed in that day")] == ["2026-04-14"]
