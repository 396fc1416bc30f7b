"""What was in the database before a migration is true after it, on both databases."""

from datetime import UTC, date, datetime

from flask_migrate import upgrade
from sqlalchemy import inspect, select, text

from engagement.db import db
from engagement.letters import sort_key
from engagement.readiness.gate.models import GateCondition
from engagement.training.models import Assignment, Completion
from engagement.waves.milestones.models import Milestone
from engagement.waves.models import GoLiveMove, Wave, WaveStep


def test_roles_given_before_lose_their_number_only(empty):
    upgrade(revision="0001")
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO person (id, name, first_name, last_name, job_title, location, country, searched_by, joined_at)"
                " VALUES (7, 'Ada', 'Ada', '', '', '', '', 'ada', '2026-04-14 08:00:00')"
            )
        )
        for number, role in enumerate(("leader", "user"), 1):
            connection.execute(
                text("INSERT INTO person_role VALUES (:number, 7, :role, 'file', '2026-04-14 08:00:00')"),
                {"number": number, "role": role},
            )
    upgrade()
    with db.engine.begin() as connection:
        found = connection.execute(text("SELECT person_id, role, origin FROM person_role ORDER BY role")).all()
    assert found == [(7, "leader", "file"), (7, "user", "file")]
    assert inspect(db.engine).get_pk_constraint("person_role")["constrained_columns"] == ["person_id", "role"]


def test_sign_ins_keep_the_addresses_that_people_signed_in_with(empty):
    upgrade(revision="0007")
    person = (
        "INSERT INTO person (id, email, left_at, name, first_name, last_name, job_title, location, country, searched_by, joined_at)"
        " VALUES (:id, :email, :left_at, 'A', '', '', '', '', '', '', '2026-04-14 08:00:00')"
    )
    account = (
        "INSERT INTO account (id, email, name, person_id, session_version, made_at, is_demonstration)"
        " VALUES (:id, :email, 'A', :person_id, 1, '2026-04-14 08:00:00', false)"
    )
    with db.engine.begin() as connection:
        for number, email, left_at in (
            (1, "a@example.com", None), (2, "b@example.com", None), (3, "c@example.com", "2026-04-01 08:00:00"),
            (4, "c@example.com", None), (5, None, None), (6, "outside@example.com", None),
        ):  # fmt: skip
            connection.execute(text(person), {"id": number, "email": email, "left_at": left_at})
        for number, email, person_id in (
            # One and two had each other's address before; three left, and four has the address now.
            (1, "b@example.com", 1), (2, "a@example.com", 2), (3, "c@example.com", 3), (4, "d@example.com", 4),
            (5, "e@example.com", 5), (6, "f@example.com", 6), (7, "outside@example.com", None),
        ):  # fmt: skip
            connection.execute(text(account), {"id": number, "email": email, "person_id": person_id})
    upgrade()
    with db.engine.begin() as connection:
        found = dict(connection.execute(text("SELECT id, email FROM account ORDER BY id")).all())
    assert found == {
        1: "a@example.com",
        2: "b@example.com",
        3: "formerly-3@invalid",
        4: "c@example.com",
        5: "e@example.com",
        6: "outside@example.com",
        7: "formerly-7@invalid",
    }


def test_what_was_true_of_waves_and_training_is_carried_over(empty):
    """A member by hand and one of before; a wave whose steps the audit has, one that it knows nothing of; a completion."""
    upgrade(revision="0010")
    at = "2026-04-14 08:00:00"
    audit_entry = (
        "INSERT INTO audit_entry (id, at, actor_name, verb, subject_kind, subject_id, subject_name, person_id, wave_id, changes)"
        " VALUES (:id, :at, :who, :verb, 'wave', '1', 'Wave', :person, 1, :changes)"
    )
    entries = (
        ("2026-03-01 08:00:00", "Ines", "planned wave", None, '{"go-live": [null, "2026-05-12"]}'),
        ("2026-03-02 08:00:00", "Sam", "changed status of wave", None, '{"status": ["planned", "cancelled"]}'),
        ("2026-03-03 08:00:00", "Ines", "changed status of wave", None, '{"status": ["cancelled", "planned"]}'),
        ("2026-03-04 23:30:00", "Ola", "added member", 1, '{"member": [null, "A"]}'),
    )
    with db.engine.begin() as connection:

        def put(table, **values):
            columns = ", ".join(f'"{name}"' for name in values)
            places = ", ".join(f":{name}" for name in values)
            connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({places})"), values)

        nothing = dict.fromkeys(("first_name", "last_name", "job_title", "location", "country", "searched_by"), "")
        for number in (1, 2):
            put("person", id=number, name="A", joined_at=at, **nothing)
        put("programme", id=1, name="P", purpose="", made_at=at)
        for number, status in ((1, "planned"), (2, "live")):
            named = {"number": number, "name": "W", "aim": "", "status": status, "training_lead_days": 7}
            put("wave", id=number, programme_id=1, go_live_on="2026-05-12", made_at="2026-03-01 07:00:00", **named)
        put("membership", id=1, wave_id=1, person_id=1, origin="hand", joined_at=at)
        put("membership", id=2, wave_id=1, person_id=2, origin="department", joined_at=at, ended_at=at)
        put("module", id=1, slug="m", title="M", summary="", body="", minutes=5, pass_mark=80, version=1, changed_at=at)
        known = {"source": "quiz", "score": 90, "recorded_by": "A", "completed_at": "2026-03-04 23:30:00"}
        put("completion", id=1, person_id=1, module_id=1, module_version=1, **known)
        put("assignment", id=1, wave_id=1, person_id=1, role="user", assigned_at=at)
        for number, (when, who, verb, person, changes) in enumerate(entries, 1):
            values = {"id": number, "at": when, "who": who, "verb": verb, "person": person, "changes": changes}
            connection.execute(text(audit_entry), values)
    upgrade(revision="0012")
    with db.engine.begin() as connection:
        steps = connection.execute(select(WaveStep.wave_id, WaveStep.status, WaveStep.by).order_by(WaveStep.id)).all()
        days = connection.scalars(select(WaveStep.at).where(WaveStep.wave_id == 1).order_by(WaveStep.id)).all()
        members = connection.execute(text("SELECT id, origin, joined_by, ended_by FROM membership ORDER BY id")).all()
        done = connection.execute(select(Completion.completed_on, Completion.score)).all()
        due = connection.scalars(select(Assignment.own_due_on)).all()
    assert steps == [
        (1, "planned", "Ines"),
        (1, "cancelled", "Sam"),
        (1, "planned", "Ines"),
        (2, "planned", None),
        (2, "live", None),
    ]
    assert [at.day for at in days] == [1, 2, 3]
    assert members == [(1, "hand", "Ola", None), (2, "department", None, None)]
    assert (done, due) == ([(date(2026, 3, 4), 90)], [None])


def test_moves_of_go_live_are_taken_over_from_the_audit_and_training_is_due_as_before(empty):
    """Two moves of a wave that is there, one of a wave that is gone; a wave that never moved."""
    upgrade(revision="0014")
    wave = (
        "INSERT INTO wave (id, programme_id, number, name, aim, status, go_live_on, training_lead_days, made_at)"
        " VALUES (:id, 1, :id, 'W', '', 'planned', :day, :lead, '2026-03-01 07:00:00')"
    )
    moved = (
        "INSERT INTO audit_entry (at, actor_name, verb, subject_kind, subject_id, subject_name, changes)"
        " VALUES ('2026-04-14 08:00:00', 'Ines', 'moved go-live', 'wave', :wave, 'Wave', :changes)"
    )
    moves = (
        ("1", '{"go-live": ["2026-05-12", "2026-05-26"], "reason": [null, "Late data."]}'),
        ("9", '{"go-live": ["2026-05-12", "2026-05-26"], "reason": [null, "Gone."]}'),
        ("1", '{"go-live": ["2026-05-26", "2026-06-02"]}'),
    )
    with db.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO programme (id, name, purpose, made_at) VALUES (1, 'P', '', '2026-03-01 07:00:00')")
        )
        connection.execute(text(wave), {"id": 1, "day": "2026-06-02", "lead": 7})
        connection.execute(text(wave), {"id": 2, "day": "2026-03-01", "lead": 1})
        for wave_id, changes in moves:
            connection.execute(text(moved), {"wave": wave_id, "changes": changes})
    upgrade()
    with db.engine.begin() as connection:
        kept = select(GoLiveMove.wave_id, GoLiveMove.from_on, GoLiveMove.to_on, GoLiveMove.reason, GoLiveMove.by)
        found = connection.execute(kept.order_by(GoLiveMove.id)).all()
        due = connection.execute(select(Wave.id, Wave.training_due_on).order_by(Wave.id)).all()
        counted = (Milestone.wave_id, Milestone.kind, Milestone.falls_on, Milestone.offset_days)
        milestones = connection.execute(select(*counted).order_by(Milestone.id)).all()
    assert found == [
        (1, date(2026, 5, 12), date(2026, 5, 26), "Late data.", "Ines"),
        (1, date(2026, 5, 26), date(2026, 6, 2), "", "Ines"),
    ]
    assert due == [(1, date(2026, 5, 26)), (2, date(2026, 2, 28))]
    assert milestones == [
        (1, "go_live", date(2026, 6, 2), None),
        (1, "training_due", date(2026, 5, 26), -7),
        (2, "go_live", date(2026, 3, 1), None),
        (2, "training_due", date(2026, 2, 28), -1),
    ]


def test_conditions_of_before_were_told_when_they_were_decided(empty):
    upgrade(revision="0087")
    ids = {"programme_id": 1, "wave_id": 1, "approver_id": 1, "decision_id": 1, "owner_id": 1}
    decided = datetime(2026, 4, 1, 8, tzinfo=UTC)
    with db.engine.begin() as connection:
        for statement in (
            "INSERT INTO programme (id, name, purpose, made_at) VALUES (1, 'P', '', '2026-03-01 07:00:00')",
            "INSERT INTO wave (id, programme_id, number, name, aim, exit_criteria, status, go_live_on, training_due_on, made_at)"
            " VALUES (1, :programme_id, 1, 'W', '', '', 'planned', '2026-04-20', '2026-04-13', '2026-03-01 07:00:00')",
            "INSERT INTO person (id, name, first_name, last_name, job_title, location, country, searched_by, sorted_by, joined_at)"
            " VALUES (1, 'Sue', 'Sue', '', '', '', '', 'sue', 's', '2026-03-01 07:00:00')",
            "INSERT INTO gate_decision (id, wave_id, approver_id, choice, reason, go_live_on, decided_at)"
            " VALUES (1, :wave_id, :approver_id, 'conditions', 'R', '2026-04-20', '2026-04-01 08:00:00')",
            "INSERT INTO gate_condition (id, decision_id, text, owner_id, due_on, settled_note)"
            " VALUES (1, :decision_id, 'More people', :owner_id, '2026-04-18', '')",
        ):
            connection.execute(text(statement), {key: value for key, value in ids.items() if f":{key}" in statement})
    upgrade()
    with db.engine.begin() as connection:
        assert connection.scalars(select(GateCondition.told_at)).all() == [decided]


def test_names_of_before_are_found_and_ordered(empty):
    upgrade(revision="0016")
    person = (
        "INSERT INTO person (id, name, first_name, last_name, job_title, location, country, searched_by, joined_at, erased_at)"
        " VALUES (:id, :name, :first, :last, '', '', '', :searched, '2026-04-14 08:00:00', :erased)"
    )
    people = ((1, "Pia van den Berg", "Pia", "van den Berg"), (2, "Ewa Ślązak", "Ewa", "Ślązak"), (3, "Zoe", "Zoe", ""))
    gone = {"id": 4, "name": "Erased", "first": "", "last": "", "searched": "", "erased": "2026-04-14 08:00:00"}
    with db.engine.begin() as connection:
        for number, name, first, last in people:
            values = {
                "id": number,
                "name": name,
                "first": first,
                "last": last,
                "searched": name.casefold(),
                "erased": None,
            }
            connection.execute(text(person), values)
        connection.execute(text(person), gone)
        department = "INSERT INTO department (id, name, path, lineage) VALUES (:id, :name, :path, :lineage)"
        for number, path in ((1, "Zölle"), (2, "Éire/Claims"), (3, "éire")):
            values = {"id": number, "name": path, "path": path, "lineage": f"/{number}/"}
            connection.execute(text(department), values)
        outside = (
            "INSERT INTO stakeholder (id, kind, name, added_at) VALUES (1, 'outside', 'Ørsted', '2026-04-14 08:00:00')"
        )
        connection.execute(text(outside))
    upgrade(revision="0017")
    with db.engine.begin() as connection:
        found = connection.execute(text("SELECT id, searched_by FROM person ORDER BY sorted_by")).all()
        places = connection.scalars(text("SELECT id FROM department ORDER BY sorted_by")).all()
        stakeholder = connection.scalar(text("SELECT sorted_by FROM stakeholder"))
    assert found == [(4, ""), (2, "ewa slazak"), (1, "pia van den berg"), (3, "zoe")]
    assert (places, stakeholder) == ([3, 2, 1], sort_key("Ørsted"))


def _insert(rows) -> None:
    """Insert rows, each a table's name with its values by column."""
    with db.engine.begin() as connection:
        for name, values in rows:
            places = ", ".join(f":{column}" for column in values)
            connection.execute(text(f"INSERT INTO {name} ({', '.join(values)}) VALUES ({places})"), values)


def test_rows_and_what_points_to_them_stay_when_tables_are_copied(empty):
    upgrade(revision="0013")
    at, nothing = "2026-04-14 08:00:00", dict.fromkeys(("first_name", "last_name", "job_title", "location"), "")
    person = {"name": "A", "country": "", "searched_by": "", "joined_at": at, **nothing}
    line = {"kind": "programme_update", "name": "News", "at": "09:00", "timezone": "UTC", "holiday_country": "GB"}
    line |= {"holiday_policy": "after", "write_lead_days": 5, "is_required": True, "in_working_hours": True}
    line |= {"starts_on": "2026-04-14", "cadence_since": at, "made_at": at}
    line |= {"asks_confirmation": False, "remind_after_days": 3, "remind_times": 2, "subject": "", "outline": ""}
    message = {"communication_id": 3, "planned_for": at, "sends_at": at, "write_by": "2026-04-14", "status": "draft"}
    message |= {"subject": "", "body": "", "from_cadence": True, "asks_confirmation": False, "text_version": 1}
    rows = (
        ("person", {"id": 4, **person}),
        ("person", {"id": 9, "manager_id": 4, **person}),
        ("person_role", {"person_id": 9, "role": "user", "origin": "file", "given_at": at}),
        (
            "account",
            {"id": 5, "email": "a@example.com", "name": "A", "session_version": 1, "made_at": at}
            | {"is_demonstration": False},
        ),
        ("programme", {"id": 2, "name": "P", "purpose": "", "made_at": at}),
        ("audience", {"id": 6, "name": "All", "note": "", "rule": "{}", "made_at": at}),
        ("communication", {"id": 3, "programme_id": 2, "audience_id": 6, "owner_id": 5, **line}),
        ("occurrence", {"id": 8, "reason": "", **message}),
        ("occurrence_text", {"id": 1, "occurrence_id": 8, "language": "pl", "subject": "", "body": "Tekst"}),
    )
    _insert(rows)
    upgrade()
    with db.engine.begin() as connection:
        for name, values in rows:
            condition = f" WHERE id = {values['id']}" if "id" in values else ""
            assert connection.scalar(text(f"SELECT count(*) FROM {name}{condition}")) == 1, name
        manager = connection.scalar(text("SELECT manager_id FROM person WHERE id = 9"))
        translated = connection.scalar(text("SELECT body FROM occurrence_text WHERE occurrence_id = 8"))
    assert (manager, translated) == (4, "Tekst")


def test_a_sponsors_own_view_is_told_from_one_that_was_written_down_for_them(empty):
    upgrade(revision="0087")
    at = "2026-04-14 08:00:00"
    names = dict.fromkeys(
        ("first_name", "last_name", "job_title", "location", "country", "searched_by", "sorted_by"), ""
    )
    view = {"wave_id": 1, "for_role": "everybody", "basis": "", "said_at": at}
    rows = (
        ("person", {"id": 7, "name": "Margaret Leclerc", "joined_at": at, **names}),
        ("programme", {"id": 1, "name": "P", "purpose": "", "made_at": at}),
        (
            "wave",
            {"id": 1, "programme_id": 1, "number": 1, "name": "W", "aim": "", "exit_criteria": "", "status": "planned"}
            | {"go_live_on": "2026-05-12", "training_due_on": "2026-05-05", "made_at": at},
        ),
        *(
            ("department", {"id": key, "name": f"D{key}", "path": f"D{key}", "lineage": f"/{key}/", "sorted_by": ""})
            for key in (1, 2)
        ),
        (
            "impact_assessment",
            {**view, "department_id": 1, "side": "sponsors", "sponsor_id": 7, "said_by": "Margaret Leclerc"},
        ),
        ("impact_assessment", {**view, "department_id": 2, "side": "sponsors", "sponsor_id": 7, "said_by": "Ines"}),
        ("impact_assessment", {**view, "department_id": 1, "side": "leaders", "said_by": "Margaret Leclerc"}),
    )
    _insert(rows)
    upgrade()
    with db.engine.begin() as connection:
        found = connection.scalars(text("SELECT said_by FROM impact_assessment ORDER BY id")).all()
    assert found == ["", "Ines", "Margaret Leclerc"]
