"""The HTML layout of all messages of the service, with inline styles because mail programs need them."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from engagement.content.markdown import cleaned
from engagement.words import direction_of

TEMPLATES = Path(__file__).resolve().parents[4] / "templates" / "mail"
SANS = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Open Sans','Liberation Sans',Arial,sans-serif"
#: Marks around the text in the layout, so that the text can be shown later without its frame.
TEXT_BEGINS, TEXT_ENDS = "<!--text-->", "<!--/text-->"
SERIF = "Charter,'Bitstream Charter','Sitka Text',Cambria,Caladea,serif"
#: The style of elements made from Markdown, copied into their style attributes.
BODY_STYLES = f"""
p {{ margin: 0 0 14px; }}
h2 {{ margin: 24px 0 6px; font-family: {SERIF}; font-size: 20px; line-height: 26px; font-weight: bold; }}
h3, h4 {{ margin: 20px 0 4px; font-size: 16px; line-height: 24px; font-weight: bold; }}
ul, ol {{ margin: 0 0 14px; padding: 0 0 0 22px; }}
li {{ margin: 0 0 6px; }}
a {{ color: #0d5c73; }}
blockquote {{ margin: 0 0 14px; padding: 0 0 0 14px; border-left: 3px solid #d8dedc; font-family: {SERIF}; }}
hr {{ margin: 20px 0; border: 0; border-top: 1px solid #d8dedc; }}
table {{ width: 100%; margin: 0 0 14px; border-collapse: collapse; border-top: 2px solid #18222b; }}
th, td {{ padding: 8px 12px 8px 0; border-bottom: 1px solid #d8dedc; text-align: left; vertical-align: top; font-size: 15px; line-height: 22px; }}
[align="right"] {{ text-align: right; }}
[align="center"] {{ text-align: center; }}
pre {{ margin: 0 0 14px; white-space: pre-wrap; font-size: 14px; line-height: 20px; }}
dt {{ font-weight: bold; }}
dd {{ margin: 0 0 10px; }}
"""
#: The rules that differ in a text written from right to left.
TURNED_STYLES = """
ul, ol { padding: 0 22px 0 0; }
blockquote { padding: 0 14px 0 0; border-left: 0; border-right: 3px solid #d8dedc; }
th, td { padding: 8px 0 8px 12px; }
th:not([align]), td:not([align]) { text-align: right; }
"""


@dataclass(frozen=True)
class Button:
    """The one button of a message, with the sentence above it and the words before its address, to be copied, below."""

    words: str
    address: str
    note: str = ""
    copy_words: str = "Or copy this address:"


@dataclass(frozen=True)
class Around:
    """The words around the text: why the message reached its reader, whose it is, and the language of these words."""

    why: str
    organisation: str = ""
    language: str = "en"


def html_layout(
    title: str,
    kicker: str,
    body_html: str,
    preheader: str,
    around: Around,
    *,
    button: Button | None = None,
    language: str = "en",
) -> str:
    """Return a whole HTML message; slots in any part are kept, to be filled for each person.

    `title` is the subject and the only h1, `kicker` the line above it, `body_html` clean HTML from `content.markdown`.
    Mail programs show `preheader` beside the subject. `language` is the tag of the text; that of the words around it is
    marked where it differs.
    """
    direction, around_direction = direction_of(language), direction_of(around.language)
    page = _environment().get_template("message.html")
    return page.render(
        title=title,
        kicker=kicker,
        body=Markup(inlined(body_html, direction)),  # noqa: S704 - cleaned by content.markdown
        preheader=preheader,
        around=around,
        button=button,
        language=language,
        turned=' dir="rtl"' if direction == "rtl" else "",
        side="right" if direction == "rtl" else "left",
        around_language=around.language if _base(around.language) != _base(language) else None,
        around_turned=f' dir="{around_direction}"' if around_direction != direction else "",
        sans=SANS,
        serif=SERIF,
    )


def _base(language: str) -> str:
    return language.partition("-")[0].lower()


def inlined(body_html: str, direction: str = "ltr") -> str:
    """Return HTML with the message's styles in its style attributes, for a text of this direction."""
    if not body_html.strip():
        return ""
    return str(_inliner().inline_fragment(body_html, BODY_STYLES + (TURNED_STYLES if direction == "rtl" else "")))


def text_in(page_html: str) -> str:
    """Return the written text in a whole message, clean and without the styles of mail; "" when no text is marked."""
    _, _, after = page_html.partition(TEXT_BEGINS)
    return cleaned(after.partition(TEXT_ENDS)[0])


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(load_remote_stylesheets=False)
