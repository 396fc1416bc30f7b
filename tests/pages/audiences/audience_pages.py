"""Short ways to read the pages of audiences."""

import re

LONDON = {"field": "location", "values": ["London"]}


def text_of(answer) -> str:
    page = answer.get_data(as_text=True)
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main")]).split())
