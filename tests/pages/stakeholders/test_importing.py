"""The register as a file: given back unchanged it changes nobody, and what was previewed is applied whole or not at all."""

import csv
import html
import re
from io import StringIO

import pytest
from factories import PASSWORD, TESTER, make_account, make_department, make_person, make_programme, make_wave, signed_in
from pages.stakeholders.map_pages import G, rows_of, text_of
from pages.stakeholders.register_files import csv_of, give, press, tally
from sqlalchemy import event, select, true

from engagement import clock
from engagement.accounts import actions as accounts
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.intake.models import KeptUpload
from engagement.people import actions as people
from engagement.stakeholders.actions.contacts import say_contact
from engagement.stakeholders.actions.mapping import add_stakeholder, change_stakeholder, remove_stakeholder
from engagement.stakeholders.entries.queries import entries_held
from engagement.stakeholders.history.queries import history_of
from engagement.stakeholders.models import Stakeholder, StakeholderPlace, StakeholderProfile
from engagement.stakeholders.queries import EVERY_PLACE
from engagement.stakeholders.rules import Contact
from engagement.stakeholders.standings.actions import say_standing
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.rules import Level, Standing

TABLES = (Stakeholder, StakeholderProfile, StakeholderPlace, StakeholderStanding, AuditEntry)


def stored():
    db.session.expire_all()
    return [
        [tuple(row) for row in db.session.execute(select(table.__table__).order_by(table.id))]
        for table in TABLES
        if table is not AuditEntry
    ]


def told_of(answer):
    page = answer.get_data(as_text=True).replace("<wbr>", "")
    main = page[page.index("<main") : page.index("</main")]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.fixture
def register(wave):
    """Stakeholders of every kind, with everything that can be said of them."""
    other = make_wave(wave.programme, number=4, name="Later; much later")
    ann = make_person("Ann Lead", "ann@example.com", "Legal", employee_id="00012")
    gone = make_person("Gil Gone", "gil@example.com", "Legal")
    nobody = make_person("No Address", None, "Legal", employee_id="1E05")
    named = add_stakeholder(ann, G.BUSINESS_LEADERS, places=[wave], role="=1+1\n- and more", owner=gone, by=TESTER)
    add_stakeholder(nobody, G.END_USERS, places=[wave.programme], owner=nobody, by=TESTER)
    claims = add_stakeholder(make_department("Operations/=Claims; more"), G.END_USERS, places=[other], by=TESTER)
    council = add_stakeholder("'=Works council", G.OTHERS, places=[wave, other], by=TESTER)
    say_contact(council, Contact("Council", "council@bücher.example", "pt-BR"), by=TESTER)
    add_stakeholder("Brokers", G.CUSTOMERS, places=[make_wave(make_programme("Another: all of it"))], by=TESTER)
    add_stakeholder("Brokers", G.CUSTOMERS, places=[wave], by=TESTER)
    off = add_stakeholder("Consultants", G.OTHERS, places=[wave], by=TESTER)
    day = clock.today("UTC")
    say_standing(named, Standing(70, 75), "She signs it off.", on=day, by=TESTER)
    say_standing(claims, Standing(0, 100, 55, Level.UNAWARE, Level.LEADING), on=day, by=TESTER)
    remove_stakeholder(off, by=TESTER)
    people.mark_as_left(gone, by=TESTER)
    db.session.commit()
    return council


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("asked", ["", "?removed=yes", "?order=-name"])
@pytest.mark.usefixtures("register")
def test_the_export_given_back_changes_nobody(manager, kind, asked):
    before = stored()
    address = give(manager, manager.get(f"/stakeholders.{kind}{asked}").data, f"r.{kind}")
    assert tally(manager, address) == [0, 0, 7 if "removed" in asked else 6, 0]
    assert "The register says all this already." in text_of(manager.get(address))
    press(manager, address)
    assert stored() == before


@pytest.mark.usefixtures("register")
def test_so_does_the_export_of_a_lead_who_sees_maps_of_others(app, wave):
    lead = make_person("Sam Pryce", "sam@example.com", department="Programme office")
    wave.lead = lead
    account = accounts.account_for_person(lead)
    accounts.set_password(account, PASSWORD, by=TESTER)
    client = signed_in(app, account)
    data = client.get("/stakeholders.csv").data
    assert tally(client, give(client, data)) == [0, 0, 4, 0]
    wide = data.replace(b"No Address", b"Now Address").replace(b"End users", b"Others")
    address = give(client, wide)
    assert tally(client, address)[3] == 1
    assert "They stand on maps that you don’t keep" in text_of(client.get(address))


def test_rows_become_what_they_would_be_by_hand(manager, wave):
    ann = make_person("Ann Lead", "ann@example.com", "Legal")
    by_hand = [
        add_stakeholder(ann, G.OTHERS, places=[wave], role="Speaks.", represents="The floor", owner=ann, by=TESTER),
        add_stakeholder("Works council", G.OTHERS, places=[wave.programme], by=TESTER),
    ]
    say_contact(by_hand[1], Contact("Council", "council@example.com", "pl"), by=TESTER)
    say_standing(by_hand[0], Standing(70, None, 35, Level.NEUTRAL), "Seen.", on=clock.today("UTC"), by=TESTER)
    say_standing(by_hand[1], Standing(10), "Told.", on=clock.today("UTC"), by=TESTER)
    expected = said_of_all()
    db.session.rollback()
    make_person("Ann Lead", "ann@example.com", "Legal")
    db.session.commit()
    said = {"kind": "person", "name": "", "address": "ANN@example.com", "group": "others", "role": "Speaks."}
    said |= {"owner": "ann@example.com", "maps": wave.title, "represents": "The floor", "power": "7", "impact": "3,5"}
    council = {"name": "Works  council", "address": "council@example.com", "group": "Others", "power": "1.0"}
    council |= {"maps": "claims AND finance", "organisation": "Council", "language": "pl", "reason": "Told."}
    address = give(manager, csv_of(said | {"engagement": "neutral", "reason": "Seen."}, council))
    assert tally(manager, address) == [2, 0, 0, 0]
    answer = press(manager, address)
    assert (answer.status_code, answer.location) == (303, "/stakeholders")
    assert said_of_all() == expected
    assert db.session.scalars(select(KeptUpload)).all() == []


def said_of_all():
    """Return everything that is said of the stakeholders, their history, and the audit of it, without ids."""
    db.session.flush()
    told = select(AuditEntry.verb, AuditEntry.subject_name, AuditEntry.changes)
    return (
        [
            (
                *(held.stakeholder.title, held.stakeholder.sorted_by, held.entry.profile[:3], held.entry.owner_name),
                *(held.entry.contact, held.entry.standing, held.reason, held.is_labelled),
                [line.words for line in history_of(held.stakeholder.id, EVERY_PLACE)],
            )
            for held in entries_held(true(), EVERY_PLACE, clock.today("UTC"))
        ],
        sorted(map(repr, db.session.execute(told.where(AuditEntry.subject_kind == "stakeholder")))),
    )


def test_a_change_shows_old_and_new_and_leaves_the_past(manager, register, frozen):
    frozen.shift(3_600)
    data = manager.get("/stakeholders.csv").data.decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(data)))
    council = next(row for row in rows if row["stakeholder_id"] == str(register.id))
    council |= {
        "stakeholder": "Council",
        "stakeholder_group": "customers",
        "power": "8",
        "language": "",
        "maps": "Claims and finance",
    }
    address = give(manager, csv_of(*rows))
    assert tally(manager, address) == [0, 1, 5, 0]
    told = told_of(manager.get(address))
    for words in (
        "name: '=Works council → Council",
        "group: Others → Customers",
        "power: nothing → 8.0",
        "language: pt-BR → nothing",
    ):
        assert words in told
    assert (
        "on the map of: Claims and finance: Wave 3: Property claims; Claims and finance: Wave 4: Later; much later → Claims and finance: all of it"
        in told
    )
    press(manager, address)
    lines = [line.words for line in history_of(register.id, EVERY_PLACE)]
    assert lines[0].startswith("Moved from others to customers.")
    assert "Power 8.0." in lines[0]
    assert "Put among the others." in lines[1]
    assert (register.name, register.contact) == ("Council", Contact("Council", "council@bücher.example"))


def test_a_file_given_twice_changes_nothing_the_second_time(manager, wave):
    data = csv_of({"name": "Brokers", "group": "customers", "maps": "Wave 3", "power": "4", "email": "b@example.com"})
    first, second = give(manager, data), give(manager, data)
    assert manager.get(first).status_code == 404  # another file took its place
    press(manager, second)
    pressed_again = manager.post(f"{second}/application")
    assert "No file of yours waits here. It is let go once it is applied" in text_of(pressed_again)
    before = stored()
    address = give(manager, data)
    assert tally(manager, address) == [0, 0, 1, 0]
    press(manager, address)
    assert stored() == before


def test_what_changed_since_the_preview_is_shown_before_anything_is_applied(manager, wave, council):
    address = give(manager, csv_of({"name": "Works council", "role": "From the file."}))
    page = manager.get(address).get_data(as_text=True)
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    change_stakeholder(council, G.CUSTOMERS, places=[wave], role="By hand.", name="Works council", by=TESTER)
    db.session.commit()
    answer = manager.post(f"{address}/application", data={"seen": seen})
    anew = text_of(manager.get(answer.location))
    assert "The register has changed since you looked." in anew
    assert "role: By hand. → From the file." in anew
    press(manager, address)
    assert rows_of(manager.get("/stakeholders"))[0][1:3] == ["Customers", "From the file."]


def test_one_that_breaks_off_in_the_middle_leaves_nothing(app, manager, wave):
    rows = [{"name": f"Broker {n}", "group": "customers", "maps": "Wave 3", "power": "4"} for n in range(30)]
    address = give(manager, csv_of(*rows))
    before = stored()

    def cut(_connection, _cursor, statement, *_rest):
        if "INTO stakeholder_standing" in statement:
            raise ConnectionError("The cable was pulled.")

    event.listen(db.engine, "before_cursor_execute", cut)
    try:
        assert press(manager, address).status_code == 500
    finally:
        event.remove(db.engine, "before_cursor_execute", cut)
    db.session.rollback()
    assert stored() == before
    press(manager, address)
    assert len(stored()[0]) == 30


def test_attitudes_of_people_reach_the_audit_in_no_other_way_than_by_hand(manager, wave):
    make_person("Ann Lead", "ann@example.com")
    row = {"email": "ann@example.com", "group": "others", "maps": "Wave 3", "speaks for": "The floor"}
    address = give(manager, csv_of(row | {"level now": "resistant", "power": "4", "reason": "She said no."}))
    assert tally(manager, address) == [1, 0, 0, 0]
    press(manager, address)
    assert db.session.scalars(select(StakeholderStanding.level_now)).one() is Level.RESISTANT
    told = repr(db.session.scalars(select(AuditEntry.changes)).all())
    assert "resistant" not in told
    assert "She said no." not in told
    assert "'influence': [None, '4.0']" in told


def test_the_number_of_statements_does_not_grow_with_the_rows(manager, wave, statements):
    sent = []
    for number in (3, 30):
        rows = [
            {"name": f"Broker {number}-{n}", "group": "others", "maps": "Wave 3", "power": "4"} for n in range(number)
        ]
        with statements() as these:
            address = give(manager, csv_of(*rows))
            press(manager, address)
        sent.append(len(these))
    assert len(stored()[0]) == 33
    assert sent[0] == sent[1]


def test_addresses_and_numbers_are_in_the_files_of_those_who_keep_the_map(app, manager, register):
    auditor = signed_in(app, make_account("else@example.com", "Else", Role.AUDITOR))
    for client, reads in ((manager, True), (auditor, False)):
        rows = list(csv.DictReader(StringIO(client.get("/stakeholders.csv").data.decode("utf-8-sig"))))
        for column in ("address", "employee_number", "language", "owner"):
            assert any(row[column] for row in rows) == reads, column
