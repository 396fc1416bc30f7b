"""A tree of elements as plain text: blank lines between blocks, links written out."""

from collections.abc import Iterable
from urllib.parse import unquote
from xml.etree.ElementTree import Element

_BLOCKS = frozenset("p h2 h3 h4 ul ol li pre blockquote table hr dl".split())
#: Plain text has no strike-through, and struck words must not read as if they were valid.
_AROUND = {"del": ("(", ")")}


def text_of(tree: Element) -> str:
    """Return the text of a tree from `commonmark.tree_of`."""
    return "\n".join(_lines(tree)).strip()


def _lines(block: Element) -> list[str]:
    """Return the lines inside a block."""
    parts: list[list[str]] = []
    words: list[str] = [block.text or ""]
    for child in block:
        if child.tag in _BLOCKS:
            parts += [_split(words), _block(child)]
            words = []
        else:
            words += _inline(child)
        words.append(child.tail or "")
    parts.append(_split(words))
    return _joined((part for part in parts if part), loose=block.tag not in ("li", "dd") or block.find("p") is not None)


def _split(words: Iterable[str]) -> list[str]:
    text = "".join(words).strip()
    return [line.strip() for line in text.split("\n")] if text else []


def _joined(parts: Iterable[list[str]], *, loose: bool) -> list[str]:
    lines: list[str] = []
    for part in parts:
        if lines and loose:
            lines.append("")
        lines += part
    return lines


def _block(block: Element) -> list[str]:
    match block.tag:
        case "ul" | "ol":
            return _list(block)
        case "blockquote":
            return [f"> {line}".rstrip() for line in _lines(block)]
        case "pre":
            return "".join(block.itertext()).rstrip("\n").split("\n")
        case "hr":
            return ["---"]
        case "table":
            return _table(block)
        case "dl":
            return _glossary(block)
    return _lines(block)


def _list(block: Element) -> list[str]:
    loose = any(item.find("p") is not None for item in block)
    number = int(block.get("start") or 1)
    items = []
    for place, item in enumerate(block):
        mark = f"{number + place}. " if block.tag == "ol" else "- "
        items.append(_behind(mark, _lines(item)))
    return _joined(items, loose=loose)


def _behind(mark: str, lines: list[str]) -> list[str]:
    """Return lines with a mark before the first one and the others indented to match."""
    indent = " " * len(mark)
    return [f"{mark if not n else indent}{line}" if line or not n else "" for n, line in enumerate(lines or [""])]


def _table(block: Element) -> list[str]:
    rows = list(block.iter("tr"))
    lines = [_row(row) for row in rows]
    if rows and rows[0].find("th") is not None:
        lines.insert(1, "| " + " | ".join("---" for _ in rows[0]) + " |")
    return lines


def _row(row: Element) -> str:
    return "| " + " | ".join("".join(_words(cell)).replace("\n", " ").strip() for cell in row) + " |"


def _glossary(block: Element) -> list[str]:
    entries: list[list[str]] = []
    for part in block:
        if part.tag == "dt":
            entries.append(_lines(part))
        elif entries:
            entries[-1] += _behind(": ", _lines(part))
    return _joined(entries, loose=True)


def _words(element: Element) -> list[str]:
    words = [element.text or ""]
    for child in element:
        words += _inline(child)
        words.append(child.tail or "")
    return words


def _inline(element: Element) -> list[str]:
    if element.tag == "br":
        return ["\n"]
    words = _words(element)
    if element.tag == "a":
        return _link(words, element.get("href"))
    before, after = _AROUND.get(element.tag, ("", ""))
    return [before, *words, after]


def _link(words: list[str], address: str | None) -> list[str]:
    if not address:
        return words
    shown = "".join(words)
    said = address.removeprefix("mailto:").removeprefix("tel:")
    if shown in (address, said, address.removeprefix("http://"), unquote(address)):
        return [shown]
    return [shown, ": ", said]
