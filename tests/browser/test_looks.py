"""How pages are set, measured in the browser: whole words and whole boxes on screen and on paper, facts in columns, phones without endless pages."""

import pytest
from browser.furnishing import EMPLOYEE, MANAGER, SPONSOR, TEAM_LEAD
from browser.inspection import WIDE_LETTERS, Visitor
from factories import make_department, make_person

from engagement.db import db

#: The width in pixels that A4 has between the margins of our pages.
PAPER = 688
#: The most that an ordinary page is long on a phone, in pixels; courses and forms of many questions are longer.
LONGEST_ON_A_PHONE = 4_500
#: Words that stand on two lines although nothing in them is a place to break, and boxes whose words don't fit in.
_CUT = """() => {
  const faults = [];
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!parent.checkVisibility() || parent.closest('.visually-hidden, option, textarea, pre, code')) continue;
    for (const found of node.data.matchAll(/[\\p{L}\\p{N}]{2,20}/gu)) {
      range.setStart(node, found.index);
      range.setEnd(node, found.index + found[0].length);
      const tops = new Set([...range.getClientRects()].map(r => Math.round(r.top)));
      if (tops.size > 1) faults.push(`“${found[0]}” breaks in ${parent.outerHTML.slice(0, 100)}`);
    }
  }
  for (const e of document.querySelectorAll('main .pill, main .btn, main time.nowrap')) {
    const box = e.getBoundingClientRect();
    const room = (e.closest('td, th, aside, section, .cols > *') || e.parentElement).getBoundingClientRect();
    if (e.checkVisibility() && box.right > room.right + 1 && !e.closest('.scroller')) faults.push(`cut: ${e.innerText}`);
  }
  return faults.slice(0, 5);
}"""
#: Boxes of text that lie over one another.
_OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll('main :is(h1, h2, h3, p, li > span, dt, dd, .pill, td, th)')]
    .filter(e => e.checkVisibility() && !e.closest('.visually-hidden') && e.innerText.trim())
    .filter(e => getComputedStyle(e.closest('thead') || e).clipPath === 'none')
    .map(e => ({e, r: e.getBoundingClientRect()}));
  const faults = [];
  for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
    const {e: a, r: s} = boxes[i], {e: b, r: t} = boxes[j];
    if (a.contains(b) || b.contains(a)) continue;
    const wide = Math.min(s.right, t.right) - Math.max(s.left, t.left);
    const high = Math.min(s.bottom, t.bottom) - Math.max(s.top, t.top);
    if (wide > 3 && high > 6) faults.push(`“${a.innerText.slice(0, 40)}” and “${b.innerText.slice(0, 40)}”`);
  }
  return faults.slice(0, 5);
}"""
_FACTS = """() => [...document.querySelectorAll('main .facts')].map(list => [...list.children].map(fact => {
  const value = fact.querySelector('dd').getBoundingClientRect();
  return [Math.round(value.left), Math.round(fact.getBoundingClientRect().top)];
}))"""
_PRESSED = "[...document.querySelectorAll('main :is(button, .btn, nav, input, textarea, select)')].filter(e => e.offsetParent).map(e => e.outerHTML)"

PRINTED = {
    MANAGER: "/ /programmes/1 /waves/1 /waves/1/training /communications /occurrences/1 /stakeholders /concerns /people/1".split(),
    SPONSOR: ["/reports/programmes/1"],
    EMPLOYEE: ["/me", "/me/training/1"],
}
ON_A_PHONE = {
    MANAGER: (
        "/ /programmes /programmes/1 /waves/1 /waves/1/people /communications /communications?view=list /communications/1 /occurrences/1 "
        "/deliveries /concerns /stakeholders /stakeholders/1 /people /people/1 /audiences /training /training/curricula/user /admin/jobs"
    ).split(),
    SPONSOR: ["/reports/programmes/1"],
    TEAM_LEAD: ["/me/team"],
    EMPLOYEE: ["/me", "/me/training", "/me/training/1", "/me/messages"],
}


def signed_in(window, email: str, width: int) -> Visitor:
    visitor = window(width)
    visitor.sign_in(email)
    return visitor


def faults_at(visitor: Visitor, paths: list[str], *measures: str) -> list[str]:
    """Return what the measures find on each page."""
    found = []
    for path in paths:
        visitor.page.goto(visitor.url + path)
        found += [f"{path}: {fault}" for measure in measures for fault in visitor.page.evaluate(measure)]
    return found


@pytest.mark.parametrize("email", PRINTED)
def test_on_paper_nothing_breaks_lies_over_another_or_is_cut(live, window, email):
    visitor = signed_in(window, email, PAPER)
    visitor.page.emulate_media(media="print")
    assert faults_at(visitor, PRINTED[email], _CUT, _OVERLAPS) == []


def test_many_milestones_stand_apart_on_paper_and_on_screen(live, window):
    """A wave with a dozen dated things: their boxes don't touch, whatever there is to read in them."""
    visitor = signed_in(window, MANAGER, 1280)
    visitor.open("/waves/1")
    visitor.page.evaluate(
        """() => {
          const list = document.querySelector('#milestones .steps'), first = list.firstElementChild;
          for (let i = 0; i < 9; i++) list.append(first.cloneNode(true));
          for (const text of list.querySelectorAll('li > span:last-of-type')) text.textContent = 'What changes in property claims';
        }"""
    )
    for media, width in (("screen", 1280), ("screen", 1024), ("screen", 390), ("print", PAPER)):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        visitor.page.emulate_media(media=media)
        assert visitor.page.evaluate(_OVERLAPS) == [], (media, width)
        assert visitor.page.evaluate(_CUT) == [], (media, width)


def test_a_printed_page_says_who_printed_it_and_has_nothing_to_press(live, window):
    visitor = signed_in(window, MANAGER, PAPER)
    visitor.page.goto(live.url + "/concerns")
    concern = visitor.page.locator("main tbody a[href*='/concerns/']").first.get_attribute("href")
    for path in ("/waves/1", "/occurrences/1", "/people/1", "/stakeholders", concern):
        visitor.page.emulate_media(media="screen")
        visitor.page.goto(live.url + path)
        line = visitor.page.locator(".only-paper").first
        assert not line.is_visible()
        visitor.page.emulate_media(media="print")
        assert line.is_visible()
        assert "printed by Ines Okafor, " in line.inner_text()
        assert (path, visitor.page.evaluate(_PRESSED)) == (path, [])


def test_facts_stand_in_columns(live, window):
    """More facts than a line holds begin at the same places in each line; on a phone all values begin at one."""
    visitor = signed_in(window, MANAGER, 1280)
    for path in ("/occurrences/1", "/communications/1", "/people/1"):
        visitor.page.goto(live.url + path)
        visitor.page.set_viewport_size({"width": 1280, "height": 900})
        [facts] = visitor.page.evaluate(_FACTS)
        first = {left for left, top in facts if top == facts[0][1]}
        assert len(facts) >= 6
        assert {left for left, _ in facts} == first, path
        visitor.page.set_viewport_size({"width": 700, "height": 900})
        [facts] = visitor.page.evaluate(_FACTS)
        assert {left for left, _ in facts} == {left for left, top in facts if top == facts[0][1]}, path
        visitor.page.set_viewport_size({"width": 390, "height": 900})
        [facts] = visitor.page.evaluate(_FACTS)
        assert len({left for left, _ in facts}) == 1, path


def test_long_names_and_windows_between_phone_and_desk_keep_the_page_in_its_width(live, window):
    """A deep department is chosen in a form, a long address stands in a list, a table of fields has many columns."""
    with live.app.app_context():
        deep = make_department("Operations/Claims/Motor/Settlement and recoveries/Subrogation")
        make_person(
            "Alexandrina Montgomery-Featherstonehaugh", "alexandrina.montgomery-featherstonehaugh@example.com", deep
        )
        db.session.commit()
    visitor = signed_in(window, MANAGER, 1280)
    for path in (
        "/waves/1/edit",
        "/people",
        "/people/41",
        "/training/curricula/user/editing",
        "/departments",
        "/communications",
    ):
        visitor.page.goto(live.url + path)
        visitor.see((320, 600, 768, 1024))
        visitor.page.set_viewport_size({"width": 320, "height": 900})
        assert (path, visitor.page.evaluate(_CUT)) == (path, [])


@pytest.mark.parametrize("email", ON_A_PHONE)
def test_on_a_phone_words_stay_whole_and_pages_end(live, window, email):
    """In narrow and in wide letters no word breaks without a reason, and an ordinary page ends after a few screens."""
    visitor = signed_in(window, email, 390)
    faults = []
    for path in ON_A_PHONE[email]:
        visitor.page.goto(live.url + path)
        high = visitor.page.evaluate("document.documentElement.scrollHeight")
        found = visitor.page.evaluate(_CUT) + visitor.page.evaluate(_OVERLAPS)
        visitor.page.evaluate(WIDE_LETTERS)
        found += [
            f"in wide letters, {fault}" for fault in visitor.page.evaluate(_CUT) + visitor.page.evaluate(_OVERLAPS)
        ]
        faults += [f"{path}: {fault}" for fault in found]
        if high > LONGEST_ON_A_PHONE and not path.startswith("/me/training/"):
            faults.append(f"{path}: {high} px long")
    assert not faults, "\n".join(faults)
