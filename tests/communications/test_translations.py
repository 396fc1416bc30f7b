"""A message in several languages: written, approved and withdrawn together, sent to each reader in theirs."""

from datetime import date

import pytest
from factories import TESTER, make_person, make_wave, make_workflow
from mail.outbox import FROM, link_for
from mail.smtp_peer import smtp_peer
from sqlalchemy import select

from engagement import clock
from engagement.audit import AuditEntry
from engagement.communications.actions import approving, writing
from engagement.communications.actions.sending import queue_occurrence, send_test_copy
from engagement.communications.models import Occurrence, OccurrenceText
from engagement.communications.queries.approvals import standing_approval
from engagement.communications.queries.one_message import occurrence_page
from engagement.communications.queries.previews import preview_as
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.mail.models import Delivery, Translation
from engagement.mail.outbox.actions.delivering import deliver_until_empty
from engagement.mail.queries import html_for, messages_to, subject_for, text_for
from engagement.mail.wire.actions.transport import Transport
from engagement.people.models import Person
from engagement.people.organisation.rules import Organisation
from engagement.people.rules import TrainingRole
from engagement.waves.models import WaveWorkflow
from tests.communications.calendar_rows import AT_TWO, TEXT, make_approver, make_audience, make_draft, make_line

pytestmark = pytest.mark.usefixtures("app", "frozen")
POLISH = "Dzień dobry {{ first_name }},\n\nod maja zgłoszenia są sortowane.\n\n{{ my_change_link }}"


def make_bilingual(occurrence: Occurrence | None = None) -> Occurrence:
    """Return a draft with an English and a Polish text, written by its owner."""
    row = occurrence or make_draft()
    by = row.communication.owner.actor
    writing.write_occurrence(row, "What changes in claims", TEXT, by=by)
    writing.write_translation(row, "pl", "Co się zmienia w szkodach", POLISH, by=by)
    return row


def approve(occurrence: Occurrence) -> Occurrence:
    approving.ask_approval(occurrence, by=occurrence.communication.owner.actor)
    approving.approve(occurrence, by=make_approver().actor)
    return occurrence


def send(occurrence: Occurrence, organisation: Organisation | None = None) -> None:
    queue_occurrence(
        occurrence.id, now=AT_TWO, lateness_limit_hours=24, organisation=organisation or Organisation(name="Northmere")
    )
    db.session.commit()


def make_readers() -> None:
    for name, language in (("ann", "en-GB"), ("bogna", "pl"), ("celina", "pl-PL"), ("dora", "de"), ("eve", None)):
        make_person(f"{name.title()} Reader", f"{name}@example.com", language=language)


def test_each_reader_gets_the_text_in_their_language() -> None:
    make_readers()
    send(approve(make_bilingual()))
    rows = db.session.execute(
        select(Delivery.address, Translation.language).outerjoin(Delivery.translation).order_by(Delivery.address)
    ).all()
    assert [tuple(row) for row in rows] == [
        ("ann@example.com", None),
        ("bogna@example.com", "pl"),
        ("celina@example.com", "pl"),
        ("dora@example.com", None),
        ("eve@example.com", None),
    ]
    with smtp_peer() as peer, clock.standing_at(AT_TWO):
        deliver_until_empty(Transport(peer.url), "one", link_for, FROM)
    received = {m.recipient: m.message for m in peer.messages}
    assert len(received) == 5
    polish, english = received["celina@example.com"], received["dora@example.com"]
    assert polish["Subject"] == "Co się zmienia w szkodach"
    html = polish.get_body(("html",)).get_content()
    assert '<html lang="pl">' in html
    assert "Dzień dobry Celina," in html
    assert "Zobacz, co się dla Ciebie zmienia" in html
    assert "Ta wiadomość jest dla osób pracujących w Claims, które mają wiedzieć" in html
    assert 'lang="en"' not in html
    assert "Ta wiadomość jest dla osób" in polish.get_body(("plain",)).get_content()
    assert english["Subject"] == "What changes in claims"
    assert '<html lang="en">' in english.get_body(("html",)).get_content()


def test_what_was_sent_is_read_in_the_service_in_the_same_language() -> None:
    make_readers()
    send(approve(make_bilingual()))
    person = db.session.scalars(select(Person).where(Person.email == "bogna@example.com")).one()
    with smtp_peer() as peer, clock.standing_at(AT_TWO):
        deliver_until_empty(Transport(peer.url), "one", link_for, FROM)
    [delivery] = db.session.scalars(messages_to(person.id)).all()
    assert (subject_for(delivery), delivery.letter.language) == ("Co się zmienia w szkodach", "pl")
    assert "Dzień dobry Bogna," in html_for(delivery)
    occurrence = db.session.scalars(select(Occurrence)).one()
    assert preview_as(occurrence, person).subject == "Co się zmienia w szkodach"


def test_the_words_around_a_text_without_a_file_are_marked_as_english() -> None:
    make_person("Ida Reader", "ida@example.com", language="it")
    row = make_bilingual()
    writing.write_translation(
        row, "it", "Cosa cambia", "Buongiorno {{ first_name }}.", by=row.communication.owner.actor
    )
    send(approve(row))
    [delivery] = db.session.scalars(select(Delivery)).all()
    html = delivery.letter.html
    assert '<html lang="it">' in html
    assert 'rule soft" lang="en"' in html
    assert "You get this because you work in {{ department }} and are kept informed about “" in html


def test_days_are_written_as_the_language_does() -> None:
    person = make_person("Bogna Reader", "bogna@example.com", language="pl")
    wave = make_wave(members=[person], go_live_on=date(2026, 5, 12))
    for name in ("Triage", "Letters"):
        db.session.add(WaveWorkflow(wave_id=wave.id, workflow=make_workflow(wave.programme, name)))
    audience = make_audience("Wave 3", {"field": "wave", "values": [wave.id]})
    row = make_bilingual(make_draft(make_line(wave.programme, wave=wave, audience=audience)))
    by = row.communication.owner.actor
    writing.write_translation(row, "pl", "Od {{ go_live }}", "{{ workflow }} {{ go_live }}", by=by)
    writing.write_translation(row, "it", "Dal {{ go_live }}", "{{ workflow }}", by=by)
    assert preview_as(row, person).subject == "Od wtorek, 12 maja"
    assert "i Triage" in preview_as(row, person).text or "i Letters" in preview_as(row, person).text
    person.language = "it"
    assert preview_as(row, person).subject == "Dal martedì 12 maggio"
    person.language = "tlh"
    writing.write_translation(row, "tlh", "{{ go_live }}", "{{ workflow }}", by=by)
    assert preview_as(row, person).subject == "2026-05-12"


def test_preview_and_test_copy_show_the_text_that_the_recipient_would_get() -> None:
    make_readers()
    row = make_bilingual()
    people = {person.email: person for person in db.session.scalars(select(Person))}
    shown = {email: preview_as(row, person).language for email, person in people.items()}
    assert shown == {
        "ann@example.com": "en",
        "bogna@example.com": "pl",
        "celina@example.com": "pl",
        "dora@example.com": "en",
        "eve@example.com": "en",
    }
    owner = row.communication.owner
    copy = send_test_copy(row, people["celina@example.com"], owner, by=owner.actor)
    assert copy.mailing.subject == "Test copy: Co się zmienia w szkodach"
    assert (copy.mailing.language, copy.filled["first_name"]) == ("pl", "Celina")


def test_the_organisation_s_language_is_that_of_who_has_none() -> None:
    make_readers()
    send(approve(make_bilingual(make_draft(make_line(language="en")))), Organisation(language="pl"))
    of_eve = db.session.scalars(select(Delivery).where(Delivery.address == "eve@example.com")).one()
    assert of_eve.letter.language == "pl"


def test_approval_is_for_all_languages_and_a_change_of_any_withdraws_it() -> None:
    row = approve(make_bilingual())
    assert standing_approval(row) is not None
    version = row.text_version
    by = row.communication.owner.actor
    unchanged = writing.write_translation(row, "pl", "Co się zmienia w szkodach", POLISH, by=by)
    assert (unchanged.is_changed, row.status) == (False, OccurrenceStatus.APPROVED)
    written = writing.write_translation(row, "PL", "Co się zmienia", POLISH, by=by)
    assert (written.is_changed, written.withdrew_approval) == (True, True)
    assert (row.status, row.text_version) == (OccurrenceStatus.DRAFT, version + 1)
    assert standing_approval(row) is None
    verbs = db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id.desc()).limit(2)).all()
    assert verbs == ["withdrew approval", "wrote translation"]
    approving.ask_approval(row, by=by)
    writing.remove_translation(row, "pl", by=by)
    assert row.status is OccurrenceStatus.DRAFT
    assert db.session.scalars(select(OccurrenceText)).all() == []


def test_what_somebody_else_changed_meanwhile_is_not_written_over() -> None:
    row = make_bilingual()
    seen = row.text_version
    by = row.communication.owner.actor
    writing.write_translation(row, "de", "Was sich ändert", "Guten Tag.", by=by, saved=writing.Saving(seen))
    with pytest.raises(RuleBroken):
        writing.write_translation(row, "pl", "Inaczej", POLISH, by=by, saved=writing.Saving(seen))


def test_every_language_is_checked_before_approval() -> None:
    row = make_bilingual()
    by = row.communication.owner.actor
    writing.write_translation(row, "pl", "", "Dzień dobry {{ imie }}", by=by)
    with pytest.raises(BadInput) as refused:
        approving.ask_approval(row, by=by)
    assert "Polish: The subject is empty." in refused.value.sentence
    assert "Polish: {{ imie }} is not a merge field" in refused.value.sentence
    writing.write_translation(row, "pl", "Co się zmienia", TEXT, by=by)
    assert occurrence_page(row).problems == ["Polish: The text is still the one that it is a translation of."]


@pytest.mark.parametrize("tag", ["polish", "", "e n"])
def test_what_is_no_language_is_refused(tag: str) -> None:
    row = make_draft()
    with pytest.raises(BadInput):
        writing.write_translation(row, tag, "S", "T", by=TESTER)


def test_the_message_s_own_language_needs_no_translation() -> None:
    row = make_draft()
    with pytest.raises(BadInput, match="written in English"):
        writing.write_translation(row, "en", "S", "T", by=TESTER)


def test_readers_without_a_text_are_counted_on_the_page() -> None:
    make_readers()
    row = make_draft()
    assert occurrence_page(row).unread == {"de": 1, "pl": 1, "pl-PL": 1}
    page = occurrence_page(make_bilingual(row))
    assert (page.languages, page.unread) == (["en", "pl"], {"de": 1})


def test_roles_and_missing_departments_read_in_the_language_of_each_text() -> None:
    both, all_three = (TrainingRole.USER, TrainingRole.LEADER), (TrainingRole.SUPPORT, *list(TrainingRole)[:2])
    make_person("Ann", "ann@example.com", roles=both, department=None)
    make_person("Tomasz", "tomasz@example.com", roles=all_three, department=None).language = "pl"
    make_person("Jonas", "jonas@example.com", roles=both, department=None).language = "de-AT"
    row = make_draft()
    by = row.communication.owner.actor
    text = "{{ department }}: {{ training_role }}"
    writing.write_occurrence(row, "News", f"{text} en", by=by)
    for language in ("pl", "de"):
        writing.write_translation(row, language, language, f"{text} {language}", by=by)
    people = list(db.session.scalars(select(Person).where(Person.department_id.is_(None)).order_by(Person.id)))
    seen = [preview_as(row, person).text.partition("\n")[0] for person in people]
    assert seen == [
        "your department: leader and user en",
        "Twój dział: builder, support i user pl",
        "Ihr Bereich: leader und user de",
    ]
    send(approve(row))
    filled = {delivery.name: tuple(delivery.filled.values()) for delivery in db.session.scalars(select(Delivery))}
    assert filled == {
        "Ann": ("your department", "leader and user"),
        "Tomasz": ("Twój dział", "builder, support i user"),
        "Jonas": ("Ihr Bereich", "leader und user"),
    }


def test_an_arabic_text_has_its_direction_and_an_english_one_sets_a_hebrew_name_apart() -> None:
    make_person("דנה כהן", "dana@example.com", language="en", first_name="דנה")
    make_person("Omar", "omar@example.com", language="ar")
    row = make_draft()
    by = row.communication.owner.actor
    writing.write_occurrence(row, "News", "Dear {{ first_name }} (1), hello", by=by)
    writing.write_translation(row, "ar", "خبر", "مرحبا {{ first_name }}\n\n- واحد", by=by)
    send(approve(row))
    letters = {d.name: d for d in db.session.scalars(select(Delivery))}
    dana, omar = letters["דנה כהן"], letters["Omar"]
    assert "Dear \u2068דנה\u2069 (1), hello" in html_for(dana)
    assert "Dear דנה (1), hello" in text_for(dana)
    assert '<html lang="ar" dir="rtl">' in html_for(omar)
    assert "padding: 0 22px 0 0" in html_for(omar)
    assert "مرحبا Omar\n\n- واحد" in text_for(omar)
    assert preview_as(row, dana.person).html == "<p>Dear \u2068דנה\u2069 (1), hello</p>"
