"""People who are in a wave because an audience is: who joins and leaves, what is refused, and until when."""

from datetime import date

import pytest
from factories import TESTER, make_department, make_person, make_programme, make_wave
from flask import Flask
from sqlalchemy import select

from engagement.audiences.actions import archive_audience, change_audience, save_audience
from engagement.audiences.membership.actions import choose_audiences, settle_members
from engagement.audiences.membership.queries import audiences_of, saved_rules, why_no_members
from engagement.audiences.models import Audience
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people.models import Person
from engagement.training.queries.progress import members_without_role
from engagement.waves.actions import add_member, place_people
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import MembershipOrigin, WaveStatus
from engagement.waves.tallies.queries import member_sums

ON = date(2026, 4, 14)
pytestmark = pytest.mark.usefixtures("app", "frozen")


def there(wave: Wave) -> dict[str, MembershipOrigin]:
    rows = (
        select(Person.name, Membership.origin)
        .join(Membership)
        .where(Membership.wave_id == wave.id, Membership.ended_at.is_(None))
    )
    return dict(db.session.execute(rows).all())


def poles(country: str = "PL") -> Audience:
    return save_audience(f"People in {country}", {"field": "country", "values": [country]}, by=TESTER)


def test_who_joins_and_leaves_the_audience_joins_and_leaves_the_wave(app: Flask):
    claims = make_department("Operations/Claims")
    ann = make_person("Ann Lee", department=claims)
    bo = make_person("Bo Ito", department="Finance", country="PL")
    cy = make_person("Cy Roe", department="Finance")
    wave = make_wave(make_programme(), departments=(claims,))
    place_people(wave)
    audience = poles()
    assert choose_audiences(wave, [audience], on=ON, by=TESTER) == (1, 0)
    assert there(wave) == {"Ann Lee": MembershipOrigin.DEPARTMENT, "Bo Ito": MembershipOrigin.RULE}
    assert choose_audiences(wave, [audience], on=ON, by=TESTER) == (0, 0)
    add_member(wave, cy, by=TESTER)
    cy.country = ann.country = "PL"
    bo.country = "DE"
    db.session.flush()
    assert settle_members(wave, ON) == (0, 1)
    assert there(wave) == {"Ann Lee": MembershipOrigin.DEPARTMENT, "Cy Roe": MembershipOrigin.HAND}
    bo.country = "PL"
    db.session.flush()
    assert settle_members(wave, ON) == (1, 0)
    assert sum(row.members for row in member_sums([wave.id])) == 3
    bo.department = claims
    db.session.flush()
    assert choose_audiences(wave, [], on=ON, by=TESTER) == (0, 0)
    assert there(wave)["Bo Ito"] is MembershipOrigin.DEPARTMENT
    assert audiences_of(wave.id) == []
    assert db.session.scalars(members_without_role(wave.id)).all() == []


def test_a_closed_wave_keeps_its_people_and_takes_no_audience(app: Flask):
    bo = make_person("Bo Ito", department="Finance", country="PL")
    wave = make_wave()
    choose_audiences(wave, [poles()], on=ON, by=TESTER)
    wave.status = WaveStatus.CLOSED
    bo.country = "DE"
    db.session.flush()
    assert settle_members(wave, ON) == (0, 0)
    assert list(there(wave)) == ["Bo Ito"]
    with pytest.raises(RuleBroken, match="is closed; its people stay"):
        choose_audiences(wave, [], on=ON, by=TESTER)


def test_rules_that_rest_on_being_in_a_wave_are_refused_also_later(app: Flask):
    wave = make_wave()
    of_wave = save_audience("Of the wave", {"field": "wave", "values": [wave.id]}, by=TESTER)
    late = save_audience("Late", {"field": "training_state", "values": ["overdue"]}, by=TESTER)
    through = save_audience("Through", {"field": "audience", "values": [of_wave.id]}, by=TESTER)
    rules = saved_rules()
    for audience in (of_wave, late, through):
        assert "follows from being in a wave" in why_no_members(audience.id, rules)
        with pytest.raises(BadInput, match="can’t say who is in a wave"):
            choose_audiences(wave, [audience], on=ON, by=TESTER)
    fine = poles()
    choose_audiences(wave, [fine], on=ON, by=TESTER)
    with pytest.raises(RuleBroken, match=r"are in Wave 3: Property claims, but its rule asks about"):
        change_audience(fine, fine.name, {"field": "audience", "values": [late.id]}, by=TESTER)
    db.session.rollback()


def test_an_audience_whose_people_are_in_a_wave_stays_in_use(app: Flask):
    wave, audience = make_wave(), poles()
    choose_audiences(wave, [audience], on=ON, by=TESTER)
    with pytest.raises(RuleBroken, match="has its people from this audience"):
        archive_audience(audience, by=TESTER)
    other = poles("DE")
    choose_audiences(wave, [other], on=ON, by=TESTER)
    archive_audience(audience, by=TESTER)
    with pytest.raises(BadInput, match="it is archived"):
        choose_audiences(wave, [audience, other], on=ON, by=TESTER)
