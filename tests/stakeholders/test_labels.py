"""Of whom impact and levels are kept: groups, outsiders, and people while they hold a post or speak for others."""

from datetime import timedelta

import pytest
from factories import TESTER, make_department, make_person, make_workflow
from sqlalchemy import select
from stakeholders.map_rows import ON, add, history, say, stored

from engagement import clock
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput
from engagement.people import actions as people
from engagement.programmes import actions as programmes
from engagement.programmes.rules import OwnershipPart
from engagement.scheduler.stakeholder_jobs import forget_labels as forget_labels_of_the_day
from engagement.stakeholders.actions import mapping
from engagement.stakeholders.champions.actions import appoint_champion, release_champion
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.standings.actions import forget_labels
from engagement.stakeholders.standings.queries.posts import is_labelled, labels_to_forget
from engagement.stakeholders.standings.queries.present import standing_shown
from engagement.stakeholders.standings.rules import NOT_LABELLED, Level, Standing
from engagement.verbs import Verb
from engagement.waves.models import WaveDepartment
from engagement.waves.rules import WaveStatus

pytestmark = pytest.mark.usefixtures("frozen")
G = StakeholderGroup


LABELS = ({"impact": 50}, {"level_now": Level.RESISTANT}, {"level_wanted": Level.LEADING})


@pytest.mark.parametrize("label", LABELS, ids=lambda label: next(iter(label)))
def test_an_employee_without_a_post_is_placed_but_not_labelled(wave, label):
    row = add(make_person("Ann Employee"), wave)
    with pytest.raises(BadInput) as refused:
        say(row, influence=50, **label)
    assert refused.value.problems == {next(iter(label)): NOT_LABELLED}
    say(row, influence=50, interest=60)
    assert stored(row) == [(50, 60, None, None, None, "")]


@pytest.mark.parametrize("whom", ["department", "outside"])
@pytest.mark.parametrize("label", LABELS, ids=lambda label: next(iter(label)))
def test_groups_and_outsiders_carry_labels(wave, whom, label):
    row = add(make_department("Operations/Letters") if whom == "department" else "Works council", wave)
    assert say(row, **label) is not None


def _programmes_sponsor(wave, person):
    wave.programme.sponsor = person
    return lambda: setattr(wave.programme, "sponsor", None)


def _waves_sponsor(wave, person):
    wave.sponsor = person
    return lambda: setattr(wave, "status", WaveStatus.CLOSED)


def _lead(wave, person):
    wave.lead = person
    return lambda: setattr(wave, "status", WaveStatus.CANCELLED)


def _owner(wave, person):
    flow = make_workflow(wave.programme)
    programmes.name_holder(flow, OwnershipPart.SUPPORT_TEAM, person, by=TESTER)
    return lambda: programmes.name_holder(flow, OwnershipPart.SUPPORT_TEAM, None, by=TESTER)


def _champion(wave, person):
    champion = appoint_champion(wave, person, department=_department(wave), from_on=ON, by=TESTER)
    return lambda: release_champion(champion, clock.now().date(), by=TESTER)


def _department(wave):
    department = make_department("Operations/Claims")
    db.session.add(WaveDepartment(wave_id=wave.id, department=department))
    db.session.flush()
    return department


def _head(wave, person):
    department = make_department("Operations/Claims")
    people.name_department_manager(department, person, by=TESTER)
    return lambda: people.name_department_manager(department, None, by=TESTER)


def _leaver(wave, person):
    wave.programme.sponsor = person
    return lambda: people.mark_as_left(person, by=TESTER)


POSTS = (_programmes_sponsor, _waves_sponsor, _lead, _owner, _champion, _head, _leaver)


@pytest.mark.parametrize("post", POSTS, ids=lambda post: post.__name__)
def test_labels_are_kept_with_a_post_and_gone_with_the_last_one(app, wave, frozen, post):
    person = make_person("Margaret Leclerc")
    row = add(person, wave)
    end = post(wave, person)
    db.session.flush()
    frozen.shift(timedelta(hours=1))
    say(row, influence=90, interest=60, impact=30, level_now=Level.RESISTANT, level_wanted=Level.LEADING)
    frozen.shift(timedelta(days=2))
    say(row, "She came round.", influence=90, interest=60, level_now=Level.NEUTRAL)
    assert "resistant" in " ".join(history(row))
    end()
    db.session.flush()
    today = clock.now().date()
    # Not shown from this moment, although the rows still have it.
    shown = standing_shown(row, today)
    assert (shown.said, shown.is_labelled, shown.tells_reason) == (Standing(90, 60), False, False)
    assert history(row, with_labels=shown.is_labelled)[:1] == ["Power 9.0, interest 6.0."]
    assert labels_to_forget(today) == [row.id]
    db.session.commit()
    assert forget_labels_of_the_day(app.config["SETTINGS"]) == "1 emptied."
    assert stored(row) == [(90, 60, None, None, None, ""), (90, 60, None, None, None, "")]
    assert history(row)[0] == "Power 9.0, interest 6.0."
    assert forget_labels_of_the_day(app.config["SETTINGS"]) == "0 emptied."


def test_who_speaks_for_others_carries_labels_as_long_as_they_do(wave):
    row = add(make_person("Ann Council"), wave, represents="Works council")
    say(row, level_now=Level.NEUTRAL)
    assert is_labelled(row, ON)
    mapping.change_stakeholder(row, G.OTHERS, places=[wave], by=TESTER)
    assert not is_labelled(row, ON)
    assert "Speaks for nobody else any more." in history(row)[0]


def test_only_people_speak_for_others(wave):
    for whom in ("Brokers", make_department("Legal")):
        with pytest.raises(BadInput) as refused:
            add(whom, wave, represents="Works council")
        assert list(refused.value.problems) == ["represents"]


def test_labels_stay_while_another_post_is_held(wave):
    person = make_person("Margaret Leclerc")
    wave.programme.sponsor, wave.lead = person, person
    row = add(person, wave)
    say(row, level_now=Level.LEADING)
    wave.programme.sponsor = None
    db.session.flush()
    assert labels_to_forget(ON) == []
    assert forget_labels(row.id, ON) is False
    assert standing_shown(row, ON).said.level_now is Level.LEADING


def test_a_champion_of_tomorrow_is_not_yet_labelled(wave):
    person = make_person("Ann Champion")
    appoint_champion(wave, person, department=_department(wave), from_on=ON + timedelta(days=1), by=TESTER)
    row = add(person, wave)
    assert (is_labelled(row, ON), is_labelled(row, ON + timedelta(days=1))) == (False, True)


def test_the_audit_keeps_neither_labels_nor_reasons_of_a_person(wave):
    person = make_person("Margaret Leclerc")
    wave.programme.sponsor = person
    group = add("Works council", wave)
    for row in (add(person, wave), group):
        say(row, influence=80)
        say(row, "Against it since Monday.", influence=90, level_now=Level.RESISTANT, impact=45)
    told = [
        entry.changes
        for entry in db.session.scalars(
            select(AuditEntry).where(AuditEntry.verb == Verb.SAID_STANDING.value).order_by(AuditEntry.id)
        )
    ]
    assert told == [
        {"influence": [None, "8.0"]},
        {"influence": ["8.0", "9.0"]},
        {"influence": [None, "8.0"]},
        {
            "influence": ["8.0", "9.0"],
            "impact": [None, "4.5"],
            "level_now": [None, "resistant"],
            "reason": [None, "Against it since Monday."],
        },
    ]
