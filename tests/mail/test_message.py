"""Messages as they go over the wire: every name, subject and text comes out as it went in, and nothing breaks a header."""

import email.policy
import quopri
import timeit
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from flask import Flask
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engagement import clock
from engagement.errors import BadInput, RuleBroken
from engagement.mail.letters.rules.layout import Around, html_layout
from engagement.mail.letters.rules.slots import SlotUnfilled, Template, slots_of
from engagement.mail.models import Delivery, Mailing
from engagement.mail.rules import MailingKind
from engagement.mail.wire.rules.message import prepare
from engagement.mail.wire.rules.quoted_printable import QuotedPrintable, value_of

FROM = "Engagement <engagement@example.com>"


def make_mailing(
    subject: str = "Hello", text: str = "Hello.", html: str = "<p>Hello.</p>", **details: object
) -> Mailing:
    return Mailing(kind=MailingKind.NOTICE, subject=subject, text=text, html=html, **{"sender_name": "", **details})


def make_delivery(name: str = "Tomasz Wójcik", address: str = "tomasz@example.com") -> Delivery:
    return Delivery(id=7, name=name, address=address, queued_at=clock.now())


def parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=email.policy.default)  # type: ignore[return-value]


def content(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return part.get_content().replace("\r\n", "\n")


SCRIPTS = [
    "Tomasz Wójcik", "Ørjan Ås", "Zoë Çelik", "李小龍", "山田 太郎", "김민수", "محمد بن عبد الله", "משה כהן", "Иван Петров",
    "Νίκος Παπαδόπουλος", "สมชาย ใจดี", "अमित शर्मा", "தமிழ் செல்வன்", "Nguyễn Thị Minh Khai", "Ana-María O’Neill", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
    "👩‍👩‍👧‍👦 Family", "e\u0301le\u0300ve", "\u202eright to left", "J. R. “Bob” Dobbs",
]  # fmt: skip
NASTY = [
    'Smith, John', 'John "Johnny" Smith', "O'Brien; Pat", "<script>", "a@b.example.com", "(comment) Name", "Back\\slash",
    "=?utf-8?q?fake?=", "Dot. Dot", "Colon: Semi;", "[Bracket]", "Tab\tName", "  spaces  inside  ", "comma,,,comma", "%s {0}",
]  # fmt: skip


def names() -> list[str]:
    """300 names: each script and each nasty form, alone, joined with others, and at lengths that make headers fold."""
    base = SCRIPTS + NASTY
    joined = [f"{first} {second}" for first in base for second in base[::5]]
    return (base + joined + [(name + " ") * 12 for name in base])[:300]


def shown_name(raw: bytes) -> str:
    """The display name by RFC 2047, where the fold between two encoded words is nothing (the newer parser makes a blank)."""
    phrase = str(message_from_bytes(raw)["To"]).rpartition("<")[0].replace("\r\n", "").strip()
    return str(make_header(decode_header(phrase)))


def test_three_hundred_names_reach_the_right_address_unchanged():
    assert len(names()) == 300
    prepared = prepare(make_mailing(), FROM, "example.com")
    for name in names():
        raw = prepared.fill(make_delivery(name), {}, clock.now())
        (address,) = parsed(raw)["To"].addresses
        assert address.addr_spec == "tomasz@example.com"
        assert shown_name(raw) == " ".join(name.split())
        head = raw.split(b"\r\n\r\n")[0]
        assert max(len(line) for line in head.split(b"\r\n")) <= 78
        assert raw.isascii()


@pytest.mark.parametrize(
    "subject", ["What changes", "Was ändert sich für {{ first_name }}?", "x" * 290, "=?utf-8?q?a?=", "日本" * 60]
)
def test_subject_comes_out_as_it_went_in(subject: str):
    raw = prepare(make_mailing(subject), FROM, "example.com").fill(make_delivery(), {"first_name": "Zoë"}, clock.now())
    assert parsed(raw)["Subject"] == subject.replace("{{ first_name }}", "Zoë")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\0", "\u2028", "\x85"])
def test_line_break_in_a_header_is_refused(break_: str):
    injected = f"Tomasz{break_}Bcc: everybody@example.com"
    prepared = prepare(make_mailing("For {{ name }}"), FROM, "example.com")
    with pytest.raises(BadInput):
        prepared.fill(make_delivery(injected), {"name": "Tomasz"}, clock.now())
    with pytest.raises(BadInput):
        prepared.fill(make_delivery(), {"name": injected.replace("\r", "\n")}, clock.now())
    with pytest.raises(BadInput):
        prepared.fill(make_delivery(address=injected), {"name": "Tomasz"}, clock.now())
    with pytest.raises(BadInput):
        prepare(make_mailing(sender_name=injected), FROM, "example.com")
    with pytest.raises(BadInput):
        prepare(make_mailing(reply_to=injected), FROM, "example.com")


def test_headers_say_who_what_and_that_nobody_should_answer_automatically(frozen):
    mailing = make_mailing(sender_name="Sam Pryce", reply_to="sam@example.com")
    prepared = prepare(mailing, FROM, "mail.example.com")
    delivery = make_delivery()
    message = parsed(prepared.fill(delivery, {}, clock.now()))
    assert message["From"] == "Sam Pryce <engagement@example.com>"
    assert message["Reply-To"] == "sam@example.com"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] == "Tue, 14 Apr 2026 08:00:00 +0000"
    assert message["List-Unsubscribe"] is None
    first_id = message["Message-ID"]
    frozen.shift(timedelta(hours=3))
    assert parsed(prepared.fill(delivery, {}, clock.now()))["Message-ID"] == first_id
    assert first_id.endswith("@mail.example.com>")


def test_slots_are_filled_as_text_and_escaped_in_html():
    mailing = make_mailing(
        text="Dear {{ name }},\n.\nGo to {{me_link}}", html='<p>{{ name }}</p><a href="{{ me_link }}">x</a>'
    )
    link = "https://example.com/?a=1&b=“2”"
    message = parsed(
        prepare(mailing, FROM, "example.com").fill(
            make_delivery(), {"name": "<b>Zoë & Co", "me_link": link}, clock.now()
        )
    )
    assert content(message, "plain") == f"Dear <b>Zoë & Co,\n.\nGo to {link}"
    assert content(message, "html") == (
        '<p>&lt;b&gt;Zoë &amp; Co</p><a href="https://example.com/?a=1&amp;b=“2”">x</a>'
    )


@pytest.mark.parametrize("part", ["subject", "text", "html"])
def test_slot_without_a_value_is_refused(part: str):
    prepared = prepare(make_mailing(**{part: "For {{ Frist name }}"}), FROM, "example.com")
    with pytest.raises(SlotUnfilled) as refused:
        prepared.fill(make_delivery(), {"first_name": "Zoë"}, clock.now())
    assert refused.value.name == "Frist name"


def test_slots_are_found_in_every_part():
    assert slots_of("{{ a }}", "x {{b}} {{ b }}", "{{ c\n}} {d}") == {"a", "b", "c"}


PIECES = st.lists(
    st.one_of(st.sampled_from(["\n", "{{ a }}", "{{b}}", " ", ".", "=", "From x", "\t"]), st.text(max_size=90)),
    max_size=12,
)


@settings(max_examples=300, deadline=None)
@given(PIECES, st.text(max_size=200), st.text(max_size=30))
@example(["é" * 12 + "xx", " ", "\n"], "", "")
@example(["x" * 75 + ".", "{{ a }}", "{{b}}"], ".x", "x" * 75 + "." + "x" * 100)
@example(["é" * 12 + "xxx", "\t", "\n"], "", "")
@example(["x" * 75, " ", "\n", "x" * 76 + " ", "\n"], "", "")
def test_encoding_lines_once_gives_a_text_that_decodes_to_the_same(pieces: list[str], a: str, b: str):
    text = "".join(pieces)
    template = Template(text)
    values = {name: a if name == "a" else b for name in template.slots}
    values = {name: value.replace("\r\n", "\n").replace("\r", "\n") for name, value in values.items()}
    forms = {name: value_of(value) for name, value in values.items()}
    encoded = b"".join(QuotedPrintable(template).fill(forms, lambda value: value.text))
    assert not any(line.startswith(b".") for line in encoded.split(b"\r\n"))
    assert max(len(line) for line in encoded.split(b"\r\n")) <= 76
    assert quopri.decodestring(encoded).decode().replace("\r\n", "\n") == template.fill(values)


def test_twenty_kilobytes_are_filled_fast(capsys: pytest.CaptureFixture[str], app: Flask):
    body = (
        "<p>Dear {{ first_name }},</p>\n"
        + "<p>What the system does, and what you still decide – every claim.</p>\n" * 220
    )
    html = html_layout(
        "What changes", "Department briefing", body, "You still decide.", Around("You get this because {{ why }}.")
    )
    mailing = make_mailing(text="Dear {{ first_name }},\n" + "Some text – and more.\n" * 100, html=html)
    prepared = prepare(mailing, FROM, "example.com")
    values = {"first_name": "Zoë", "why": "you work in Claims"}
    size = len(prepared.fill(make_delivery(), values, clock.now()))
    seconds = timeit.timeit(lambda: prepared.fill(make_delivery(), values, clock.now()), number=500) / 500
    with capsys.disabled():
        print(f"\nfilling a message of {size:,} bytes took {seconds * 1000:.3f} ms")
    assert size > 20_000


@pytest.mark.parametrize(
    "joined", ["https://evil.example/?u={{ my_change_link }}", "x/{{my_change_link}}", "a={{ confirm_link }}"]
)
def test_a_link_that_is_joined_to_another_address_is_never_filled(joined: str):
    mailing = make_mailing()
    mailing.text = f"Look: {joined}"
    with pytest.raises(RuleBroken, match="joined to another address"):
        prepare(mailing, FROM, "example.com")
