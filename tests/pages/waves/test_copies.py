"""The page of copying a wave: its days first, then the copy; what was typed stays."""

from markup import plain
from sqlalchemy import select

from engagement.db import db
from engagement.waves.models import Wave


def test_a_wave_is_copied_after_its_days_were_shown(manager, wave):
    path, form = f"/waves/{wave.id}/copies", {"name": "Claims again", "go_live_on": "2026-09-15", "with_messages": "y"}
    shown = manager.post(path, data=form)
    assert "Training is due 7 days before go-live 5 May Tuesday 8 September" in plain(shown).replace(" 2026", "")
    refused = manager.post(path, data={**form, "name": "", "confirm": "yes", "shown": "2026-09-15"})
    assert (refused.status_code, "Write a name." in plain(refused)) == (422, True)
    assert len(db.session.scalars(select(Wave)).all()) == 1
    answer = manager.post(path, data={**form, "confirm": "yes", "shown": "2026-09-15"})
    new = db.session.scalars(select(Wave).where(Wave.name == "Claims again")).one()
    assert (answer.status_code, answer.location) == (303, f"/waves/{new.id}")
