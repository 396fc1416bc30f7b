"""How messages are called in lists: without merge fields, and without a query for each."""

import pytest
from factories import make_person, make_programme, make_wave, make_workflow
from sqlalchemy import update

from engagement.communications.actions.sending import queue_occurrence
from engagement.communications.models import Occurrence
from engagement.communications.queries.calendar import coming_messages
from engagement.communications.texts.queries.subjects import subjects_shown
from engagement.db import db
from engagement.waves.models import Wave
from tests.communications.calendar_rows import AT_TWO, make_approved, make_draft, make_line
from tests.conftest import Statements

pytestmark = pytest.mark.usefixtures("app", "frozen")


def shown(subject: str, **details: object) -> str:
    occurrence = make_draft(make_line(subject=subject, **details))  # type: ignore[arg-type]
    return subjects_shown([occurrence])[occurrence.id]


def test_what_all_readers_share_is_filled_in_and_the_rest_said_in_words() -> None:
    programme = make_programme()
    wave = make_wave(programme, workflows=(make_workflow(programme, "Claims triage"),))
    subject = "{{department}}: {{ workflow }} in {{ programme }} from {{ go_live }}"
    expected = "Each department: Claims triage in Claims and finance from Tuesday 12 May"
    assert shown(subject, programme=programme, wave=wave) == expected


def test_without_a_subject_it_is_the_name_of_the_communication() -> None:
    assert shown("", name="Technical update") == "Technical update"


def test_an_unknown_field_stays_as_it_is_typed_so_that_it_is_noticed() -> None:
    assert shown("From {{ go_liv }}") == "From {{ go_liv }}"


def test_a_message_that_is_out_keeps_the_date_it_was_sent_with() -> None:
    programme = make_programme()
    wave = make_wave(programme, workflows=(make_workflow(programme),))
    make_person()
    occurrence = make_approved(make_line(programme, wave=wave))
    db.session.execute(
        update(Occurrence).where(Occurrence.id == occurrence.id).values(subject="It begins on {{ go_live }}")
    )
    db.session.refresh(occurrence)
    queue_occurrence(occurrence.id, now=AT_TWO, lateness_limit_hours=24)
    db.session.execute(update(Wave).where(Wave.id == wave.id).values(go_live_on=wave.go_live_on.replace(day=26)))
    db.session.expire_all()
    assert subjects_shown([occurrence])[occurrence.id] == "It begins on Tuesday 12 May"


def test_many_messages_need_no_query_each(statements: Statements) -> None:
    programme = make_programme()
    line = make_line(
        programme, wave=make_wave(programme, workflows=(make_workflow(programme),)), subject="{{ workflow }}"
    )
    for hour in range(6):
        make_draft(line, AT_TWO.replace(hour=13 + hour))
    db.session.flush()
    rows = coming_messages(AT_TWO.replace(hour=1), limit=50)
    with statements() as sent:
        assert set(subjects_shown(rows).values()) == {"Claims triage"}
    assert len(rows) == 6
    assert len(sent) <= 2
