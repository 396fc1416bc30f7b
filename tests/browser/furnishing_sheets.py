"""What journeys to the sponsor's sheet begin from, beside the small programme: a gate that waits, and a programme of six waves."""

from datetime import timedelta

from browser.furnishing import MANAGER, SPONSOR
from factories import PASSWORD, TESTER, make_person
from reports.six_waves import make_six_waves

from engagement import clock
from engagement.accounts.actions import account_for_person, set_password
from engagement.accounts.models import Account
from engagement.db import db
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.readiness.gate.actions.deciding import name_approver
from engagement.waves.models import Wave


def furnish_gate_that_waits(named: str | None = None) -> None:
    """Let the go-live of the small programme be so near that its gate waits for its sponsor, and for somebody who is named."""
    wave = db.session.query(Wave).one()
    wave.go_live_on = clock.today("Europe/London") + timedelta(days=10)
    if named:
        name_approver(wave, db.session.query(Person).filter_by(email=named).one(), by=TESTER)
    db.session.commit()


def furnish_six_waves() -> None:
    """An ordinary programme of six waves, with a sponsor who signs in."""
    sponsor = make_person("Margaret Leclerc", SPONSOR, "Executive", (TrainingRole.LEADER,))
    set_password(account_for_person(sponsor), PASSWORD, by=TESTER)
    ines = db.session.query(Account).filter_by(email=MANAGER).one()
    make_six_waves(clock.today("Europe/London"), sponsor, ines)
    db.session.commit()
