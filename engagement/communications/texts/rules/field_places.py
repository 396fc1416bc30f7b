"""Where a merge field may be in a text: in an address only as a link field, alone.

Anything else could lead a reader to a foreign address with their own sign-in link or name in it, or become a script.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from xml.etree.ElementTree import Element

from engagement.content.plain_text import text_of

_OPENING = "([{<\"'“‘„«*_~|>:–—-"
_CLOSING = ")]}>\"'”’»*_~|.,;:!?…–—-"
_LIKE_ADDRESS = re.compile(r"://|@|^www\.|\w\.\w+[/?#:=]", re.IGNORECASE)
_WORD = re.compile(r"\S+")


def misplaced(tree: Element, field_of: re.Pattern[str], links: Collection[str]) -> list[str]:
    """Return a sentence for each misplaced field. `field_of` finds a field's mark and gives its name."""
    found = [_sentence(name, where, links) for name, where in _inside_elements(tree, field_of, links)]
    for word in _WORD.finditer(text_of(tree)):
        for match in field_of.finditer(word[0]):
            if not _stands_well(word[0], match, links, field_of):
                found.append(_sentence(match["field"], "address", links))
    return list(dict.fromkeys(found))


def _sentence(name: str, where: str, links: Collection[str]) -> str:
    field = "{{ " + name + " }}"
    if where == "title":
        return f"{field} stands in the title of a link. Take it out there, or write it beside the link."
    if where == "words":
        return f"{field} stands in the words of another link. Write it beside that link."
    if name in links:
        return f"{field} is joined to another address or word. Write it by itself, or as [words]({field})."
    return f"{field} stands inside an address. Only a link field can be one, by itself: take it out there."


def _inside_elements(tree: Element, field_of: re.Pattern[str], links: Collection[str]) -> Iterator[tuple[str, str]]:
    for part in tree.iter():
        for attribute, value in part.attrib.items():
            for match in field_of.finditer(value):
                if not (attribute == "href" and match[0] == value and match["field"] in links):
                    yield match["field"], "title" if attribute == "title" else "address"
        if part.tag == "a":
            yield from (
                (m["field"], "words") for m in field_of.finditer("".join(part.itertext())) if m["field"] in links
            )


def _stands_well(word: str, match: re.Match[str], links: Collection[str], field_of: re.Pattern[str]) -> bool:
    """Return whether a mark in a word of plain text is well placed: a link alone, another field outside addresses."""
    before, after = word[: match.start()], word[match.end() :]
    if match["field"] in links:
        said = before.rstrip(":").lstrip(_OPENING)
        return not after.strip(_CLOSING) and (not before or before[-1] in _OPENING) and (not said or said.isalpha())
    return not _LIKE_ADDRESS.search(field_of.sub("x", word))


def taken_out(tree: Element, field_of: re.Pattern[str], links: Collection[str], words: Mapping[str, str]) -> None:
    """Remove fields from addresses, titles and link words in which they are not allowed; the words themselves stay."""
    for part in tree.iter():
        for attribute, value in list(part.attrib.items()):
            found = field_of.search(value)
            if found and not (attribute == "href" and found[0] == value and found["field"] in links):
                del part.attrib[attribute]
        if part.tag == "a":
            for below in part.iter():
                below.text = below.text and _in_words(below.text, field_of, links, words)
                if below is not part:
                    below.tail = below.tail and _in_words(below.tail, field_of, links, words)


def _in_words(text: str, field_of: re.Pattern[str], links: Collection[str], words: Mapping[str, str]) -> str:
    return field_of.sub(lambda m: words[m["field"]] if m["field"] in links else m[0], text)


def with_room(text: str, field_of: re.Pattern[str], links: Collection[str]) -> str:
    """Separate links from adjoining addresses in plain text: mail programs would read both as one address."""

    def apart(word: re.Match[str]) -> str:
        joined = any(
            match["field"] in links and not _stands_well(word[0], match, links, field_of)
            for match in field_of.finditer(word[0])
        )
        return field_of.sub(lambda m: f" {m[0]} ", word[0]).strip() if joined else word[0]

    return _WORD.sub(apart, text)
