"""Consultations through their pages: from an empty programme to a position, as change manager and as works council's reader."""

import re

import pytest
from factories import make_account, make_person, make_programme, make_wave, make_workflow, signed_in

from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.consultations.models import Body, BodyQuestion, Consultation
from engagement.db import db


def text(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


@pytest.fixture
def wave(app, frozen):
    programme, secret = make_programme(), make_person("Sec Retperson")
    return make_wave(programme, workflows=(make_workflow(programme),), members=[secret], lead=secret)


@pytest.fixture
def manager(app, wave):
    return signed_in(app, make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER))


@pytest.fixture
def speaker(app, wave):
    account = make_account("rea@example.com", "Rea Council")
    account.person_id = make_person("Rea Council", "rea@example.com").id
    db.session.flush()
    return signed_in(app, account)


def test_a_body_is_asked_asks_back_and_answers(app, manager, speaker, wave):
    page = text(manager.get(f"/waves/{wave.id}/consultations/new"))
    assert "There is no body left to ask" in page
    refused = manager.post(f"/programmes/{wave.programme_id}/bodies/new", data={"name": "", "kind": "union"})
    assert (refused.status_code, "Write its name." in text(refused)) == (422, True)
    manager.post(f"/programmes/{wave.programme_id}/bodies/new", data={"name": "Works council", "kind": "works_council"})
    body = db.session.query(Body).one()
    refused = manager.post(f"/bodies/{body.id}/members", data={"person": "Nobody Here"})
    assert (refused.status_code, "Nobody Here" in text(refused)) == (422, True)
    assert manager.post(f"/bodies/{body.id}/members", data={"person": "rea@example.com"}).status_code == 303
    asked = {"body": str(body.id), "is_required": "y", "basis": "", "deadline_on": "2026-05-04"}
    refused = manager.post(f"/waves/{wave.id}/consultations/new", data=asked)
    assert (
        refused.status_code,
        "Write the legal basis" in text(refused),
        'value="2026-05-04"' in refused.get_data(as_text=True),
    ) == (422, True, True)
    made = manager.post(f"/waves/{wave.id}/consultations/new", data=asked | {"basis": "Section 4"})
    address = made.location
    assert address == f"/consultations/{db.session.query(Consultation).one().id}"
    document = {"name": "The plan", "version": "2", "handed_over_on": "2026-04-14", "text": "All of <it>"}
    assert manager.post(f"{address}/documents", data=document).status_code == 303

    # Signing in anew: naming somebody for the first time ends their sessions.
    assert speaker.get("/consultations").status_code == 302
    reads = signed_in(app, db.session.query(Account).filter_by(email="rea@example.com").one())
    assert "Works council: Wave 3: Property claims" in text(reads.get("/me"))
    page = text(reads.get(address))
    assert [words for words in ("Property claims", "The plan", "Section 4") if words not in page] == []
    assert "Sec Retperson" not in page
    assert "All of &lt;it&gt;" in reads.get("/handed-over/1").get_data(as_text=True)
    for elsewhere in (f"/waves/{wave.id}", f"{address}/edit", f"{address}/documents"):
        assert reads.get(elsewhere).status_code == 403, elsewhere
    assert reads.post(f"{address}/questions", data={"question": ""}).status_code == 422
    assert reads.post(f"{address}/questions", data={"question": "Who sees the counts?"}).status_code == 303
    question = db.session.query(BodyQuestion).one()
    assert reads.post(f"/body-questions/{question.id}/answers", data={"answer": "Nobody"}).status_code == 403
    assert "1 question has no answer." in text(manager.get("/"))
    assert manager.post(f"/body-questions/{question.id}/answers", data={"answer": "Nobody does."}).status_code == 303
    assert "Nobody does." in text(reads.get(address))
    said = {"kind": "conditions", "words": "", "given_on": "2026-04-14"}
    refused = reads.post(f"{address}/positions", data=said)
    assert (refused.status_code, "Write the conditions." in text(refused)) == (422, True)
    assert reads.post(f"{address}/positions", data=said | {"words": "No counts of single people."}).status_code == 303
    assert "Agrees with conditions" in text(manager.get(f"/waves/{wave.id}"))


def test_an_employee_without_a_body_finds_no_consultations(app, wave):
    account = make_account("eve@example.com", "Eve Employee")
    assert signed_in(app, account).get("/consultations").status_code == 403
