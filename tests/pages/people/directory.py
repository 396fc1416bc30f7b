"""Short ways to read the pages of the directory."""

import re


def text_of(answer) -> str:
    page = answer.get_data(as_text=True)
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main")]).split())


def names_in(answer) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/people/\d+">(.*?)</a>', answer.get_data(as_text=True))
