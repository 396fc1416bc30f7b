"""Inline rules besides Markdown's own marks: typed addresses, and HTML tags, which texts don't have.

They are rules for the parser; each examines every character once.
"""

import re
from bisect import bisect_left

from markdown_it.common.utils import unescapeAll
from markdown_it.rules_inline import StateInline

from engagement.content.autolinks import addresses_in

#: The type of the token for a tag that is left out.
LEFT_OUT = "tag_left_out"
#: How many opening marks of emphasis are searched for one that the end of an address could close.
_NEAREST = 100
LONGEST_TAG = 300
#: Tags that can't be meant as gaps to fill in, unlike "<time>" or "<your team lead>".
_ELEMENTS = (
    "a|abbr|b|big|blockquote|body|center|code|del|div|em|embed|font|h[1-6]|head|hr|html|i|iframe|img|ins|kbd|li|mark|meta|ol|"
    "p|pre|q|s|script|small|span|strike|strong|style|sub|sup|svg|table|tbody|td|tfoot|th|thead|tr|u|ul|wbr"
)
_TAG = re.compile(
    rf"<(?:(?:{_ELEMENTS})[ \t\n]*+/?>|/[a-z][a-z0-9-]*+[ \t\n]*+>|[a-z][a-z0-9-]*+[ \t\n]++[a-z:_-]++=[^<>]*+>|!--.*?-->)",
    re.IGNORECASE | re.DOTALL,
)
_BREAK = re.compile(r"<br[ \t]*+/?>", re.IGNORECASE)


def address_or_words(state: StateInline, silent: bool) -> bool:
    """Take a whole address that begins here, else the words up to the next mark or address."""
    begins, found = _addresses(state)
    next_one = bisect_left(begins, state.pos)
    at = begins[next_one] if next_one < len(begins) else state.posMax
    if at == state.pos:
        end, address = found[at]
        end += _signs_of_its_own(state, end)
        if end <= state.posMax:
            return _take_address(state, end, address, silent)
        at = state.posMax
    mark = state.md.inline.terminator_re.search(state.src, state.pos, state.posMax)
    end = min(at, mark.start() if mark else state.posMax, state.posMax)
    if end == state.pos:
        return False
    if not silent:
        state.append_pending(state.src[state.pos : end])
    state.pos = end
    return True


def _addresses(state: StateInline) -> tuple[list[int], dict[int, tuple[int, str]]]:
    """Return where the addresses of this block begin, with their ends and targets; found once a block."""
    known = state.env.setdefault("addresses", {})
    if state.src not in known:
        found = {begin: (end, address) for begin, end, address in addresses_in(state.src)}
        known[state.src] = (list(found), found)
    made: tuple[list[int], dict[int, tuple[int, str]]] = known[state.src]
    return made


def _signs_of_its_own(state: StateInline, end: int) -> int:
    """Return how many stars or underscores after an address belong to it, as they close no earlier emphasis."""
    sign = state.src[end : end + 1]
    if sign not in ("_", "*"):
        return 0
    if any(row.marker == ord(sign) and row.open for row in state.delimiters[-_NEAREST:]):
        return 0
    behind = state.src[end : state.posMax]
    return len(behind) - len(behind.lstrip(sign))


def _take_address(state: StateInline, end: int, address: str, silent: bool) -> bool:
    shown = unescapeAll(state.src[state.pos : end])
    if not silent and state.linkLevel:
        state.append_pending(shown)
    elif not silent:
        scheme = address.partition(":")[0]
        leads = shown if shown.lower().startswith(f"{scheme}:") else f"{scheme}:{'//' * (scheme != 'mailto')}{shown}"
        state.push("link_open", "a", 1).attrs = {"href": leads}
        state.push("text", "", 0).content = shown
        state.push("link_close", "a", -1)
    state.pos = end
    return True


def tag(state: StateInline, silent: bool) -> bool:
    """Leave out an HTML tag, except one that ends a line; other text in angle brackets stays as typed."""
    if state.src[state.pos] != "<":
        return False
    end = min(state.posMax, state.pos + LONGEST_TAG)
    found = _BREAK.match(state.src, state.pos, end) or _TAG.match(state.src, state.pos, end)
    if found is None:
        return False
    if not silent:
        if _BREAK.match(found[0]):
            state.push("hardbreak", "br", 0)
        else:
            state.push(LEFT_OUT, "", 0).content = found[0]
    state.pos = found.end()
    return True
