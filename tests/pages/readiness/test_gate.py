"""The gate through its pages: who decides, what is refused with what was typed, and what stands there afterwards."""

import re
from datetime import date

import pytest
from factories import make_account, make_person, make_programme, make_wave, make_workflow, signed_in
from readiness.gate_rows import TODAY, object_severely

from engagement import clock
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.mail.models import Delivery, Mailing
from engagement.readiness.gate.actions.opening import reopen_gate
from engagement.readiness.gate.models import GateCondition, GateOverride
from engagement.resistance.rules import ConcernStatus


@pytest.fixture
def wave(app, frozen):
    programme = make_programme(sponsor=make_person("Sue Sponsor", "sue@example.com"))
    person = make_person("Lea Lead", "lea@example.com")
    return make_wave(
        programme, workflows=(make_workflow(programme),), members=[person], lead=person, go_live_on=date(2026, 4, 21)
    )


@pytest.fixture
def manager(app, wave):
    return signed_in(app, make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER))


def named(app, name, email):
    return signed_in(app, make_account(email, name))


def seen_on(page: str) -> str:
    return re.findall(r'name="seen"[^>]*value="([^"]*)"', page)[0]


def test_a_sponsor_decides_with_a_condition_and_what_was_typed_is_kept_when_refused(app, manager, wave):
    sponsor, address = named(app, "Sue Sponsor", "sue@example.com"), f"/waves/{wave.id}/decision"
    assert manager.get(address).status_code == 403
    seen = seen_on(sponsor.get(address).get_data(as_text=True))
    typed = {"choice": "conditions", "reason": "The <desk> gets help.", "seen": seen, "text_1": "Two more people"}
    refused = sponsor.post(address, data=typed | {"due_1": "2026-04-13"})
    page = refused.get_data(as_text=True)
    assert (refused.status_code, "Name who does it." in page, "That day has passed." in page) == (422, True, True)
    assert "The &lt;desk&gt; gets help." in page
    make_person("Otto Other", "otto@example.com")
    typed |= {"owner_1": "otto@example.com", "due_1": "2026-04-17"}
    again = sponsor.post(address, data=typed | {"seen": "training=met"})
    assert (again.status_code, "stands otherwise than when you opened" in again.get_data(as_text=True)) == (422, True)
    assert sponsor.post(address, data=typed | {"seen": seen_on(again.get_data(as_text=True))}).status_code == 303
    page = manager.get(f"/waves/{wave.id}/readiness").get_data(as_text=True)
    assert "Sue Sponsor said go, with conditions on 14 April 2026. 1 condition is open." in page
    assert "It is passed when Sue Sponsor says go." in page
    (link,) = re.findall(r'href="(/decisions/\d+)"', page.partition("Criteria</h2>")[0])
    frozen = manager.get(link).get_data(as_text=True)
    assert "What was seen, and how it stands now" in frozen
    assert "Changed." not in frozen
    object_severely(wave)
    assert manager.get(link).get_data(as_text=True).count("<b>Changed.</b>") == 1
    condition = db.session.scalars(db.select(GateCondition)).one()
    # Who does it may have no other right, and none to the wave once it is done.
    owner = named(app, "Otto Other", "otto@example.com")
    refused = owner.post(f"/conditions/{condition.id}", data={"note": " "})
    assert (refused.status_code, "Say what was done" in refused.get_data(as_text=True)) == (422, True)
    assert "/readiness" in refused.get_data(as_text=True)
    settled = owner.post(f"/conditions/{condition.id}", data={"note": "They <came>."})
    assert settled.status_code == 303
    left = owner.get(settled.location)
    assert (left.status_code, "/readiness" in left.get_data(as_text=True)) == (200, False)
    assert "They &lt;came&gt;." in manager.get(f"/waves/{wave.id}/readiness").get_data(as_text=True)


def test_the_page_of_a_wave_ahead_says_how_many_criteria_are_met_and_which_are_not(app, manager, wave):
    object_severely(wave)
    page, readiness = (manager.get(f"/waves/{wave.id}{tail}").get_data(as_text=True) for tail in ("", "/readiness"))
    (verdict,) = re.findall(r"<strong>(\d+ of \d+ criteria [^<]*)</strong>", readiness)
    assert f"<strong>{verdict}</strong>" in page
    # Those that are not met come first there; the page of the wave shows the first three of them.
    short = re.findall(r"Not met.*?<h3>([^<]+)</h3>", readiness.partition("Criteria</h2>")[2], re.DOTALL)
    section = page.partition("Readiness</h2>")[2].partition("</section>")[0]
    assert re.findall(r"<h3>([^<]+)</h3>", section) == short[:3]
    assert "At least one severe concern has no answer yet." in section
    assert (f"{len(short) - 3} more" in section) == (len(short) > 3)


def test_a_named_approver_without_other_rights_decides_and_only_who_plans_the_programme_names_them(app, manager, wave):
    make_person("Olga Officer", "olga@example.com")
    lead, officer = named(app, "Lea Lead", "lea@example.com"), named(app, "Olga Officer", "olga@example.com")
    assert officer.get(f"/waves/{wave.id}/readiness").status_code == 403
    assert lead.post(f"/waves/{wave.id}/approvers", data={"person": "olga@example.com"}).status_code == 403
    assert manager.post(f"/waves/{wave.id}/approvers", data={"person": "olga@example.com"}).status_code == 303
    page = officer.get(f"/waves/{wave.id}/readiness").get_data(as_text=True)
    assert f'href="/waves/{wave.id}/decision"' in page
    assert f'href="/waves/{wave.id}/training' not in page
    seen = seen_on(officer.get(f"/waves/{wave.id}/decision").get_data(as_text=True))
    said = {"choice": "no_go", "reason": "Too early.", "seen": seen}
    assert officer.post(f"/waves/{wave.id}/decision", data=said).status_code == 303
    sponsor = named(app, "Sue Sponsor", "sue@example.com")
    assert sponsor.post(f"/waves/{wave.id}/decision", data=said | {"choice": "go"}).status_code == 303
    page = manager.get(f"/waves/{wave.id}/readiness").get_data(as_text=True)
    assert "Olga Officer thought otherwise." in page
    assert "Dissent" in page
    # What is off waits for who plans it, with what it holds.
    assert "Gates that opened again" not in manager.get("/").get_data(as_text=True)
    again = seen_on(sponsor.get(f"/waves/{wave.id}/decision").get_data(as_text=True))
    assert sponsor.post(f"/waves/{wave.id}/decision", data=said | {"seen": again}).status_code == 303
    for address in ("/", f"/waves/{wave.id}/readiness"):
        page = manager.get(address).get_data(as_text=True)
        assert "Sue Sponsor said no-go on 14 April 2026." in page
        assert "Messages around" in page


def test_a_gate_that_opened_again_says_why_and_who_goes_past_it_gives_a_reason_and_a_day(app, manager, wave):
    sponsor = named(app, "Sue Sponsor", "sue@example.com")
    seen = seen_on(sponsor.get(f"/waves/{wave.id}/decision").get_data(as_text=True))
    go = {"choice": "go", "reason": "Rehearsed.", "seen": seen}
    assert sponsor.post(f"/waves/{wave.id}/decision", data=go).status_code == 303
    concern = object_severely(wave)
    assert "It opens again within minutes" in manager.get(f"/waves/{wave.id}/readiness").get_data(as_text=True)
    assert reopen_gate(wave.id, TODAY)
    page = manager.get(f"/waves/{wave.id}/readiness").get_data(as_text=True)
    assert "“No severe concern is open” is no longer met." in page
    assert "Sue Sponsor: go" in page.partition("Before</h2>")[2]
    assert (
        "To be decided by 14 April 2026, a week before the go-live: what goes out from then on depends on it." in page
    )
    assert "Met again since" not in page
    concern.status, concern.waiting_since_on, concern.answered_on = ConcernStatus.ANSWERED, None, TODAY
    db.session.commit()
    for address in (f"/waves/{wave.id}/readiness", f"/waves/{wave.id}"):
        assert "Met again since: “No severe concern is open”." in manager.get(address).get_data(as_text=True)
    assert "Gates that opened again" in manager.get("/").get_data(as_text=True)
    address = f"/waves/{wave.id}/override"
    refused = manager.post(address, data={"reason": "The <board> wants it.", "until_on": "2027-01-01"})
    page = refused.get_data(as_text=True)
    assert (refused.status_code, "at most 60 days ahead" in page) == (422, True)
    assert "The &lt;board&gt; wants it." in page
    assert 'value="2026-04-21"' in manager.get(address).get_data(as_text=True)
    short = manager.post(address, data={"reason": "A test.", "until_on": "2026-04-20"})
    page = manager.get(short.location).get_data(as_text=True)
    assert page.count("That is before the go-live: then the gate stands again.") == 2
    assert manager.post(address, data={"reason": "The <board> wants it.", "until_on": "2026-04-30"}).status_code == 303
    page = manager.get(f"/waves/{wave.id}/readiness").get_data(as_text=True)
    assert "Ines Okafor lets it go on without the gate until 30 April 2026." in page
    assert "That is before the go-live" not in page
    # Why stands beside the verdict, and only there; who decides was told.
    beside, _, below = page.partition("Criteria</h2>")
    assert ("The &lt;board&gt; wants it." in beside, "The &lt;board&gt; wants it." in below) == (True, False)
    assert "The &lt;board&gt; wants it." in manager.get(f"/waves/{wave.id}").get_data(as_text=True)
    told = db.session.scalars(db.select(Delivery).join(Mailing).where(Mailing.subject.contains("without its gate")))
    assert [row.address for row in told] == ["sue@example.com"] * 2
    row = db.session.scalars(db.select(GateOverride).where(GateOverride.ended_at.is_(None))).one()
    assert manager.post(f"/overrides/{row.id}/ending").status_code == 303
    assert "lets it go on without" not in manager.get(f"/waves/{wave.id}/readiness").get_data(as_text=True)


def test_the_page_asks_only_of_what_the_wave_has(manager, wave, statements):
    with statements() as few:
        manager.get(f"/waves/{wave.id}/readiness")
    assert len(few) <= 19
    db.session.add(GateOverride(wave_id=wave.id, reason="It is small.", until_on=date(2026, 4, 20), at=clock.now()))
    db.session.commit()
    with statements() as more:
        page = manager.get(f"/waves/{wave.id}/readiness").get_data(as_text=True)
    assert len(more) == len(few) + 1
    assert "It is small." in page


def test_who_has_no_other_task_reads_on_their_own_page_what_a_gate_asks_of_them(app, manager, wave, statements):
    make_person("Olga Officer", "olga@example.com")
    officer = named(app, "Olga Officer", "olga@example.com")
    with statements() as few:
        assert "Go or no-go" not in officer.get("/me").get_data(as_text=True)
    assert manager.post(f"/waves/{wave.id}/approvers", data={"person": "olga@example.com"}).status_code == 303
    assert officer.get("/").location == "/me"
    with statements() as more:
        page = officer.get("/me").get_data(as_text=True)
    waiting = page.partition("Also waiting for you")[2].partition("</section>")[0]
    assert f"Go or no-go: {wave.title}" in waiting
    assert "Decide by 14 April 2026: what goes out from then on depends on it." in waiting
    assert f'href="/waves/{wave.id}/decision"' in waiting
    assert len(more) <= len(few) + 4
    sponsor = named(app, "Sue Sponsor", "sue@example.com")
    seen = seen_on(sponsor.get(f"/waves/{wave.id}/decision").get_data(as_text=True))
    condition = {"text_1": "Two more people", "owner_1": "olga@example.com", "due_1": "2026-04-17"}
    said = {"choice": "conditions", "reason": "Help comes.", "seen": seen} | condition
    assert sponsor.post(f"/waves/{wave.id}/decision", data=said).status_code == 303
    page = officer.get("/me").get_data(as_text=True)
    row = db.session.scalars(db.select(GateCondition)).one()
    assert f'href="/conditions/{row.id}"' in page
    assert f"A condition of {wave.title}, by you until 17 April 2026." in page


def test_who_judges_a_criterion_finds_it_on_their_own_page(app, manager, wave, statements):
    make_person("Finn Finance", "finn@example.com")
    finn = named(app, "Finn Finance", "finn@example.com")
    with statements() as few:
        finn.get("/me")
    new = {"title": "The fallback is <rehearsed>", "owner": "finn@example.com"}
    assert manager.post(f"/waves/{wave.id}/criteria/new", data=new).status_code == 303
    with statements() as more:
        page = finn.get("/me").get_data(as_text=True)
    assert len(more) == len(few) + 1
    waiting = page.partition("Also waiting for you")[2].partition("</section>")[0]
    assert "The fallback is &lt;rehearsed&gt;" in waiting
    assert f"You judge it for {wave.title}, until 14 April 2026: the go-live is decided with it." in waiting
    (address,) = re.findall(r'href="(/waves/\d+/readiness/own-\d+)"', waiting)
    assert "Keep the judgement" in finn.get(address).get_data(as_text=True)
    (letter,) = db.session.scalars(db.select(Delivery).where(Delivery.address == "finn@example.com"))
    assert letter.filled["gate_link"] == address
    judged = {"state": "met", "evidence": "I was there."}
    assert finn.post(f"{address}/judgements", data=judged).status_code == 303
    assert "rehearsed" not in finn.get("/me").get_data(as_text=True)
