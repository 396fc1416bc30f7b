"""A visitor: one browser window that complains about every page on which something is wrong for its reader."""

from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from factories import PASSWORD
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response

WIDTHS = (320, 390, 1280)
HEIGHT = 900
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_AXE = """(tags) => axe.run(document, {
  runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'], iframes: false,
}).then(found => found.violations.map(v =>
  `${v.id}: ${v.help} at ${v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + n.html.slice(0, 160)).join(' | ')}`))"""
_TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room + 1) return [];
  const wide = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > room + 1
    && !e.closest('.scroller, .visually-hidden'));
  return wide.slice(-3).map(e => e.outerHTML.slice(0, 160)).concat([`${document.documentElement.scrollWidth} of ${room}`]);
}"""


class Visitor:
    """One reader at the browser; every page that `see` looks at has to be sound.

    The Content-Security-Policy stays on: what it blocks lands in the console, and a line there is a fault.
    """

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.url = context, url
        self.page: Page = context.new_page()
        self.said: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.said.append(f"script failed: {error}"))
        self.page.on("response", self._answered)

    def _heard(self, message: ConsoleMessage) -> None:
        # A page that is answered with 410 or 422 on purpose is reported here too; `_answered` judges these.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.said.append(f"{message.type} at {self.page.url}: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in (410, 422):
            self.said.append(f"{response.status} for {response.request.method} {response.url}")

    def open(self, path: str) -> None:
        """Go to a path of the service and look at the page."""
        self.page.goto(self.url + path)
        self.see()

    def sign_in(self, email: str) -> None:
        """Sign in by password through the page."""
        self.page.goto(self.url + "/login")
        form = self.page.locator("#by-password")
        form.get_by_label("Your work e-mail address").fill(email)
        form.get_by_label("Your password").fill(PASSWORD)
        form.get_by_role("button", name="Sign in").click()
        assert not self.page.url.endswith("/login"), self.page.inner_text("main")

    def press(self, name: str, *, exact: bool = True) -> None:
        """Press the button of this name and look at the page that follows."""
        self.page.get_by_role("button", name=name, exact=exact).click()
        self.page.wait_for_load_state()
        self.see()

    def follow(self, name: str, *, exact: bool = True) -> None:
        """Follow the first link of the page itself that has this name and look at where it leads."""
        self.page.locator("main").get_by_role("link", name=name, exact=exact).first.click()
        self.page.wait_for_load_state()
        self.see()

    def fill(self, **answers: str) -> None:
        """Fill the fields of these ids."""
        for field, answer in answers.items():
            self.page.locator(f"#{field}").fill(answer)

    @property
    def text(self) -> str:
        """The text of the page's own part, as it is read."""
        return self.page.inner_text("main")

    @property
    def number(self) -> int:
        """The number at the end of the address."""
        return int(self.page.url.split("?")[0].split("#")[0].rsplit("/", 1)[1])

    def see(self, widths: Iterable[int] = WIDTHS) -> None:
        """Fail with every fault of the page: axe's findings, content wider than the window, headings, console."""
        faults = [f"axe: {found}" for found in self._axe_findings()]
        for width in widths:
            faults += self._faults_at(width)
        if self.page.locator("h1").count() != 1:
            faults.append(f"{self.page.locator('h1').count()} headings of the first level")
        faults += self.said
        self.said = []
        assert not faults, f"{self.page.url}\n" + "\n".join(faults)

    def _faults_at(self, width: int) -> list[str]:
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        return [f"wider than {width} px: {element}" for element in self.page.evaluate(_TOO_WIDE)]

    def _axe_findings(self) -> list[str]:
        self.page.evaluate(_axe_script())
        return list(self.page.evaluate(_AXE, list(RULES)))


@cache
def _axe_script() -> str:
    spec = find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.origin is not None
    # The value of the script's last expression would be the whole of axe, which can't be handed over.
    return (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8") + "\n;undefined"
