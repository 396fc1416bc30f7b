"""What erasing does to stakeholders and to what was said with them."""

from datetime import date

import pytest
from factories import TESTER, make_person, make_wave
from sqlalchemy import select

from engagement.attention.queries.holding import held_by
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.privacy.actions.erasing import erase_person
from engagement.privacy.actions.outsiders import erase_outsider
from engagement.privacy.rules.records import STAND_IN
from engagement.stakeholders import queries as maps
from engagement.stakeholders.actions.contacts import say_contact
from engagement.stakeholders.actions.mapping import add_stakeholder, change_stakeholder
from engagement.stakeholders.actions.notes import write_note
from engagement.stakeholders.interactions.actions import log_interaction
from engagement.stakeholders.interactions.models import InteractionWording
from engagement.stakeholders.interactions.rules import Channel, Said, Sentiment
from engagement.stakeholders.models import StakeholderNote, StakeholderProfile
from engagement.stakeholders.rules import Contact, StakeholderGroup
from engagement.stakeholders.standings.actions import say_standing
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.rules import Level, Standing

pytestmark = pytest.mark.usefixtures("app", "frozen")
ON = date(2026, 4, 14)


def test_a_stakeholder_outside_the_directory_is_erased_from_maps_and_audit():
    wave, owner = make_wave(), make_person("Ola Owner")
    row = add_stakeholder(
        "Zed Broker", StakeholderGroup.CUSTOMERS, places=[wave], role="Zed sells.", owner=owner, by=TESTER
    )
    say_contact(row, Contact("Zed & Sons", "zed@example.org", "pl"), by=TESTER)
    write_note(row, "Zed likes calls.", by=TESTER)
    change_stakeholder(
        row, StakeholderGroup.CUSTOMERS, places=[wave], name="Zed B. Broker", role="He buys.", owner=owner, by=TESTER
    )
    stood = Standing(80, 40, impact=30, level_now=Level.RESISTANT, level_wanted=Level.NEUTRAL)
    say_standing(row, stood, "Zed fears for his margin.", on=date(2026, 4, 14), by=TESTER)
    erase_outsider(row, by=TESTER)
    db.session.commit()
    standing = db.session.scalars(select(StakeholderStanding)).one()
    assert (standing.said(with_labels=True), standing.reason) == (Standing(80, 40), "")
    told = select(AuditEntry.subject_name, AuditEntry.changes).where(AuditEntry.subject_kind == "stakeholder")
    assert set(map(str, db.session.execute(told))) == {str((STAND_IN, {}))}
    assert (row.name, row.contact) == (STAND_IN, Contact())
    assert set(db.session.scalars(select(StakeholderNote.text))) == {""}
    assert set(db.session.scalars(select(StakeholderProfile.role))) == {""}
    listed = maps.stakeholders_listed(maps.EVERY_PLACE, maps.Filters(wave_id=wave.id, with_removed=True))
    assert db.session.scalars(listed).all() == []
    assert held_by(owner) == []


def _talk(*parties, notes: str) -> None:
    log_interaction(parties, Said(Channel.CALL, ON, notes, sentiment=Sentiment.MIXED), on=ON, by=TESTER)


def _talks() -> list[tuple[str, Sentiment | None]]:
    rows = db.session.execute(
        select(InteractionWording.notes, InteractionWording.sentiment).order_by(InteractionWording.id)
    )
    return [tuple(row) for row in rows]


def test_what_was_said_with_an_erased_person_goes_and_with_others_too_loses_the_name():
    wave = make_wave()
    ann, council = make_person("Ann Sand", "ann@example.com"), make_person("Bob Stone", "bob@example.com")
    wave.sponsor, wave.programme.sponsor = ann, council
    rows = [add_stakeholder(each, StakeholderGroup.OTHERS, places=[wave], by=TESTER) for each in (ann, council)]
    _talk(rows[0], notes="Ann Sand wants less.")
    _talk(*rows, notes="Ann Sand and Bob Stone agree.")
    _talk(rows[1], notes="Bob Stone quotes Ann Sand.")
    wave.sponsor = wave.programme.sponsor = None
    erase_person(ann, by=TESTER)
    assert _talks() == [
        ("", None),
        (f"{STAND_IN} and Bob Stone agree.", None),
        (f"Bob Stone quotes {STAND_IN}.", Sentiment.MIXED),
    ]
    erase_person(council, by=TESTER)
    assert _talks() == [("", None)] * 3


def test_what_was_said_with_an_erased_outsider_goes_and_with_others_too_loses_the_name():
    wave = make_wave()
    zed, council = (
        add_stakeholder(name, StakeholderGroup.OTHERS, places=[wave], by=TESTER) for name in ("Zed Broker", "Council")
    )
    _talk(zed, notes="Zed Broker wants less.")
    _talk(zed, council, notes="Zed Broker and the council agree.")
    erase_outsider(zed, by=TESTER)
    db.session.commit()
    assert _talks() == [("", None), (f"{STAND_IN} and the council agree.", None)]
    erase_outsider(council, by=TESTER)
    db.session.commit()
    assert _talks() == [("", None)] * 2


def test_a_person_of_the_directory_is_not_erased_from_the_map():
    row = add_stakeholder(make_person(), StakeholderGroup.END_USERS, places=[make_wave()], by=TESTER)
    with pytest.raises(RuleBroken, match="Erase a person on their own page"):
        erase_outsider(row, by=TESTER)
