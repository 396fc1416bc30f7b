"""Moving in the browser: the person reads about their old training and decides; the change manager decides for the others."""

from datetime import timedelta

from browser.furnishing import EMPLOYEE, MANAGER
from factories import TESTER, make_department
from sqlalchemy import select

from engagement import clock
from engagement.db import db
from engagement.people.models import Person
from engagement.programmes.models import Programme
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.completing import record_completion
from engagement.training.models import Module
from engagement.training.rules import CompletionSource
from engagement.waves.actions import plan_wave, settle_memberships
from engagement.waves.models import WaveDetails


def _move_some(live):
    """Let three people of claims, with one course done, move to Finance, which has a wave of its own."""
    with live.app.app_context():
        finance = make_department("Finance")
        programme = db.session.scalars(select(Programme)).one()
        plan_wave(
            programme,
            WaveDetails("Invoices"),
            clock.now().date() + timedelta(days=90),
            departments=[finance],
            by=TESTER,
        )
        course = db.session.scalars(select(Module).where(Module.title == "Working with an AI workflow")).one()
        for email in (EMPLOYEE, "person1@example.com", "person2@example.com"):
            person = db.session.scalars(select(Person).where(Person.email == email)).one()
            # Done before it is asked anew.
            day = clock.now().date() - timedelta(days=3)
            record_completion(person, course, CompletionSource.ATTENDANCE, on=day, by=TESTER)
            person.department = finance
        db.session.flush()
        settle_memberships()
        settle_assignments(clock.now())
        db.session.commit()


def test_old_training_is_kept_let_go_and_taken_back(live, window):
    _move_some(live)
    tomasz = window(width=390)
    tomasz.sign_in(EMPLOYEE)
    tomasz.open("/me")
    tomasz.follow("Decide")
    tomasz.see(is_thorough=True)
    assert "You moved from Operations/Claims to Finance." in tomasz.text
    assert "recognised, completed on" in tomasz.text
    tomasz.press("Keep it", exact=False)
    assert "decided by you" in tomasz.text
    assert "kept from Wave 1: Property claims" in tomasz.text
    tomasz.see(is_thorough=True)
    tomasz.press("Take it back", exact=False)
    tomasz.press("Let it go", exact=False)
    assert "Let go on" in tomasz.text

    ines = window()
    ines.sign_in(MANAGER)
    assert "Moved or changed role before training was finished" in ines.text
    ines.page.get_by_role("link", name="2 people: Operations").click()
    ines.see(is_thorough=True)
    ines.page.locator("#list tr").filter(has_text="Person Number1").get_by_role("button", name="Keep").click()
    ines.see()
    ines.page.locator("#moves summary").filter(has_text="Let go").click()
    ines.see(is_thorough=True)
    ines.page.locator("#moves .confirm-asks button").filter(has_text="Let go", visible=True).click()
    ines.see()
    assert "Nobody’s old training waits for a decision" in ines.text
    ines.follow("Kept")
    assert "Person Number1" in ines.text
    ines.follow("Let go")
    ines.see(is_thorough=True)
    assert ines.page.locator("#list tbody tr").count() == 2
    ines.press("Person Number2", exact=False)
    ines.follow("To be decided")
    assert "Person Number2" in ines.text
