"""A visitor: one browser window that complains about every page on which something is wrong for its reader."""

from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from factories import PASSWORD
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response

#: In this order, so that a window is made wider or narrower as seldom as can be: each time the page is laid out anew.
WIDTHS = (1280, 320)
#: Where wide letters press most: a small phone, and the narrowest window with everything side by side.
WIDE_LETTERS_AT = (320, 1024)
HEIGHT = 900
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
#: What can change with nothing but the colours.
COLOURS = ("color-contrast", "link-in-text-block")
_AXE = """([type, values, hasColours, colours]) => axe.run(document, {
  runOnly: {type, values}, resultTypes: ['violations'], iframes: false, preload: false,
  rules: type === 'tag' && !hasColours ? Object.fromEntries(colours.map(rule => [rule, {enabled: false}])) : {},
}).then(found => found.violations.map(v =>
  `${v.id}: ${v.help} at ${v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + n.html.slice(0, 160)).join(' | ')}`))"""
#: The page hears of the device's change a little later. Playwright's own waiting would need eval, which our policy forbids.
_IS_DARK_SOON = """() => new Promise(answer => {
  const look = left => document.documentElement.dataset.bsTheme === 'dark' ? answer(true)
    : left ? requestAnimationFrame(() => look(left - 1)) : answer(false);
  look(120);
})"""
#: Wide letters, as a machine has that knows none but these. The policy forbids style elements, but not a sheet made by a script.
WIDE_LETTERS = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(':root:root { --sans: "DejaVu Sans"; --serif: "DejaVu Serif"; --mono: "DejaVu Sans Mono"; }');
  document.adoptedStyleSheets = [sheet];
}"""
_OWN_LETTERS = "() => { document.adoptedStyleSheets = []; }"
#: Every pair of ink and ground on a page, with what else decides how well a text can be read. What lies over something
#: else is told apart by its names.
_COLOURS = """() => {
  const grounds = new Map([[null, '']]);
  const groundOf = e => {
    if (grounds.has(e)) return grounds.get(e);
    const style = getComputedStyle(e), around = groundOf(e.parentElement);
    const own = style.backgroundColor === 'rgba(0, 0, 0, 0)' ? '' : style.backgroundColor;
    let ground = own.startsWith('rgb(') ? own : around + own;
    if (style.backgroundImage !== 'none' || style.opacity !== '1' || /absolute|fixed|sticky/.test(style.position))
      ground += [style.backgroundImage, style.opacity, style.position, e.localName, e.className.baseVal ?? e.className];
    grounds.set(e, ground);
    return ground;
  };
  const texts = [...document.body.querySelectorAll('*')].filter(e => /^(input|select|textarea)$/.test(e.localName)
    || [...e.childNodes].some(child => child.nodeType === 3 && child.data.trim()));
  return [...new Set(texts.map(e => {
    const style = getComputedStyle(e);
    return [style.color, style.fontSize, style.fontWeight, style.textShadow, style.textDecorationLine, groundOf(e)].join(' ');
  }))];
}"""
_TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  const over = [...document.querySelectorAll('main section, main .cols > *, main .cols-even > *, main .cols-three > *')].filter(e =>
    e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === 'visible' && !e.closest('.scroller'));
  if (over.length) return over.slice(0, 3).map(e => `${e.scrollWidth} of ${e.clientWidth} in ${e.outerHTML.slice(0, 120)}`);
  const lines = new Set([...document.querySelectorAll('.places li')].filter(e => e.offsetParent).map(e => e.offsetTop));
  if (lines.size > 1) return [`the menu takes ${lines.size} lines`];
  const broken = [...document.querySelectorAll('.month .entry')].filter(e => {
    e.style.overflowWrap = 'normal';
    const isCut = e.offsetParent && e.scrollWidth > e.clientWidth;
    e.removeAttribute('style');
    return isCut;
  });
  if (broken.length) return broken.slice(0, 3).map(e => `a word breaks in ${e.innerText}`);
  if (document.documentElement.scrollWidth <= room + 1) return [];
  const wide = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > room + 1
    && !e.closest('.scroller, .visually-hidden'));
  return wide.slice(-3).map(e => e.outerHTML.slice(0, 160)).concat([`${document.documentElement.scrollWidth} of ${room}`]);
}"""

#: Colours of texts in which axe found no fault.
_SOUND: set[str] = set()


class Visitor:
    """One reader at the browser; every page that `see` looks at has to be sound.

    The Content-Security-Policy stays on: what it blocks lands in the console, and a line there is a fault.
    """

    def __init__(self, context: BrowserContext, url: str, width: int) -> None:
        self.context, self.url, self.width = context, url, width
        self._width_now = width
        context.add_init_script(_axe_script())
        self.page: Page = context.new_page()
        self.said: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.said.append(f"script failed: {error}"))
        self.page.on("response", self._answered)

    def _heard(self, message: ConsoleMessage) -> None:
        # A form that is sent back, or a link that is used up, is reported here too; `_answered` judges these.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.said.append(f"{message.type} at {self.page.url}: {message.text}")

    def _answered(self, response: Response) -> None:
        sent_back = (400, 422) if response.request.method == "POST" else (410,)
        if response.status >= 400 and response.status not in sent_back:
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

    def see(self, widths: Iterable[int] = WIDTHS, *, is_thorough: bool = False) -> None:
        """Fail with every fault of the page: axe's findings, content wider than the window, a menu in two lines, headings, console.

        A thorough look is at the colours as a device in dark mode shows them too, and at wide letters.
        """
        faults = self._axe_findings()
        if is_thorough:
            faults += self._faults_in_the_dark()
        faults += self._faults_of_width(widths)
        if is_thorough:
            faults += self._faults_in_wide_letters()
        self._resize(self.width)
        if self.page.locator("h1").count() != 1:
            faults.append(f"{self.page.locator('h1').count()} headings of the first level")
        faults += self.said
        self.said = []
        assert not faults, f"{self.page.url}\n" + "\n".join(faults)

    def _axe_findings(self) -> list[str]:
        """Ask axe; about colours, which takes it half of its time, only where a page has some not met before."""
        colours = set(self.page.evaluate(_COLOURS))
        faults = self._asked_of_axe("tag", RULES, not colours <= _SOUND)
        if not faults:
            _SOUND.update(colours)
        return faults

    def _asked_of_axe(self, by: str, names: Iterable[str], has_colours: bool = True) -> list[str]:
        return [f"axe: {found}" for found in self.page.evaluate(_AXE, [by, list(names), has_colours, COLOURS])]

    def _faults_in_the_dark(self) -> list[str]:
        self.page.emulate_media(color_scheme="dark")
        assert self.page.evaluate(_IS_DARK_SOON), f"{self.page.url} does not follow the device into the dark"
        colours = set(self.page.evaluate(_COLOURS))
        found = [] if colours <= _SOUND else self._asked_of_axe("rule", COLOURS)
        if not found:
            _SOUND.update(colours)
        self.page.emulate_media(color_scheme="light")
        return [f"in the dark, {fault}" for fault in found]

    def _faults_in_wide_letters(self) -> list[str]:
        self.page.evaluate(WIDE_LETTERS)
        found = [f"in wide letters, {fault}" for fault in self._faults_of_width(WIDE_LETTERS_AT)]
        self.page.evaluate(_OWN_LETTERS)
        return found

    def _faults_of_width(self, widths: Iterable[int]) -> list[str]:
        faults = []
        for width in widths:
            self._resize(width)
            faults += [f"at {width} px too wide: {element}" for element in self.page.evaluate(_TOO_WIDE)]
        return faults

    def _resize(self, width: int) -> None:
        if width != self._width_now:
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            self._width_now = width


@cache
def _axe_script() -> str:
    spec = find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.origin is not None
    # The value of the script's last expression would be the whole of axe, which can't be handed over.
    return (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8") + "\n;undefined"
