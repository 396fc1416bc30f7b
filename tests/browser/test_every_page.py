"""Every main page as each of its readers, light and dark: axe, three widths, the console and the Content-Security-Policy."""

import pytest
from browser.furnishing import ADMINISTRATOR, EMPLOYEE, MANAGER, SPONSOR, TEAM_LEAD

PLANNING = (
    "/ /programmes /programmes/1 /programmes/1/edit /programmes/new /workflows/1 /workflows/1/edit /workflows/1/ownership "
    "/programmes/1/workflows/new /programmes/1/waves/new /waves/1 /waves/1/edit /waves/1/people /waves/1/go-live "
    "/waves/1/training /waves/1/training/people /people /people/1 /people/import /people/import/runs /people/role-rules "
    "/people/without-role /departments /departments/2 /audiences /audiences/1 /audiences/1/edit /audiences/new"
).split()
TELLING = (
    "/communications /communications?view=list /communications/1 /communications/1/edit /communications/new "
    "/communications/new?programme_id=1 /communications/standard?programme_id=1 /occurrences/1 /deliveries /training "
    "/training/curricula/user /training/modules/when-it-is-wrong /training/modules/when-it-is-wrong/editing /concerns "
    "/concerns/log /reports /reports/programmes/1 /admin /admin/jobs /mailbox"
).split()
OWN = "/me /me/training /me/training/1 /me/messages /me/concerns /me/timezone /concerns/new /concerns/receipt".split()
ADMINISTRATION = "/admin /admin/audit /admin/jobs /admin/sign-ins /admin/sign-ins/new /admin/retention /people".split()
OPEN = "/login /login/link-asked /login/link/nonsense /concerns/new /concerns/receipt /mailbox".split()
READERS = {
    "planning": (MANAGER, PLANNING),
    "telling": (MANAGER, TELLING),
    "employee": (EMPLOYEE, OWN),
    "team lead": (TEAM_LEAD, [*OWN, "/me/team"]),
    "sponsor": (SPONSOR, ["/reports", "/reports/programmes/1", *OWN]),
    "administrator": (ADMINISTRATOR, ADMINISTRATION),
    "nobody yet": (None, OPEN),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("who", READERS)
def test_every_page_is_sound(live, window, who, theme):
    """A page is opened once a theme; in light at three widths, in dark for its colours."""
    email, paths = READERS[who]
    visitor = window(color_scheme=theme)
    if email:
        visitor.sign_in(email)
    faults = []
    for path in paths:
        visitor.page.goto(live.url + path)
        drawn = visitor.page.evaluate("document.documentElement.dataset.bsTheme")
        assert drawn == theme
        try:
            visitor.see((320, 390, 1280) if theme == "light" else (1280,))
        except AssertionError as error:
            faults.append(str(error))
    assert not faults, "\n\n".join(faults)
