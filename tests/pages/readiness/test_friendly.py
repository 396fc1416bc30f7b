"""The split of a wave's readiness into friendly users and everybody else, each person once."""

import re
from datetime import date, timedelta

import pytest
from factories import TESTER, make_account, make_people, make_programme, make_wave, signed_in
from markup import plain
from readiness.tallied_world import finish

from engagement import clock
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.people.rules import TrainingRole
from engagement.stakeholders.models import Champion
from engagement.training.actions.assigning import settle_assignments
from engagement.training.rules import ItemKind
from engagement.waves.rules import WaveStatus
from engagement.waves.volunteers.actions import mark_volunteers
from tests.training.courses import make_curriculum, make_module


@pytest.fixture
def manager(app, frozen):
    return signed_in(app, make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER))


def groups_on(answer) -> dict[str, str]:
    """Return what a page of readiness says of each group."""
    section = answer.get_data(as_text=True).partition('id="friendly"')[2].partition("</table>")[0]
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th><td[^>]*>(.*?)</td>', section, re.DOTALL)
    return {name: found[0] if (found := re.search(r"(\d+|none) of \d+", value)) else value for name, value in rows}


def test_champions_volunteers_and_pilot_users_stand_apart_and_each_person_counts_once(app, manager):
    people, module, programme = make_people(9), make_module("one"), make_programme()
    make_curriculum(TrainingRole.USER, (module, ItemKind.REQUIRED))
    make_wave(programme, number=1, members=people[:4], go_live_on=date(2026, 3, 1), status=WaveStatus.LIVE)
    wave = make_wave(programme, members=people, go_live_on=date(2026, 4, 14) + timedelta(days=29))
    settle_assignments(clock.now(), wave.id)
    said = {"from_on": date(2026, 4, 1), "appointed_at": clock.now()}
    db.session.add(Champion(wave=wave, person=people[0], department=people[0].department, **said))
    mark_volunteers(wave, [people[0], people[1], people[5]], by=TESTER)
    for person in (*people[:3], people[8]):
        finish(person, module)
    db.session.commit()
    answer = manager.get(f"/waves/{wave.id}/readiness")
    assert groups_on(answer) == {
        "Champions": "1 of 1",
        "Volunteers: marked as in it of their own will": "1 of 2",
        "Pilot users: in a wave that is live already": "1 of 2",
        "Everybody else": "1 of 4",
    }
    assert "Pilot evidence only Too few besides friendly users have finished their training." in plain(answer)
    assert "1 of 4 people who finished training are neither champions nor volunteers nor pilot users" in plain(answer)
    # Who sees no people: each group is of fewer than five.
    sponsor = signed_in(app, make_account("spo@example.com", "Spo", Role.SPONSOR, programme_id=programme.id))
    hidden = sponsor.get(f"/waves/{wave.id}/readiness")
    assert set(groups_on(hidden).values()) == {"not shown"}
    assert "Some groups are not shown: fewer than 5 people are in one of them" in plain(hidden)


def test_without_friendly_users_the_page_says_which_are_known(manager):
    wave = make_wave(members=make_people(2))
    db.session.commit()
    page = plain(manager.get(f"/waves/{wave.id}/readiness"))
    assert "is no champion, nobody who is marked as a volunteer, and nobody of a wave that is live already." in page
    assert "Pilot evidence only" not in page
