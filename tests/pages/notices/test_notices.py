"""Notices through their pages: said, written, published by somebody else, counted, and proved."""

import pytest
from factories import make_account, make_person, make_programme, make_wave, make_workflow, signed_in
from markup import text_of
from sqlalchemy import update

from engagement import clock
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState
from engagement.notices.models import Notice


@pytest.fixture
def workflow(app, frozen):
    programme = make_programme()
    workflow = make_workflow(programme)
    make_wave(programme, workflows=(workflow,), members=[make_person("Ann One", "ann.one@example.com")])
    return workflow


def test_people_are_told_before_they_work_with_it(app, workflow):
    ines = signed_in(app, make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER))
    sam = signed_in(app, make_account("sam@example.com", "Sam Pryce", Role.CHANGE_MANAGER))
    page = f"/workflows/{workflow.id}/notices"
    assert "Nobody has said that it affects the people" in text_of(ines.get(page))
    assert ines.post(f"{page}/effect", data={"why": ""}).status_code == 422
    assert ines.post(f"{page}/effect", data={"why": "It decides who gets <which> case."}).status_code == 303
    assert "No notice is published" in text_of(ines.get(page))
    refused = ines.post(f"{page}/draft", data={"subject": "What it means", "body": "Dear {{ first_name }}"})
    assert (refused.status_code, "Dear {{ first_name }}" in refused.get_data(as_text=True)) == (422, True)
    assert ines.post(f"{page}/draft", data={"subject": "What it means", "body": "It *sorts* cases."}).status_code == 303
    notice = db.session.query(Notice).one()
    draft = ines.get(page).get_data(as_text=True)
    assert "<em>sorts</em>" in draft
    assert "You wrote it, so somebody else" in draft
    assert ines.post(f"/notices/{notice.id}/publication").status_code == 422
    assert sam.post(f"/notices/{notice.id}/publication").status_code == 303
    assert "0 of 1" in text_of(sam.get(page))
    missing = text_of(sam.get(f"{page}/missing/1"))
    assert "1 person of Wave 3: Property claims were not sent notice 1" in missing
    assert "Ann One" in missing
    db.session.execute(update(Delivery).values(state=DeliveryState.SENT, sent_at=clock.now()))
    assert "1 of 1" in text_of(sam.get(page))
    assert "Everybody was sent it" in text_of(sam.get(f"{page}/missing/1"))
    lines = sam.get(f"{page}.csv").get_data(as_text=True).splitlines()
    assert lines[1].startswith("Ann One,Operations/Claims,Claims triage,1,e-mail,Sent,2026-04-14")
