"""The change manager's job in the browser: from the HR file to the delivery log, with a second one who approves."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from browser.furnishing import APPROVER, BODY, MANAGER, STATEMENT

from engagement import clock
from engagement.days.working_days import working_days_after

HR_FILE = """employee_id;Work Email;First name;Last name;Job title;Department;Manager ID;Country;Training role
1;margaret@example.com;Margaret;Leclerc;Chief operating officer;Executive;;GB;leader
2;dana@example.com;Dana;Whitfield;Team manager;Operations/Claims;1;GB;leader
3;tomasz@example.com;Tomasz;Wójcik;Claims handler;Operations/Claims;2;GB;user
4;zofia@example.com;Zofia;Żółw;Claims handler;Operations/Claims/Property;2;GB;user
5;ravi@example.com;Ravi;Nair;Surveyor;Operations/Claims/Property;2;GB;user
6;helen@example.com;Helen;Adeyemi;Engineer;IT;1;GB;support
"""


def test_from_the_hr_file_to_the_delivery_log(bare, window):
    """Every step of the job on its page, and the mail arrives at exactly the people of the wave."""
    ines = window()
    ines.sign_in(MANAGER)
    _import_people(ines)
    _begin_programme(ines)
    _add_workflow(ines)
    _plan_wave(ines)
    _make_audience(ines)
    message = _plan_briefing(ines)
    _write_and_ask(ines, bare, message)
    _refuse_own_approval(ines)
    assert bare.deliver().sent == 1  # Joan is asked by mail.

    joan = window()
    joan.sign_in(APPROVER)
    joan.open(message)
    joan.press("Approve this text")
    assert "Approved. It goes to 4 people" in joan.text

    nine = datetime.combine(_working_day(), time(9), ZoneInfo("Europe/London")).astimezone(UTC)
    bare.run_line("queue-occurrences", at=nine)
    bare.run_line("queue-occurrences", at=nine + timedelta(minutes=1))
    counts = bare.deliver(at=nine + timedelta(minutes=2))
    assert counts.sent == 4
    ines.open("/deliveries")
    addresses = ines.page.locator("tbody th .kind").all_inner_texts()
    names = ("dana", "ines", "joan", "ravi", "tomasz", "zofia")
    assert sorted(addresses) == [f"{name}@example.com" for name in names]
    ines.open(message)
    assert "Sent to 4 people" in ines.text
    ines.open("/")


def _import_people(ines):
    ines.open("/people")
    ines.follow("Bring in an HR file")
    upload = {"name": "people.csv", "mimeType": "text/csv", "buffer": HR_FILE.encode("utf-8-sig")}
    ines.page.get_by_label("Which file?").set_input_files(upload)
    ines.press("Read the file")
    assert "Nothing has changed yet" in ines.text
    ines.press("Change 6 people")
    assert "The directory is up to date." in ines.text


def _begin_programme(ines):
    ines.open("/programmes")
    ines.follow("Begin a programme")
    ines.fill(name="Claims and finance", purpose="Sorted claims, fewer letters.", sponsor="margaret@example.com")
    ines.press("Begin the programme")
    assert "Claims and finance is there." in ines.text


def _add_workflow(ines):
    # While steps of first setup are left, the service leads back to their list.
    ines.open("/programmes/1")
    ines.follow("Add a workflow")
    ines.fill(name="Claims triage", **STATEMENT)
    ines.page.get_by_label("Quick win").check()
    ines.press("Add the workflow")
    ines.fill(operational_owner="2", change_approver="margaret@example.com", escalation_contact="2", support_team="66")
    ines.press("Keep these names")
    assert "Nobody here has the name, address or employee number “66”" in ines.text
    ines.fill(support_team="6")
    ines.press("Keep these names")
    ines.open("/workflows/1")
    assert "Vacant" not in ines.text
    assert "Helen Adeyemi" in ines.text


def _plan_wave(ines):
    ines.follow("Claims and finance")
    ines.follow("Plan the next wave")
    go_live = working_days_after(clock.today("Europe/London") + timedelta(days=28), 0, "GB-ENG")
    ines.fill(name="Property claims", go_live_on=go_live.isoformat(), lead="dana@example.com")
    ines.page.get_by_label("Operations/Claims", exact=True).check()
    ines.page.get_by_label("Claims triage").check()
    ines.press("Plan the wave")
    assert "4 people are in it." in ines.text


def _make_audience(ines):
    ines.open("/audiences")
    ines.follow("Build the first audience")
    ines.page.get_by_label("Add", exact=True).select_option("Wave")
    ines.press("Add a condition")
    ines.page.get_by_label("Property claims").check()
    ines.press("Count")
    assert "4 people" in ines.text
    ines.press("Save the audience")
    assert ines.page.locator("#name").get_attribute("aria-invalid") == "true"
    ines.fill(name="People of wave 1")
    ines.press("Save the audience")
    assert "“People of wave 1” is saved." in ines.text


def _working_day() -> date:
    """A day soon on which everybody has a message in their working hours, whenever these tests run."""
    day = clock.today("Europe/London") + timedelta(days=2)
    return day if day.weekday() < 5 else day + timedelta(days=7 - day.weekday())


def _plan_briefing(ines):
    ines.open("/communications")
    ines.follow("Plan a communication")
    ines.fill(name="Briefings for property claims", subject="What changes from {{ go_live }}", outline=BODY)
    for label, choice in (
        ("Which type is it?", "Department briefing"),
        ("Which wave is it about?", "Wave 1: Property claims"),
        ("Who gets it?", "People of wave 1"),
        ("Who writes it?", "Ines Okafor"),
        ("Who approves it?", "Joan Hartley"),
        ("How often does it go out?", "As needed, no fixed dates"),
    ):
        ines.page.get_by_label(label).select_option(label=choice)
    ines.press("Put it in the calendar")
    assert "is in the calendar." in ines.text
    ines.fill(day=_working_day().isoformat(), time="09:00")
    ines.press("Make the draft")
    return f"/occurrences/{ines.number}"


def _write_and_ask(ines, service, message):
    ines.fill(body="Dear {{ fist_name }},\n\nsoon.")
    ines.press("Save the draft")
    assert "fist_name" in ines.text
    assert ines.page.get_by_role("button", name="Ask for approval").count() == 0
    ines.fill(body=BODY)
    ines.press("Save the draft")
    ines.page.get_by_label("Address of a recipient").fill("zofia@example.com")
    ines.press("Save and show")
    assert "Dear Zofia," in ines.page.inner_text("#preview")
    ines.press("Send a test copy to me")
    assert service.deliver().sent == 1
    ines.open("/mailbox")
    assert ines.page.locator("tbody tr").count() == 1
    ines.page.locator("tbody a").click()
    ines.see()
    assert "Dear Zofia," in ines.page.frame_locator("iframe").locator("body").inner_text()
    ines.open(message)


def _refuse_own_approval(ines):
    ines.press("Ask for approval")
    assert "Sent for approval." in ines.text
    assert ines.page.get_by_role("button", name="Approve this text").count() == 0
