"""A wave with a sponsor, a week before its go-live."""

from datetime import timedelta

import pytest
from factories import make_person, make_programme, make_wave, make_workflow
from readiness.gate_rows import TODAY

from engagement.people.models import Person
from engagement.waves.models import Wave


@pytest.fixture
def sponsor() -> Person:
    return make_person("Sue Sponsor", "sue@example.com")


@pytest.fixture
def wave(sponsor: Person) -> Wave:
    programme = make_programme(sponsor=sponsor)
    people = [make_person("Ann One", "ann@example.com")]
    return make_wave(
        programme,
        workflows=(make_workflow(programme),),
        members=people,
        lead=people[0],
        go_live_on=TODAY + timedelta(days=7),
    )
