"""From the setup link of an empty installation to the first briefing sent, counted in clicks."""

from datetime import timedelta

from browser.inspection import Visitor
from browser.live import SECRET
from factories import PASSWORD
from sqlalchemy import select

from engagement import clock
from engagement.accounts.links.rules import setup_token
from engagement.communications.models import Occurrence
from engagement.db import db

PEOPLE = "employee_id,email,name,department,training_role\n" + "".join(
    f"{number},learner{number}@example.com,Learner Number{number},Operations/Claims,user\n"
    for number in range(901, 909)
)
STATEMENT = {
    "summary": "New claims arrive sorted, with a suggestion.",
    "system_does": "Reads each new claim",
    "people_do": "Every decision on cover",
    "who_decides": "You do, up to 5,000.",
    "signs_of_error": "The photos show something else",
    "then_do": "Press Send back and say why.",
    "about_the_job": "No post is removed.",
}
BODY = "Dear {{ first_name }},\n\nfrom {{ go_live }} new claims arrive sorted. You still decide every one.\n\n{{ my_change_link }}\n"
MOST_CLICKS = 25


class Counting:
    """A visitor whose clicks are counted, together with those of a colleague."""

    def __init__(self, visitor: Visitor, clicks: list[str]) -> None:
        self.visitor, self.page, self.clicks = visitor, visitor.page, clicks

    def press(self, name: str, *, exact: bool = True) -> None:
        self.clicks.append(name)
        self.visitor.press(name, exact=exact)

    def follow(self, name: str, *, exact: bool = False) -> None:
        self.clicks.append(name)
        self.visitor.follow(name, exact=exact)

    def go(self, place: str) -> None:
        self.clicks.append(place)
        self.page.get_by_role("navigation").get_by_role("link", name=place, exact=True).first.click()
        self.page.wait_for_load_state()


def test_from_the_setup_link_to_the_first_briefing_in_few_clicks(nobody_yet, window):
    """Two people, one of whom approves; every click of both counts, and each step ticks itself."""
    clicks: list[str] = []
    began_at = clock.now()
    ada = Counting(window(), clicks)
    ada.visitor.open(f"/setup/{setup_token(SECRET, 'nonce')}")
    ada.visitor.fill(name="Ada Byron", email="ada@example.com", password=PASSWORD)
    ada.press("Make me the administrator")
    assert "First setup" in ada.visitor.text
    ada.press("Send me a test mail")
    nobody_yet.deliver()
    ada.follow("Bring in people")
    upload = {"name": "people.csv", "mimeType": "text/csv", "buffer": PEOPLE.encode()}
    ada.page.get_by_label("Which file?").set_input_files(upload)
    ada.press("Read the file")
    ada.press("Change 8 people")
    ada.go("Today")
    ada.follow("Make a programme")
    ada.visitor.fill(name="Claims", purpose="Faster answers.")
    ada.page.get_by_role("main").get_by_role("button").last.scroll_into_view_if_needed()
    ada.press("Begin the programme")
    ada.follow("Describe a workflow")
    ada.visitor.fill(name="Claims triage", **STATEMENT)
    ada.page.get_by_role("radio").first.check()
    ada.press("Add the workflow")
    for part in ada.page.locator("main input[type=text]").all():
        part.fill("learner901@example.com")
    ada.press("Keep these names")
    ada.follow("Plan a wave")
    go_live = clock.today("Europe/London") + timedelta(days=70)
    go_live += timedelta(days=(2 - go_live.weekday()) % 7)
    ada.visitor.fill(name="Claims", go_live_on=go_live.isoformat(), lead="learner901@example.com")
    for box in ada.page.get_by_role("checkbox").all():
        box.check()
    ada.press("Plan the wave")
    ada.follow("Take over the training library")
    ada.press("Take over the starter library")
    ada.follow("Name somebody who approves")
    ada.visitor.fill(email="joan@example.com", name="Joan Hartley")
    ada.page.get_by_label("Change manager").check()
    ada.press("Give the role")
    ada.follow("Put communications in the calendar")
    ada.press("Make the draft")
    ada.page.locator("#subject").fill("New claims arrive sorted")
    ada.page.locator("#body").fill(BODY)
    ada.press("Save the draft")
    ada.press("Ask for approval")
    message = ada.page.url.removeprefix(ada.visitor.url)
    joan = Counting(window(), clicks)
    joan.page.goto(ada.visitor.url + message)
    joan.page.locator("#by-link").get_by_label("Your work e-mail address").fill("joan@example.com")
    joan.press("Send me a link")
    nobody_yet.deliver()
    joan.visitor.open("/mailbox")
    joan.page.get_by_role("link", name="Your link to sign in").first.click()
    joan.page.frame_locator("iframe").get_by_role("link", name="Sign in to Engagement").click()
    clicks.append("the link in the mail")
    joan.page.wait_for_url("**/login/link/**")
    joan.press("Continue as Joan Hartley")
    joan.press("Approve this text")
    with nobody_yet.app.app_context():
        at = db.session.scalars(select(Occurrence.sends_at)).one()
    nobody_yet.run_line("queue-occurrences", at=at)
    nobody_yet.deliver(at=at)
    ada.visitor.open("/")
    assert "First setup" not in ada.visitor.text
    assert len(clicks) <= MOST_CLICKS, clicks
    assert clock.now() - began_at < timedelta(minutes=10)
