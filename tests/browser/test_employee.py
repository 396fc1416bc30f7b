"""An employee in the browser: from the mail to the course, to a worry without a name, and to its answer."""

import re
from datetime import UTC, datetime, time

from browser.furnishing import APPROVER, EMPLOYEE, MANAGER

from engagement import clock
from engagement.communications.actions.approving import approve
from engagement.communications.models import Occurrence
from engagement.days.working_days import working_days_after
from engagement.db import db
from engagement.training.models import Module

WORRY = "If it sorts the claims, who notices a wrong one?"
ANSWER = "Nothing is closed without one of you. That stays."


def test_from_the_mail_to_the_answer(live, window):
    """The link signs in once; the course is passed at the second try; the worry keeps no name and gets its answer."""
    _send_briefing(live)
    tomasz = window(width=390)
    _open_mail(tomasz)
    _read_my_change(tomasz)
    _learn(tomasz, live)
    code = _say_something(tomasz)
    _let_the_next_working_morning_come(live)

    ines = window()
    ines.sign_in(MANAGER)
    _answer(ines)

    stranger = window(width=390)
    stranger.open("/concerns/receipt")
    stranger.page.get_by_label("Your receipt code").fill(code.lower())
    stranger.press("Read the answer")
    assert ANSWER in stranger.text
    assert "Tomasz" not in stranger.text
    stranger.page.get_by_label("Do you want to say something back?").fill("Thank you. That is what I wanted to know.")
    stranger.press("Send it")
    assert "Your reply is stored" in stranger.text


def _let_the_next_working_morning_come(live):
    day = working_days_after(clock.now().date(), 1, live.app.config["SETTINGS"].holidays)
    live.run_line("empty-letterbox", at=datetime.combine(day, time(8), UTC))


def _send_briefing(live):
    with live.app.app_context():
        message = db.session.get(Occurrence, 1)
        approve(message, by=message.communication.approver.actor)
        assert message.communication.approver.email == APPROVER
        due = message.sends_at
        db.session.commit()
    live.run_line("queue-occurrences", at=due)
    # The 38 of the wave, and who approves, who was asked to.
    assert live.deliver(at=due).sent == 39


def _open_mail(tomasz):
    tomasz.open("/mailbox")
    tomasz.page.get_by_label("Recipient").fill(EMPLOYEE)
    tomasz.press("Show")
    assert tomasz.page.locator("tbody tr").count() == 1
    tomasz.page.locator("tbody a").click()
    tomasz.see()
    mail = tomasz.page.frame_locator("iframe")
    assert "Dear Tomasz," in mail.locator("body").inner_text()
    link = mail.get_by_role("link", name="See what changes for you")
    address = link.get_attribute("href")
    link.click()
    tomasz.page.wait_for_url("**/login/link/**")
    tomasz.see()
    tomasz.press("Continue as Tomasz Wójcik")
    assert tomasz.page.url == tomasz.url + "/me"
    again = tomasz.context.browser.new_context()
    other = again.new_page()
    other.goto(address)
    assert other.inner_text("h1") == "This link is used up"
    again.close()


def _read_my_change(tomasz):
    assert "The photos show something else" in tomasz.text
    assert "Press Send back and say why." in tomasz.text
    tomasz.open("/me/messages")
    tomasz.follow("What changes from", exact=False)
    assert "You still decide every one." in tomasz.text


def _learn(tomasz, live):
    tomasz.open("/me")
    tomasz.follow("Start")
    module_id = tomasz.number
    tomasz.press("Check my answers")
    assert tomasz.page.evaluate("document.activeElement.className") == "errors"
    for is_right in (False, True):
        _choose(tomasz, live, module_id, is_right)
        tomasz.press("Check my answers")
        assert tomasz.page.inner_text("h1").startswith("Passed" if is_right else "Not yet")
        if not is_right:
            tomasz.follow("Try again")
    tomasz.open("/me/training")
    assert tomasz.page.locator("tbody tr").filter(has_text="Passed").count() == 1


def _choose(tomasz, live, module_id, is_right):
    with live.app.app_context():
        questions = db.session.get(Module, module_id).questions
    for question in questions:
        for box in tomasz.page.locator(f"input[name='q-{question.id}']").all():
            if (box.get_attribute("value") in question.right_keys) == is_right:
                box.check()


def _say_something(tomasz):
    tomasz.open("/concerns/new")
    tomasz.page.get_by_label("What is on your mind?").fill(WORRY)
    tomasz.press("Send it")
    assert "Choose one. We never choose for you." in tomasz.text
    tomasz.page.get_by_label("No, anonymously").check()
    tomasz.press("Send it")
    assert "Sent. Now keep this code" in tomasz.text
    assert "Tomasz" not in tomasz.page.content()
    code = tomasz.page.inner_text(".receipt-code")
    assert re.fullmatch(r"(\w{4}\s+){3}\w{4}", code.strip())
    return code


def _answer(ines):
    ines.open("/concerns")
    ines.follow(WORRY[:20], exact=False)
    assert "Tomasz" not in ines.text
    ines.press("Acknowledge it")
    ines.page.get_by_label("Your answer").fill(ANSWER)
    ines.press("Send the answer")
    assert ANSWER in ines.text
