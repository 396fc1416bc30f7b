"""Two who have the same form open."""

import html
import re

from factories import make_wave
from flask.testing import FlaskClient

Fields = list[tuple[str, str]]


def opened(client: FlaskClient, page: str, action: str) -> Fields:
    """Return the fields of a form as a browser would send them unchanged."""
    text = client.get(page).get_data(as_text=True)
    forms = re.findall(r"<form[^>]*method=\"post\"[^>]*>.*?</form>", text, re.S)
    target = f'action="{action}"'
    (form,) = [f for f in forms if (target in f if action else 'action="/' not in f and 'name="drawn_from"' in f)]
    name = attribute(form, "id")
    # A field may stand elsewhere on the page and name its form.
    beside = re.findall(rf'<input[^>]* form="{name}"[^>]*>', text) if name else []
    found: Fields = []
    for tag in [*re.findall(r"<input[^>]*>", form), *beside]:
        name, kind = attribute(tag, "name"), attribute(tag, "type")
        if not name or (kind in ("checkbox", "radio") and " checked" not in tag):
            continue
        found.append((name, attribute(tag, "value")))
    for tag, inner in re.findall(r"(<textarea[^>]*>)\n?(.*?)</textarea>", form, re.S):
        found.append((attribute(tag, "name"), html.unescape(inner.replace("\r\n", "\n")).removeprefix("\n")))
    for tag, inner in re.findall(r"(<select[^>]*>)(.*?)</select>", form, re.S):
        chosen = re.findall(r"<option[^>]* selected[^>]*>", inner)
        found += [(attribute(tag, "name"), attribute(each, "value")) for each in chosen]
    return found


def attribute(tag: str, name: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""


def changed(fields: Fields, **values: str | list[str]) -> dict[str, list[str]]:
    sent: dict[str, list[str]] = {}
    for name, value in fields:
        sent.setdefault(name, []).append(value)
    return sent | {name: value if isinstance(value, list) else [value] for name, value in values.items()}


def text_of(answer) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


def wave_form() -> tuple[str, str]:
    return f"/waves/{make_wave(name='Claims').id}/edit", ""


def drawn_again(answer, action: str) -> Fields:
    class Page:
        def get(self, _page):
            return answer

    return opened(Page(), "", action)  # type: ignore[arg-type]
