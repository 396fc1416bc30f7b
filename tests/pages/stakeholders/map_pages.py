"""Short ways to read the pages of the map."""

import re

from engagement.stakeholders.rules import StakeholderGroup

G = StakeholderGroup


def text_of(answer) -> str:
    page = answer.get_data(as_text=True)
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main")]).split())


def rows_of(answer) -> list[list[str]]:
    """Return the cells of the list of stakeholders."""
    page = answer.get_data(as_text=True)
    found = []
    for row in re.findall(r"<tr>\s*(<th scope=\"row\">\s*<a href=\"/stakeholders/\d+\">.*?)</tr>", page, re.S):
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
        found.append([" ".join(re.sub(r"<[^>]+>", "", cell.replace("<wbr>", "")).split()) for cell in cells])
    return found


def form(wave, **answers):
    return {"group": "end_users", "places": [f"wave-{wave.id}"], **answers}
