"""The sample HR file: every column that is understood, three people, and the same columns explained on the page."""

import re

import pytest
from factories import make_account, make_change_manager, signed_in
from intake.companies import INES, person, stage, tally

from engagement.db import db
from engagement.intake.actions import runs
from engagement.intake.reading.rules.fields import Field


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_sample_has_every_column_and_three_people_who_can_be_brought_in(app, frozen, kind):
    answer = signed_in(app, make_change_manager()).get(f"/people/import/sample.{kind}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="sample-people-2026-04-14.{kind}"'
    run = stage(data=answer.data)
    assert set(run.columns) == {field.value for field in Field}
    assert (run.problems, tally(run)) == ([], {"new": 3})
    runs.apply_run(run, by=INES)
    db.session.commit()
    boss, tomasz = person("00101"), person("00102")
    assert (tomasz.manager_id, tomasz.country, boss.name) == (boss.id, "PL", "Dr. Amara Abbott")
    assert tomasz.email.endswith("@example.com")


def test_the_page_explains_each_column_and_offers_both_files(app, frozen):
    page = signed_in(app, make_change_manager()).get("/people/import").get_data(as_text=True)
    assert re.findall(r'<th scope="row"><code>(\w+)</code></th><td data-label="What it says">[A-Z]', page) == [
        field.value for field in Field
    ]
    assert 'href="/people/import/sample.csv"' in page
    assert 'href="/people/import/sample.xlsx"' in page


def test_who_can_t_bring_in_people_gets_no_sample(app, frozen):
    client = signed_in(app, make_account("worker@example.com", "Wanda Worker"))
    assert client.get("/people/import/sample.csv").status_code == 403
