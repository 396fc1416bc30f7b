"""The rooms' scopes under every right of every role, wherever it was given, and of every post: lists, answers and look-ups agree."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from factories import (
    TESTER,
    make_account,
    make_department,
    make_person,
    make_programme,
    make_unknown_concern,
    make_wave,
)
from flask import Flask
from sqlalchemy import ColumnElement, select

from engagement import clock
from engagement.accounts.actions import account_for_person
from engagement.accounts.models import Grant
from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.accounts.scopes import rights
from engagement.communications import scopes as communications
from engagement.communications.models import Communication
from engagement.db import db
from engagement.errors import BeyondReach, NotFound
from engagement.people import scopes as people
from engagement.people.models import Department
from engagement.programmes import scopes as programmes
from engagement.programmes.models import Programme
from engagement.reach import Reach
from engagement.resistance import scopes as resistance
from engagement.resistance.models import Concern
from engagement.stakeholders import scopes as stakeholders
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.queries import line_for
from engagement.stakeholders.rules import StakeholderGroup
from engagement.waves import scopes as waves
from engagement.waves.models import Wave
from tests.communications.calendar_rows import make_audience, make_line, make_writer

pytestmark = pytest.mark.usefixtures("frozen")
RIGHTS: tuple[Callable[[Any], Reach], ...] = (
    rights.planning,
    rights.naming_leads,
    rights.reading,
    rights.naming_by_number,
    rights.choosing_audiences,
    rights.seeing_departments,
    rights.training,
    rights.reading_old_training,
    rights.reading_maps,
    rights.reading_notes,
    rights.reporting,
    rights.auditing,
    rights.administering,
    rights.keeping_people,
    rights.reading_operation,
)


@dataclass(frozen=True)
class Kind:
    """One kind of row: its rows in order, the condition for them, the answer for one, and the look-up."""

    model: type[Any]
    rows: Sequence[Any]
    within: Callable[[Reach], ColumnElement[bool]]
    answers: Callable[[Reach, Any], bool]
    look_up: Callable[[Reach, int], Any]

    def seen(self, reach: Reach) -> str:
        """Return the numbers of the rows within reach, after holding list, answer and look-up against each other."""
        listed = set(db.session.scalars(select(self.model.id).where(self.within(reach))))
        assert listed == {row.id for row in self.rows if self.answers(reach, row)}
        for row in self.rows:
            try:
                self.look_up(reach, row.id)
            except (BeyondReach, NotFound):
                assert row.id not in listed
            else:
                assert row.id in listed
        return "".join(str(number) for number, row in enumerate(self.rows) if row.id in listed)


@pytest.fixture
def kinds(app: Flask) -> dict[str, Kind]:
    """Two waves of one programme, one of another; below them one row for each wave, and one for the first programme."""
    first, second = make_programme("First"), make_programme("Second")
    made = [make_wave(first, number=1), make_wave(first, number=2), make_wave(second)]
    audience, owner = make_audience(), make_writer()
    lines = [
        make_line(wave.programme, wave=wave, audience=audience, owner=owner, name=f"Line {n}")
        for n, wave in enumerate(made)
    ]
    lines.append(make_line(first, audience=audience, owner=owner, name="Line 3"))
    on_maps = [
        add_stakeholder(f"Holder {n}", StakeholderGroup.OTHERS, places=[place], by=TESTER)
        for n, place in enumerate((*made, first))
    ]
    said = [make_unknown_concern(f"Concern {n}", on=clock.now().date(), wave=w) for n, w in enumerate((*made, None))]
    departments = [make_department(path) for path in ("Top", "Top/Below", "Beside")]
    db.session.flush()
    return {
        "programme": Kind(
            Programme,
            [first, second],
            programmes.programmes_within,
            programmes.reaches_programme,
            programmes.programme_for,
        ),
        "wave": Kind(Wave, made, waves.waves_within, waves.reaches_wave, waves.wave_for),
        "department": Kind(
            Department, departments, people.departments_within, people.reaches_department, people.department_for
        ),
        "message": Kind(
            Communication, lines, communications.readable, communications.may_read, communications.communication_for
        ),
        "stakeholder": Kind(
            Stakeholder, on_maps, stakeholders.stakeholders_within, stakeholders.stands_within, line_for
        ),
        "concern": Kind(
            Concern,
            said,
            resistance.concerns_within,
            lambda reach, row: resistance.may_answer_for(reach, row.wave),
            resistance.concern_for,
        ),
    }


def test_lists_answers_and_look_ups_agree_for_every_right_of_every_role(kinds: dict[str, Kind]):
    account = make_account("scoped@example.com", "Sam Scoped")
    places: tuple[dict[str, int], ...] = (
        {},
        {"programme_id": kinds["programme"].rows[0].id},
        {"wave_id": kinds["wave"].rows[0].id},
        {"department_id": kinds["department"].rows[1].id},
    )
    read = {}
    for role in Role:
        for place in places:
            grant = Grant(account=account, role=role, granted_at=clock.now(), granted_by=TESTER.name, **place)
            db.session.add(grant)
            reader = reader_of(account, "UTC")
            seen = {right: [kind.seen(right(reader)) for kind in kinds.values()] for right in RIGHTS}
            read[role, next(iter(place), "")] = seen[rights.reading]
            grant.withdrawn_at = clock.now()
            db.session.flush()
    everything, of_programme, of_wave = (
        ["01", "012", "012", "0123", "0123", "0123"],
        ["0", "01", "", "013", "013", "01"],
        ["0", "0", "", "03", "03", "0"],
    )
    of_department, nothing = ["", "", "1", "", "", ""], [""] * 6
    for role in (Role.CHANGE_MANAGER, Role.AUDITOR, Role.TRAINER):
        assert [read[role, place] for place in ("", "programme_id", "wave_id", "department_id")] == [
            everything,
            of_programme,
            of_wave,
            of_department,
        ]
    assert read[Role.ADMINISTRATOR, ""] == everything
    assert [read[Role.ADMINISTRATOR, place] for place in ("programme_id", "wave_id", "department_id")] == [nothing] * 3
    assert [read[Role.SPONSOR, place] for place in ("", "programme_id", "wave_id", "department_id")] == [nothing] * 4


@pytest.mark.parametrize(
    ("post", "read", "changed"),
    [
        ("lead", ["0", "0", "", "03", "03", "0"], ["", "0", "", "0", "0", "0"]),
        ("head", ["", "", "01", "", "", ""], [""] * 6),
        ("sponsor of the wave", [""] * 6, [""] * 6),
        ("sponsor", [""] * 6, [""] * 6),
    ],
)
def test_posts_reach_as_far_as_they_say(kinds: dict[str, Kind], post: str, read: list[str], changed: list[str]):
    person = make_person("Pat Post", "pat@example.com", department="Beside")
    wave, programme = kinds["wave"].rows[0], kinds["programme"].rows[0]
    if post == "lead":
        wave.lead = person
    elif post == "head":
        kinds["department"].rows[0].manager_id = person.id
    elif post == "sponsor":
        programme.sponsor = person
    else:
        wave.sponsor = person
    reader = reader_of(account_for_person(person), "UTC")
    assert [kind.seen(rights.reading(reader)) for kind in kinds.values()] == read
    assert [kind.seen(rights.planning(reader)) for kind in kinds.values()] == changed
    for right in RIGHTS:
        for kind in kinds.values():
            kind.seen(right(reader))
    assert rights.naming_leads(reader) == Reach(account_id=reader.account_id, person_id=person.id)


def test_a_link_in_a_message_carries_no_reach(kinds: dict[str, Kind]):
    account = make_account("all@example.com", "Al Mighty", *Role)
    assert rights.planning(reader_of(account, "UTC")).everything
    by_link = reader_of(account, "UTC").as_employee()
    for right in RIGHTS:
        assert right(by_link) == Reach()
        assert [kind.seen(right(by_link)) for kind in kinds.values()] == [""] * 6
