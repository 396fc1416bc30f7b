"""Every main page as each of its readers, light and dark: axe, four widths and letters, the console and the Content-Security-Policy."""

from collections.abc import Iterable

import pytest
from browser.furnishing import (
    ADMINISTRATOR,
    EMPLOYEE,
    MANAGER,
    SPONSOR,
    TEAM_LEAD,
    furnish_settling,
    furnish_what_is_measured_and_asked,
)
from browser.inspection import Visitor

PLANNING = (
    "/ /programmes /programmes/1 /programmes/1/edit /programmes/new /workflows/1 /workflows/1/edit /workflows/1/ownership "
    "/programmes/1/workflows/new /programmes/1/waves/new /waves/1 /waves/1/edit /waves/1/people /waves/1/go-live "
    "/waves/1/training /waves/1/training/people /people /people/1 /people/import /people/import/runs /people/role-rules "
    "/people/without-role /people/leavers /people/41 /departments /departments/2 /stakeholders /stakeholders?q=nobody "
    "/stakeholders/map /stakeholders/map?since=2026-01-01 /stakeholders/gaps /stakeholders/gaps/wanted /stakeholders/1 /stakeholders/1/edit "
    "/stakeholders/new?wave=1 /stakeholders/import /stakeholders/duplicates /stakeholders/leadership /stakeholders/network "
    "/workflows/1/value /workflows/1/value/new /value/import /consultations /programmes/1/bodies/new /workflows/1/notices "
    "/workflows/1/notices/draft /waves/1/statuses?status=ready "
    "/stakeholders/1/relations /stakeholders/chain /stakeholders/champions /stakeholders/leadership/1 "
    "/stakeholders/leadership/1/edit /stakeholders/leadership/new /waves/1/champions /audiences /audiences/1 /audiences/1/edit /audiences/new"
).split()
TALKING = (
    "/stakeholders/1 /stakeholders/interactions/new?stakeholder=1 /stakeholders/interactions/1 /stakeholders/interactions/1/correction "
    "/stakeholders/1/interactions /stakeholders/promises /stakeholders/promises?state=closed /stakeholders/promises/1 "
    "/stakeholders/1/promises/new /stakeholders/1/rhythm /stakeholders/rhythm/1 /stakeholders/1/health /stakeholders/inbox/1 "
    "/stakeholders/inbox/mail/1"
).split()
DECIDING = (
    "/waves /waves/1/milestones /milestones/1 /waves/1/chain /waves/1/copies /waves/1/fallback /waves/1/lessons /waves/1/impacts "
    "/waves/1/impacts/3 /waves/1/impacts/3/leaders /waves/1/sponsors-view?department=3 /waves/1/consultations/new /blackouts /programmes/1/order "
    "/programmes/1/portfolio /workflows/1/versions /workflows/1/statements /workflows/1/statements/everybody/draft /statements/1 "
    "/statements/1/people /waves/1/readiness /waves/1/readiness/training /waves/1/approvers /waves/1/override /waves/1/criteria/new /workflows/1/oversight /workflows/1/notices/effect /deliveries/addresses /deliveries/bounces"
).split()
MEASURED_AND_ASKED = (
    "/workflows/1/value /metrics/1 /metrics/1/baseline /metrics/1/edit /readings/1/correction /consultations "
    "/consultations/1 /consultations/1/edit /consultations/1/documents /body-questions/1/answers /handed-over/1 "
    "/programmes/1/bodies /bodies/1/edit /bodies/1/members /overseers/1 /waves/1/inclusion /workflows/1/inclusion "
    "/workflows/1/inclusion/new?wave=1 /inclusion/1 /inclusion/1/edit /inclusion/points/1 /waves/1/impacts "
    "/programmes/1/adoption /waves/2/adoption /programmes/1/usage /adoption/import /waves/1/milestones /waves/1/quiet-periods/3 "
    "/reports/programmes/1/maturity"
).split()
TELLING = (
    "/communications /communications?view=list /communications/1 /communications/1/edit /communications/new "
    "/communications/new?programme_id=1 /communications/standard?programme_id=1 /occurrences/1 /deliveries /training "
    "/training/curricula/user /training/curricula/user/editing /training/leftovers /training/modules/new /training/modules/when-it-is-wrong "
    "/training/modules/when-it-is-wrong/questions/new /training/modules/when-it-is-wrong/editing /concerns "
    "/concerns/log /reports /reports/programmes/1 /reports/programmes/1/resistance /reports/programmes/1/communication "
    "/reports/programmes/1/maturity /reports/programmes/1/snapshots /reports/subscriptions /reports/programmes/1/subscriptions /admin /admin/jobs /mailbox"
).split()
OWN = "/me /me/usage /me/champion /me/training /me/messages /me/concerns /me/timezone /concerns/new /concerns/receipt".split()
ADMINISTRATION = "/admin /admin/audit /admin/jobs /admin/sign-ins /admin/sign-ins/new /admin/retention /people /people/leavers".split()
OPEN = "/login /login/link-asked /login/link/nonsense /concerns/new /concerns/receipt /mailbox".split()
READERS = {
    "planning": (MANAGER, PLANNING),
    "talking": (MANAGER, TALKING),
    "deciding": (MANAGER, DECIDING),
    "telling": (MANAGER, TELLING),
    "employee": (EMPLOYEE, [*OWN, "/me/training/1", "/me/changes/1"]),
    "team lead": (TEAM_LEAD, ["/", "/waves/1", "/me", "/me/training", "/me/team"]),
    "sponsor": (
        SPONSOR,
        [
            "/",
            "/reports/programmes/1",
            "/stakeholders",
            "/stakeholders/1",
            "/stakeholders/leadership/1",
            "/me",
            "/me/training",
            "/concerns/new",
        ],
    ),
    "administrator": (ADMINISTRATOR, ADMINISTRATION),
    "nobody yet": (None, OPEN),
}


@pytest.mark.parametrize("who", READERS)
def test_every_page_is_sound(live, window, who):
    """Opened once, looked at in light and in dark, at several widths and in wide letters; all faults are told together."""
    email, paths = READERS[who]
    visitor = window()
    if email:
        visitor.sign_in(email)
    assert faults_on(visitor, live.url, paths) == ""


def test_pages_of_what_is_measured_and_asked_are_sound(live, window):
    with live.app.app_context():
        furnish_what_is_measured_and_asked()
        furnish_settling(3)
    visitor = window()
    visitor.sign_in(MANAGER)
    assert faults_on(visitor, live.url, MEASURED_AND_ASKED) == ""
    asked = window()
    asked.sign_in(EMPLOYEE)
    assert faults_on(asked, live.url, ["/me", "/me/impacts/1"]) == ""
    sponsor = window()
    sponsor.sign_in(SPONSOR)
    assert faults_on(sponsor, live.url, ["/", "/waves/1/sponsors-view", "/waves/1/impacts", "/waves/1/impacts/3"]) == ""


def faults_on(visitor: Visitor, url: str, paths: Iterable[str]) -> str:
    """Return what is wrong with any of these pages, all of it together."""
    faults = []
    for path in paths:
        visitor.page.goto(url + path)
        try:
            visitor.see(is_thorough=True)
        except AssertionError as error:
            faults.append(str(error))
    return "\n\n".join(faults)


def test_the_appearance_that_a_reader_chose_stays(live, window):
    """Chosen dark on a light device, it is dark on the next page too, before anything is drawn."""
    visitor = window(color_scheme="light")
    visitor.sign_in(MANAGER)
    visitor.press("Dark")
    visitor.open("/programmes/1")
    assert visitor.page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    red, green, blue = visitor.page.evaluate(
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"
    )
    assert max(red, green, blue) < 60
