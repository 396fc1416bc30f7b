"""Pages of frozen reports: who keeps one, and two side by side."""

import re
from datetime import UTC, date, datetime

import pytest
from factories import make_account, make_change_manager, make_people, make_person, make_programme, make_wave, signed_in

from engagement.accounts.rules import Role
from engagement.db import db
from engagement.reports.snapshots.actions import close_period
from engagement.reports.snapshots.queries import snapshots_of
from tests.attention.training_rows import assign

pytestmark = pytest.mark.usefixtures("frozen")


def text_of(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)[:1500]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def test_keeping_a_report_comparing_it_and_who_may(app):
    programme = make_programme("Claims and finance", make_person("Margaret Leclerc", "margaret@example.com"))
    programme.made_at = datetime(2026, 2, 3, tzinfo=UTC)
    members = make_people(10)
    wave = make_wave(programme, members=members)
    assign(wave, members, 4)
    db.session.flush()
    close_period(programme.id, date(2026, 3, 31), date(2026, 4, 1), 5)
    account = make_account("margaret@example.com", "Margaret Leclerc")
    account.person_id = programme.sponsor_id
    sponsor = signed_in(app, account)
    auditor = signed_in(app, make_account("a@example.com", "Ada Auditor", Role.AUDITOR))
    other = make_programme("Another")
    other_id = other.id
    foreign = make_account("s@example.com", "Sam Sponsor", Role.SPONSOR, programme_id=other_id)
    base = f"/reports/programmes/{programme.id}"
    sheet = text_of(sponsor.get(base))
    assert "Compared with 31 March, the last closed month" in sheet
    assert "Freeze as a snapshot" in sheet
    assert "Freeze as a snapshot" not in text_of(auditor.get(base))
    assert "unchanged" in sheet
    listed = text_of(sponsor.get(f"{base}/snapshots"))
    assert "End of March 2026" in listed
    assert "by the clock" in listed
    (kept,) = snapshots_of(programme.id)
    page = text_of(auditor.get(f"/reports/snapshots/{kept.id}"))
    assert "Wave 3: Property claims: Planned, go-live 12 May" in page
    table = auditor.get(f"/reports/snapshots/{kept.id}.csv").get_data(as_text=True)
    assert "Wave 3: Property claims: Planned, go-live 12 May" in table
    assert 'Trained,"40\N{NO-BREAK SPACE}%, 4 of 10",2026-04-01' in table
    assert signed_in(app, foreign).get(f"/reports/snapshots/{kept.id}.csv").status_code in (403, 404)
    assert "Keep the report as it stands" not in text_of(auditor.get(f"{base}/snapshots"))
    assert auditor.post(f"{base}/snapshots").status_code == 403
    answer = sponsor.post(f"{base}/snapshots")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/reports/snapshots/2")
    kept = text_of(sponsor.get("/reports/snapshots/2"))
    assert "Claims and finance, 14 April 2026" in kept
    assert "40 %, 4 of 10" in kept
    assert "by Margaret Leclerc" in kept
    compared = text_of(sponsor.get(f"{base}/comparison?earlier=2&later=1"))
    assert "End of March 2026 beside 14 April 2026" in compared or "14 April 2026 beside End of March 2026" in compared
    assert "the same" in compared
    assert re.search(r"\d+ figures that neither report knows or shows are left out here", compared)
    table = sponsor.get(f"{base}/comparison.csv?earlier=1").get_data(as_text=True)
    assert (
        "Waves,Wave 3: Property claims,Trained,"
        '"40\N{NO-BREAK SPACE}%, 4 of 10",2026-04-01,"40\N{NO-BREAK SPACE}%, 4 of 10",2026-04-14,the same,'
        in table
    )
    assert sponsor.get(f"{base}/months/2026-03").headers["Location"] == "/reports/snapshots/1"
    assert "January 2026 was before it." in text_of(sponsor.get(f"{base}/months/2026-01"), 404)
    assert "of another programme" in text_of(
        signed_in(app, make_change_manager()).get(f"/reports/programmes/{other_id}/comparison?earlier=1"), 404
    )
    stranger = signed_in(app, foreign)
    for path in (f"{base}/snapshots", "/reports/snapshots/1", f"{base}/comparison?earlier=1", f"{base}/months/2026-03"):
        assert stranger.get(path).status_code == 403
    for path in ("/reports/snapshots/99", f"{base}/comparison?earlier=x&later=7"):
        assert sponsor.get(path).status_code == 404
