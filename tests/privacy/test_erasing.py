"""Erasing reaches former names and addresses, what waits, and texts however they write the name."""

from datetime import date, timedelta

import pytest
from factories import TESTER, make_account, make_person, make_wave
from intake.companies import bring_in, stage
from sqlalchemy import JSON, Text, select

from engagement import clock
from engagement.accounts import actions as accounts
from engagement.accounts.rules import Role
from engagement.attention.queries.holding import held_by
from engagement.audit import AuditEntry
from engagement.db import Base, db
from engagement.errors import RuleBroken
from engagement.intake.actions.files import drop_old_uploads, keep_upload
from engagement.intake.models import ImportRun, KeptUpload, StagedPerson
from engagement.intake.rules import RunStatus
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.mailbox.models import MailboxMessage
from engagement.mail.models import Delivery
from engagement.mail.rules import Letter, MailingKind
from engagement.people.models import Person
from engagement.privacy.actions.erasing import erase_person
from engagement.privacy.actions.outsiders import erase_outsider
from engagement.privacy.actions.rewriting import Decided
from engagement.privacy.queries.known_as import known_as
from engagement.privacy.queries.passages import passages_about
from engagement.privacy.queries.reach import REACH
from engagement.privacy.queries.subject import Subject
from engagement.privacy.queries.texts import FREE_TEXT, SIGNED, WRITTEN_DOWN
from engagement.privacy.rules.records import STAND_IN
from engagement.resistance import actions as resistance
from engagement.resistance.models import About, Concern
from engagement.resistance.rules import Sender, Source
from engagement.resistance.saying import actions as saying
from engagement.resistance.saying.rules import Moment
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
BOSS = "1,boss@example.com,Bea,Boss,Operations,,"


def _say(text: str, person: Person) -> None:
    by = accounts.account_for_person(person).actor
    saying.say_something(text, Sender.NAMED, secret="only for tests", moment=Moment(ON, "GB-ENG"), by=by)


def _told_of_others(text: str) -> None:
    resistance.log_concern(text, About(Source.OTHER), by=TESTER, on=ON)


def _texts() -> list[str]:
    return sorted(db.session.scalars(select(Concern.text)))


def _actor_and_subject_names() -> set[str]:
    rows = db.session.execute(select(AuditEntry.actor_name, AuditEntry.subject_name)).all()
    return {name for row in rows for name in row}


def test_who_acted_before_having_a_sign_in_is_named_nowhere_even_with_a_shared_or_short_name():
    for name in ("Ann Miller", "Bo L"):
        person = make_person(name, "first@example.com")
        twin = make_person(name, "second@example.com")
        accounts.account_for_person(person)
        db.session.commit()
        erase_person(person, by=TESTER)
        of_person = select(AuditEntry.actor_name, AuditEntry.subject_name).where(AuditEntry.person_id == person.id)
        assert {n for row in db.session.execute(of_person) for n in row} == {STAND_IN, TESTER.name}
        twin.email = None


def test_the_shared_name_goes_from_their_own_concern_and_stays_in_what_others_wrote():
    person = make_person("Ann Miller", "ann1@example.com")
    make_person("ann miller", "ann2@example.com")
    _say("I am Ann Miller and I object.", person)
    _told_of_others("Ann Miller said no.")
    assert known_as(person, None).shared_names == {"Ann Miller"}
    erase_person(person, by=TESTER)
    assert _texts() == ["Ann Miller said no.", f"I am {STAND_IN} and I object."]


def test_a_short_name_goes_everywhere_and_a_short_word_only_from_their_own():
    person, single = make_person("Bo L", "bo@example.com"), make_person("Jo", "jo@example.com")
    for text, who in (("It is me, Bo L.", person), ("It is me, Jo.", single)):
        _say(text, who)
    _told_of_others("Bo L and Jo agree.")
    for who in (person, single):
        erase_person(who, by=TESTER)
    assert _texts() == [f"{STAND_IN} and Jo agree.", f"It is me, {STAND_IN}.", f"It is me, {STAND_IN}."]


def test_former_names_and_addresses_go_like_the_present_ones():
    bring_in(BOSS, "7,zdenka.quix@example.com,Zdenka,Quixotova,Operations,,")
    person = db.session.scalars(select(Person).where(Person.employee_id == "7")).one()
    account = accounts.account_for_person(person)
    accounts.grant_role(account, Role.AUDITOR, by=TESTER)
    _say("I am Zdenka Quixotova, zdenka.quix@example.com.", person)
    _told_of_others("QUIXOTOVA, Zdenka (Zdenka.Quix@example.com) and Zdenka O’Zorgan are one.")
    message = {"received_at": clock.now(), "sender": "us@example.com", "subject": "Hello"}
    raw = "Subject: Hello\n\nDear you"
    db.session.add(MailboxMessage(**message, recipient="Zdenka.Quix@example.com", raw=raw))
    encoded = "Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; charset=utf-8\n\n"
    db.session.add(MailboxMessage(**message, recipient="b@example.com", raw=encoded + "Ask Zdenka Quix=\notova."))
    db.session.add(MailboxMessage(**message, recipient="c@example.com", raw=encoded + "Ask =C5=BBaneta."))
    db.session.commit()
    bring_in(BOSS, "7,zdenka.quix@example.com,Zdenka,O'Zorgan,Operations,,")
    bring_in(BOSS, "7,zdenka.ozorgan@example.com,Zdenka,O'Zorgan,Operations,,")
    db.session.commit()
    erase_person(person, by=TESTER)
    assert _texts() == [f"{STAND_IN} ({STAND_IN}) and {STAND_IN} are one.", f"I am {STAND_IN}, {STAND_IN}."]
    told = "\n".join(str(row) for row in db.session.execute(select(AuditEntry.__table__)))
    assert [word for word in ("Quix", "quix", "Zorgan", "zorgan", "Zdenka") if word in told] == []
    assert db.session.scalars(select(MailboxMessage.recipient)).all() == ["c@example.com"]


def test_a_former_address_that_is_somebody_elses_now_stays_theirs():
    bring_in(BOSS, "7,office@example.com,Zdenka,Quixotova,Operations,,")
    person = db.session.scalars(select(Person).where(Person.employee_id == "7")).one()
    db.session.commit()
    bring_in(BOSS, "7,zdenka@example.com,Zdenka,Quixotova,Operations,,", "8,office@example.com,New,Holder,Operations,,")
    mailing = build_mailing(MailingKind.NOTICE, Letter("Hello", "Hello", "<p>Hello</p>"))
    queue_for_address(mailing, "office@example.com", "New Holder", {})
    _told_of_others("Write to office@example.com.")
    db.session.commit()
    erase_person(person, by=TESTER)
    assert _texts() == ["Write to office@example.com."]
    assert db.session.scalars(select(Delivery.address)).all() == ["office@example.com"]


def test_a_file_that_waits_to_be_applied_and_names_them_is_dropped():
    bring_in(BOSS, "7,zdenka@example.com,Zdenka,Quixotova,Operations,,", "8,other@example.com,Other,Body,Operations,,")
    db.session.commit()
    person = db.session.scalars(select(Person).where(Person.employee_id == "7")).one()
    run = stage(BOSS, ",,Zdenka,Quixotova,Operations,,", full=False)
    db.session.commit()
    assert db.session.scalars(select(StagedPerson.name).where(StagedPerson.is_rejected)).all() == ["Zdenka Quixotova"]
    assert erase_person(person, by=TESTER).dropped_files == ("people.csv",)
    assert db.session.scalars(select(ImportRun.status).where(ImportRun.id == run.id)).all() == [RunStatus.DISCARDED]
    assert db.session.scalars(select(StagedPerson.name)).all() == []
    stage(BOSS, full=False)
    other = db.session.scalars(select(Person).where(Person.employee_id == "8")).one()
    assert erase_person(other, by=TESTER).dropped_files == ()


def test_an_upload_goes_at_erasing_and_by_itself_after_a_day(frozen):
    keep_upload("old.csv", b"Who\nZdenka Quixotova\n", account_id=make_account().id)
    frozen.shift(timedelta(hours=23))
    assert drop_old_uploads(clock.now()) == 0
    frozen.shift(timedelta(hours=2))
    assert drop_old_uploads(clock.now()) == 1
    keep_upload("new.csv", b"Who\nZdenka Quixotova\n", account_id=1)
    assert erase_person(make_person("Zdenka Quixotova"), by=TESTER).dropped_files == ("new.csv",)
    assert db.session.scalars(select(KeptUpload.filename)).all() == []


def test_remarks_on_a_file_lose_the_employee_number():
    bring_in(BOSS, "HR-0815-Z,zdenka@example.com,Zdenka,Quixotova,Operations,,")
    person = db.session.scalars(select(Person).where(Person.employee_id == "HR-0815-Z")).one()
    run = stage(BOSS, full=False)
    run.problems = [{"sentence": "HR-0815-Z stands twice, HR-0815-ZZ once.", "line": 815}]
    db.session.commit()
    erase_person(person, by=TESTER)
    assert run.problems == [{"sentence": f"{STAND_IN} stands twice, HR-0815-ZZ once.", "line": 815}]


def test_a_stand_in_longer_than_the_name_fits_where_the_name_was():
    person = make_person("Bo L", "bo@example.com")
    long = "x" * 295 + " Bo L"
    mailing = build_mailing(MailingKind.NOTICE, Letter(long, "Hello", "<p>Hello</p>"))
    erase_person(person, by=TESTER)
    assert mailing.subject == ("x" * 295 + f" {STAND_IN}")[:300]


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


def _passages(person: Person) -> list[tuple[str, str, bool]]:
    found = passages_about(known_as(person, None), Subject(person.id, None), with_concerns=True)
    return [
        (passage.reference, f"{passage.before}[{passage.found}]{passage.after}", passage.is_plain) for passage in found
    ]


def test_what_others_wrote_is_offered_and_rewritten_only_where_that_was_decided():
    person = make_person("Zdenka Quixotova", "zdenka@example.com", employee_id="HR-0815-Z")
    wave = make_wave(name="What Zdenka Quixotova began")
    for text in ("Ask QUIXOTOVA, Zdenka first.", "Number HR-0815-Z objects.", "Nobody is named here."):
        _told_of_others(text)
    # Ids of concerns tell no order.
    ids = {text: key for key, text in db.session.execute(select(Concern.id, Concern.text))}
    first, second = ids["Ask QUIXOTOVA, Zdenka first."], ids["Number HR-0815-Z objects."]
    wave_named, *concerns_named = _passages(person)
    assert wave_named == (f"wave-{wave.id}", "What [Zdenka Quixotova] began", True)
    assert sorted(concerns_named) == sorted(
        [
            (f"concern-{first}", "Ask [QUIXOTOVA, Zdenka] first.", True),
            (f"concern-{second}", "Number [HR-0815-Z] objects.", False),
        ]
    )
    erase_person(person, by=TESTER, decided=Decided(frozenset({f"concern-{second}", "wave-77", "person-1", "x"})))
    assert _texts() == ["Ask QUIXOTOVA, Zdenka first.", "Nobody is named here.", f"Number {STAND_IN} objects."]
    assert wave.name == "What Zdenka Quixotova began"


def test_a_name_that_two_have_is_offered_unticked_and_can_be_rewritten_where_it_means_the_one_erased():
    person = make_person("Ann Miller", "ann1@example.com")
    make_person("Ann Miller", "ann2@example.com")
    for text in ("Ann Miller of claims said no.", "Ann Miller of finance said yes."):
        _told_of_others(text)
    offered = _passages(person)
    assert [is_plain for _, _, is_plain in offered] == [False, False]
    of_claims = next(reference for reference, words, _ in offered if "claims" in words)
    erase_person(person, by=TESTER, decided=Decided(frozenset({of_claims})))
    assert _texts() == ["Ann Miller of finance said yes.", f"{STAND_IN} of claims said no."]


def test_words_that_were_not_shown_are_rewritten_where_they_can_mean_nobody_else():
    person = make_person("Zdenka Quixotova", "zdenka@example.com", employee_id="4711")
    _told_of_others("Zdenka Quixotova, 4711, objects.")
    erase_person(person, by=TESTER, decided=Decided(frozenset(), frozenset({"concern"})))
    assert _texts() == [f"{STAND_IN}, 4711, objects."]


def test_what_is_about_somebody_or_by_them_is_offered_to_nobody():
    person = make_person("Zdenka Quixotova", "zdenka@example.com")
    _say("I am Zdenka Quixotova.", person)
    row = add_stakeholder(
        person, StakeholderGroup.END_USERS, places=[make_wave()], role="Zdenka Quixotova speaks.", by=TESTER
    )
    write_note(row, "Zdenka Quixotova likes calls.", by=TESTER)
    assert _passages(person) == []


def test_every_text_that_a_table_holds_is_decided_upon():
    """A new column in which somebody may be named must be found when they are erased."""
    named = {"person", "account", "staged_person", "mailbox_message"}
    told = {
        (name, column)
        for part in (FREE_TEXT, SIGNED, WRITTEN_DOWN)
        for name, columns in part.items()
        for column in columns
    }
    undecided = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Text | JSON) and not REACH[table.name].about and table.name not in named
        if (table.name, column.name) not in told
    }
    assert undecided == {
        "audience.rule",
        "bounce_mailbox.left_there",
        "concern_figures.shown",
        "department.path",
        "import_run.columns",
        "import_run.counts",
        "kept_form.fields",
        "position.covers",
        "saved_mapping.columns",
        "staged_reference.value",
    }
