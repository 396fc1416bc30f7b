"""The mailbox of bounces, read from a real IMAP server and by POP3: bounces are kept here and taken out there, nothing else is."""

import imaplib
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from mail.bounces.bounced import sent, written
from mail.outbox import wait_until
from sqlalchemy import select

from engagement.db import count_of, db
from engagement.errors import BadInput
from engagement.mail.bounces.actions.fetching import TooLong, opened, where_of
from engagement.mail.bounces.models import Bounce, BounceMailbox
from engagement.mail.bounces.queries import suppression_of
from engagement.scheduler.mail_jobs import read_bounces
from engagement.settings import Settings


@pytest.fixture(scope="module")
def imap() -> Iterator[str]:
    """An IMAP server (pymap) with an empty mailbox of the user bounces."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = f"--host 127.0.0.1 --port {port} --no-tls dict --demo-user bounces --demo-password s/cret"
    run = [sys.executable, "-c", "from pymap.main import main; main()", *words.split()]
    server = subprocess.Popen(run, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    url = f"imap://bounces:s%2Fcret@127.0.0.1:{port}/INBOX"
    try:
        _wait_for(port)
        yield url
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with closing(socket.socket()) as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the IMAP server didn’t start")


@contextmanager
def client_of(url: str) -> Iterator[imaplib.IMAP4]:
    where = where_of(url)
    with imaplib.IMAP4(where.host, where.port, timeout=10) as client:
        client.login(where.user, where.password)
        yield client


def put_in(url: str, *mails: bytes) -> None:
    with client_of(url) as client:
        for mail in mails:
            client.append("INBOX", "", "", mail.replace(b"\n", b"\r\n"))


def subjects_in(url: str) -> list[bytes]:
    """The subjects of what is in the mailbox, whatever it is marked as."""
    with client_of(url) as client:
        client.select("INBOX", readonly=True)
        found = client.search(None, "ALL")[1][0].split()
        heads = [client.fetch(number.decode(), "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1][0][1] for number in found]
        return [head.strip().removeprefix(b"Subject: ") for head in heads]


def settings(url: str) -> Settings:
    return Settings(_env_file=None, bounce_mailbox=url, return_path="bounces@example.com")


def test_an_imap_mailbox_is_read_once_and_keeps_what_is_no_bounce(app, imap):
    first, second = sent(2)
    put_in(imap, written("postfix_unknown_user", first), written("a_person_answers"), written("away_german"))
    assert read_bounces(settings(imap)) == "1 bounce taken, 1 other mail left there."
    assert suppression_of(first.address) is not None
    assert subjects_in(imap) == [b"Re: What changes for you"]
    # What was left is not looked at again; what has come since is.
    put_in(imap, written("qmail_no_mailbox", second), written("postfix_unknown_user", first))
    assert read_bounces(settings(imap)) == "1 bounce taken, 1 other mail left there."
    assert count_of(select(Bounce)) == 2
    assert subjects_in(imap) == [b"Re: What changes for you"]
    with client_of(imap) as client:
        client.select("INBOX")
        client.store("1", "+FLAGS", r"\Deleted")
        client.expunge()
    assert read_bounces(settings(imap)) == "0 bounces taken, 0 other mails left there."
    assert db.session.scalars(select(BounceMailbox)).one().left_there == []


def test_trouble_with_the_mailbox_is_said_in_a_sentence(app, imap):
    where = where_of(imap)
    for url, words in (
        (imap.replace("s%2Fcret", "wrong"), "can’t be read: .*(?i:fail|invalid)"),
        (imap.replace("/INBOX", "/Nowhere"), "can’t be read: "),
        (imap.replace(str(where.port), "1"), "can’t be read: .*refused.*ENGAGEMENT_BOUNCE_MAILBOX"),
        (imap.replace("imap://", "pop3://"), "can’t be read: "),
        ("https://mail.example.com", "^Use imaps:// or pop3s://"),
    ):
        with pytest.raises(BadInput, match=words):
            read_bounces(settings(imap).model_copy(update={"bounce_mailbox": url}))
    assert read_bounces(settings("")) == "No mailbox is set, so none is read."


class Pop3(socketserver.StreamRequestHandler):
    """As much of POP3 as there is to a mailbox; what is deleted goes when the conversation ends."""

    mails: dict[str, bytes]

    def handle(self) -> None:
        gone: list[str] = []
        names = list(self.mails)
        self.say("+OK ready")
        for line in self.rfile:
            word, *rest = line.decode().split()
            name = names[int(rest[0]) - 1] if rest and rest[0].isdigit() else ""
            if word == "UIDL":
                self.say("+OK", *(f"{n} {each}" for n, each in enumerate(names, 1)), ".")
            elif word == "LIST":
                self.say(f"+OK {rest[0]} {len(self.mails[name])}")
            elif word == "RETR":
                self.say("+OK", *self.mails[name].decode().replace("\n.", "\n..").split("\n"), ".")
            elif word == "DELE":
                gone.append(name)
                self.say("+OK")
            else:
                self.say("+OK" if "wrong" not in rest else "-ERR no")
            if word == "QUIT":
                for each in gone:
                    del self.mails[each]
                return

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


@contextmanager
def pop3(mails: dict[str, bytes]) -> Iterator[str]:
    handler = type("Pop3", (Pop3,), {"mails": mails})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"pop3://bounces:secret@127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_pop3_mailbox_is_read_once_and_keeps_what_is_no_bounce(app):
    (row,) = sent()
    mails = {
        "a" * 70: written("exim_unknown_user", row),
        "b": written("a_person_answers"),
        "c": b"Subject: x\n\n" + b"y" * 3_000,
        "d": written("gmail_over_quota", row),
    }
    with pop3(mails) as url:
        assert read_bounces(settings(url)) == "1 bounce taken, 2 other mails left there."
        # What was deleted goes when the server has heard the end, which the reader doesn't wait for behind too long a line.
        wait_until(lambda: list(mails) == ["b", "c", "d"])
        assert suppression_of(row.address) is not None
        # After a line that can't be read the conversation ends, and the next one goes on behind it.
        assert read_bounces(settings(url)) == "1 bounce taken, 2 other mails left there."
        wait_until(lambda: list(mails) == ["b", "c"])
        with opened(url) as box, pytest.raises(TooLong):
            box.read(box.names()[1])
        with pytest.raises(BadInput, match="can’t be read: "):
            read_bounces(settings(url.replace("secret", "wrong")))
