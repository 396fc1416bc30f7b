"""The timeline of all waves: a chart, and a table that says the same."""

from datetime import date

from factories import make_programme, make_wave

from engagement.db import db
from engagement.waves.queries import members
from engagement.waves.rules import WaveStatus


def test_the_table_says_what_the_chart_shows(manager, wave):
    empty = make_programme("Another programme")
    gone = make_wave(wave.programme, number=8, name="Never mind", status=WaveStatus.CANCELLED)
    page = manager.get("/waves").get_data(as_text=True)
    assert "One wave, May 2026. No two of them ask" in page
    assert page.count('<svg class="chart"') == 1
    assert [f">{month} 2026<" in page for month in ("Apr", "May")] == [False, True]  # the chart begins with the wave
    assert gone.name not in page
    shared = list(db.session.scalars(members(wave.id)))
    make_wave(empty, number=1, name="Payments", go_live_on=date(2026, 5, 13), members=shared)
    db.session.commit()
    page = manager.get("/waves").get_data(as_text=True)
    assert (
        "Two waves, May 2026. Two waves ask something of the same people at the same time, of 1 person at most." in page
    )
    assert "1 person is in Wave 1: Payments too, 6 May to 12 May" in page
    assert page.count('class="c-limit"') == 3
    one = manager.get(f"/waves?programme={empty.id}").get_data(as_text=True)
    assert ("3 Property claims" in one, "1 person is in Wave 3" in one) == (False, True)
    people = manager.get(f"/waves/{wave.id}/people").get_data(as_text=True)
    assert "1 person of this list is in another open wave too" in people
    assert "Wave 1: Payments" in people
    third = make_wave(empty, number=2, name="Refunds", go_live_on=date(2026, 5, 20))
    db.session.commit()
    asked = {"person": shared[0].email}
    added = manager.post(f"/waves/{third.id}/people", data=asked, follow_redirects=True).get_data(as_text=True)
    assert "They are in Wave 3: Property claims and Wave 1: Payments too, and asked something by both." in added
