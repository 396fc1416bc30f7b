"""What is told of training roles that few have, on every page that says how ready a wave is, and in what was decided."""

from datetime import date

import pytest
from factories import make_account, make_person, make_programme, make_wave, signed_in
from markup import plain
from readiness.tallied_world import finish
from sqlalchemy import select

from engagement import clock
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.people.rules import TrainingRole
from engagement.readiness.criteria.queries.standing import standings_of
from engagement.readiness.criteria.rules import CriterionKind
from engagement.readiness.gate.actions.deciding import states_seen
from engagement.readiness.gate.models import GateValue
from engagement.training.actions.assigning import settle_assignments
from engagement.training.rules import ItemKind
from tests.training.courses import make_curriculum, make_module

TODAY = date(2026, 4, 14)


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        (
            {"user": 12, "builder": 6, "support": 3, "leader": 2},
            "Builder: 5 of 6, User: 11 of 12, Leader: not enough and Support: not enough.",
        ),
        # Told, the twelve would give away the three.
        ({"user": 12, "support": 3}, "Support: not enough and User: not enough."),
        ({"user": 12, "support": 5}, "Support: 4 of 5 and User: 11 of 12."),
    ],
)
def test_a_role_that_few_have_is_told_without_numbers_to_who_decides_and_in_what_they_decided(
    app, frozen, sizes, words
):
    module, sponsor = make_module("one"), make_person("Sue Sponsor", "sue@example.com")
    members = []
    for name, number in sizes.items():
        role = TrainingRole(name)
        make_curriculum(role, (module, ItemKind.REQUIRED))
        members += [make_person(f"{role.word} {n}", f"{name}{n}@example.com", roles=(role,)) for n in range(number)]
    wave = make_wave(make_programme(sponsor=sponsor), members=members, go_live_on=date(2026, 4, 21))
    settle_assignments(clock.now(), wave.id)
    for person in members:
        if not person.name.endswith(" 0"):
            finish(person, module)
    db.session.commit()
    account = make_account("sue@example.com", "Sue Sponsor", Role.SPONSOR, programme_id=wave.programme_id)
    client = signed_in(app, account)
    for address in ("", "/readiness", "/readiness/training", "/decision"):
        page = plain(client.get(f"/waves/{wave.id}{address}"))
        assert words in page or not address, address
        for name, number in sizes.items():
            is_told = f"{number - 1} of {number}" in words
            assert (f"{number - 1} of {number}" in page) is is_told, (address, name)
    form = {"choice": "no_go", "reason": "Not yet.", "seen": states_seen(standings_of([wave], TODAY)[wave.id].criteria)}
    assert client.post(f"/waves/{wave.id}/decision", data=form).status_code == 303
    kept = db.session.scalars(select(GateValue).where(GateValue.kind == CriterionKind.TRAINING)).one()
    assert kept.sentence.endswith(words)
