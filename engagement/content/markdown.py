"""The one way from Markdown to HTML: rendered by Markdown, cleaned by nh3, kept by the hash of its text."""

import re
from functools import lru_cache

import markdown
import nh3

TAGS = frozenset(
    "p br hr h2 h3 h4 ul ol li strong em code pre blockquote a table thead tbody tr th td dl dt dd del sup sub".split()
)
ATTRIBUTES = {
    "a": {"href", "title"},
    "th": {"align", "scope"},
    "td": {"align"},
    "h2": {"id"},
    "h3": {"id"},
    "h4": {"id"},
}
SCHEMES = frozenset({"http", "https", "mailto"})


@lru_cache(maxsize=512)
def to_html(text: str, id_prefix: str = "") -> str:
    """Return clean HTML for Markdown text; no script, style, image or raw HTML comes through.

    Headings begin at h2, and their ids with `id_prefix`, so that several texts may stand on one page.
    """
    renderer = markdown.Markdown(
        extensions=["tables", "sane_lists", "def_list", "toc", "pymdownx.magiclink", "pymdownx.tilde"],
        extension_configs={
            "tables": {"use_align_attribute": True},
            "toc": {"slugify": lambda value, sep: id_prefix + _slug(value, sep), "baselevel": 1},
        },
        output_format="html",
    )
    made = re.sub(r"<(/?)h1\b", r"<\1h2", renderer.convert(text))
    return cleaned(made).replace("<th>", '<th scope="col">').replace("<th ", '<th scope="col" ')


def cleaned(html: str) -> str:
    """Return HTML with nothing in it but the elements and attributes that texts may have."""
    return nh3.clean(
        html, tags=set(TAGS), attributes=ATTRIBUTES, url_schemes=set(SCHEMES), link_rel="noopener noreferrer nofollow"
    )


def to_text(text: str) -> str:
    """Return Markdown as it reads in a plain-text message: marks of emphasis and headings taken off, links written out."""
    lines = []
    for line in text.splitlines():
        line = re.sub(r"^#{1,6}\s+", "", line)
        line = re.sub(r"\[([^\]]+)\]\(([^)\s]+)\)", r"\1: \2", line)
        line = re.sub(r"(\*\*|__)(.+?)\1", r"\2", line)
        lines.append(re.sub(r"(?<![\w*])\*(?!\s)(.+?)(?<!\s)\*(?![\w*])", r"\1", line))
    return "\n".join(lines).strip()


def _slug(value: str, separator: str) -> str:
    return re.sub(r"[^\w]+", separator, value.casefold()).strip(separator)
