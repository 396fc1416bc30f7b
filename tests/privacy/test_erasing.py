"""Erasing reaches former names and addresses, what waits, and texts however they write the name."""

from datetime import date, timedelta

import pytest
from factories import TESTER, make_account, make_person, make_wave
from intake.companies import bring_in, stage
from sqlalchemy import JSON, Text, select

from engagement import clock
from engagement.accounts import actions as accounts
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.db import Base, db
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
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.actions.notes import write_note
from engagement.stakeholders.rules import StakeholderGroup

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
        "adoption_count.by_department",
        "adoption_count.friendly_ids",
        "adoption_count.numbers",
        "audience.rule",
        "bounce_mailbox.left_there",
        "concern_figures.shown",
        "concern_period.shown",
        "department.path",
        "impact_aspect.counts",
        "import_run.columns",
        "import_run.counts",
        "kept_form.fields",
        "position.covers",
        "report_figure.definition",
        "saved_mapping.columns",
        "staged_reference.value",
        "usage_mapping.columns",
        "usage_upload.told",
    }
