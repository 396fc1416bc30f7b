"""Ways to put somebody on the power/interest map, and to read what is drawn of it."""

import html
import re

from factories import TESTER

from engagement import clock
from engagement.db import db
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.standings.actions import say_standing
from engagement.stakeholders.standings.rules import Standing

G = StakeholderGroup


def put(name, wave, *judged, group=G.OTHERS, reason="Said so.", **said):
    row = add_stakeholder(name, group, places=[wave], by=TESTER, **said)
    if judged:
        say(row, *judged, reason=reason)
    return row


def say(row, influence, interest, now=None, wanted=None, reason="Said so."):
    said = Standing(influence, interest, None, now, wanted)
    say_standing(row, said, reason, on=clock.now().date(), by=TESTER)
    db.session.commit()


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main")])).split())


def section(page: str, name: str) -> str:
    return page[page.index(f'id="{name}"') :].partition("</section>")[0]


def table(client, query=""):
    """Return the rows of the table, without the links that move."""
    page = section(client.get(f"/stakeholders/map{query}").get_data(as_text=True), "table")
    found = []
    for row in re.findall(r"<tr>(.*?)</tr>", page, re.S)[1:]:
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
        found.append([" ".join(html.unescape(re.sub(r"<[^>]+>", "", cell)).split()) for cell in cells][:-1])
    return found


def dots(page: str) -> list[tuple[str, float, float, str]]:
    """Return number, x, y and look of each dot on the wide map."""
    drawn = page[page.index("only-wide") :].partition("</svg>")[0]
    found = re.findall(
        r'<circle class="pi-dot pi-dot-(\w*)" cx="([\d.]+)" cy="([\d.]+)" r="8.5"/>.*?<text class="pi-n[^"]*"[^>]*>(\d+)</text>',
        drawn,
    )
    return [(number, float(x), float(y), look) for look, x, y, number in found]
