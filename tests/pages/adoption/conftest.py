"""A live wave of twelve people with two workflows, and who plans it."""

from datetime import date

import pytest
from factories import make_account, make_department, make_person, make_programme, make_wave, make_workflow, signed_in
from flask import Flask
from flask.testing import FlaskClient

from engagement.accounts.rules import Role
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus


@pytest.fixture
def wave(app: Flask, frozen: object) -> Wave:
    programme = make_programme()
    claims = make_department()
    people = [make_person(f"Person Number{n}", f"person{n}@example.com", claims) for n in range(12)]
    workflows = (make_workflow(programme), make_workflow(programme, "Letter drafting"))
    return make_wave(
        programme,
        departments=(claims,),
        workflows=workflows,
        members=people,
        go_live_on=date(2026, 3, 16),
        status=WaveStatus.LIVE,
    )


@pytest.fixture
def manager(app: Flask, wave: Wave) -> FlaskClient:
    return signed_in(app, make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER))
