"""The people export, imported unchanged, changes nobody, also where somebody's manager has left."""

from factories import make_change_manager, signed_in
from intake.companies import ADA, BEN, CY, DEE, bring_in, person, stage, tally

from engagement.audit import CLOCK
from engagement.db import db
from engagement.people import actions


def test_a_manager_who_left_stays_until_a_file_names_another(app):
    bring_in(ADA, BEN, CY, DEE.replace("ada@", "ben@"))
    actions.mark_as_left(person("2"), by=CLOCK)
    db.session.commit()
    exported = signed_in(app, make_change_manager()).get("/people.csv").data
    assert b"ben@example.com" in exported
    assert tally(stage(data=exported)) == {"unchanged": 3}
    run = stage(ADA, CY, DEE)
    assert tally(run) == {"changed": 1, "unchanged": 2}
