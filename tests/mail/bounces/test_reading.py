"""What mail servers write, read: forty mails after the shapes of those that the world runs, each with its one meaning."""

from datetime import date, timedelta

import pytest
from mail.bounces.bounced import NAMES, written

from engagement.mail.bounces.rules.causes import Cause, Weight, cause_of, is_enough
from engagement.mail.bounces.rules.reading import LONGEST_KEPT, Sort, read_returned

AUTOMATIC, OTHER = Sort.AUTOMATIC, Sort.OTHER
#: What each is: a cause with its code, an automatic answer, or what a person wrote.
MEANINGS = {
    "a_person_answers": OTHER,
    "away_autoreply": AUTOMATIC,
    "away_english": AUTOMATIC,
    "away_french": AUTOMATIC,
    "away_german": AUTOMATIC,
    "away_spanish": AUTOMATIC,
    "away_vacation": AUTOMATIC,
    "base64_report": (Cause.NO_MAILBOX, "5.1.1"),
    "complaint": (Cause.COMPLAINT, ""),
    "exchange_full": (Cause.FULL, "5.2.2"),
    "exchange_not_found": (Cause.NO_MAILBOX, "5.1.1"),
    "exchange_old": (Cause.NO_MAILBOX, ""),
    "exim_report_full": (Cause.FULL, "5.0.0"),
    "exim_unknown_user": (Cause.NO_MAILBOX, ""),
    "exim_warning": (Cause.DELAYED, ""),
    "gmail_no_account": (Cause.NO_MAILBOX, "5.1.1"),
    "gmail_no_domain": (Cause.NO_DOMAIN, "4.0.0"),
    "gmail_over_quota": (Cause.FULL, "4.2.2"),
    "notes_not_listed": (Cause.NO_MAILBOX, "5.0.0"),
    "outlook_com_blocked": (Cause.UNWANTED, "5.7.1"),
    "outlook_com_denied": (Cause.NO_MAILBOX, "5.4.1"),
    "postfix_delayed": (Cause.DELAYED, "4.4.1"),
    "postfix_delivered": AUTOMATIC,
    "postfix_expired": (Cause.UNREACHABLE, "4.4.1"),
    "postfix_greylisted_to_the_end": (Cause.LATER, "4.7.1"),
    "postfix_mailbox_full": (Cause.FULL, "5.2.2"),
    "postfix_no_domain": (Cause.NO_DOMAIN, "5.4.4"),
    "postfix_relay_denied": (Cause.UNWANTED, "5.7.1"),
    "postfix_too_large": (Cause.TOO_LARGE, "5.3.4"),
    "postfix_unknown_user": (Cause.NO_MAILBOX, "5.1.1"),
    "postfix_verp": (Cause.NO_MAILBOX, "5.1.1"),
    "qmail_full": (Cause.FULL, ""),
    "qmail_no_mailbox": (Cause.NO_MAILBOX, "5.1.1"),
    "sendmail_unknown": (Cause.NO_MAILBOX, "5.1.1"),
    "sendmail_warning": (Cause.DELAYED, "4.4.1"),
    "ses_no_mailbox": (Cause.NO_MAILBOX, "5.1.1"),
    "ses_suppressed": (Cause.UNREACHABLE, "4.4.7"),
    "spam_refused": (Cause.UNWANTED, "5.0.0"),
    "unreadable_notice": (Cause.UNREADABLE, ""),
    "yahoo_discontinued": (Cause.CLOSED, ""),
    "yahoo_no_account": (Cause.NO_MAILBOX, ""),
}


def test_every_text_of_the_folder_has_a_meaning():
    assert sorted(MEANINGS) == NAMES
    assert sum(isinstance(meaning, tuple) for meaning in MEANINGS.values()) > 30


@pytest.mark.parametrize("name", NAMES)
def test_a_mail_says_what_it_means(name):
    read = read_returned(written(name))
    meaning = MEANINGS[name]
    if not isinstance(meaning, tuple):
        assert (read.sort, read.returned) == (meaning, None)
        return
    found = read.returned
    assert (read.sort, found.cause, found.status) == (Sort.BOUNCE, *meaning)
    is_known = name != "unreadable_notice"
    assert (found.address, found.named) == (("ada@example.net", ((41, "19d8b3c7a00"),)) if is_known else ("", ()))
    # What came back with it has the links of its reader in it.
    assert "engagement.example.com/enter" not in found.text
    assert "Message-ID: <41." not in found.text


def test_the_kept_words_are_those_of_the_server():
    text = read_returned(written("postfix_unknown_user")).returned.text
    assert text.startswith(
        "Subject: Undelivered Mail Returned to Sender\n\nThis is the mail system at host mail.example.com."
    )
    assert "Diagnostic-Code: smtp; 550 5.1.1 <ada@example.net>: Recipient address rejected" in text


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00\x01",
        b"From: MAILER-DAEMON@x\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nAction:",
        b"From: mailer-daemon@x\nContent-Type: text/plain; charset=nonsense\nContent-Transfer-Encoding: base64\n\n\xff=\n",
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 5_000,
        b"From: MAILER-DAEMON@example.net\nSubject: failure notice\n\n" + b"x" * 400_000,
    ],
)
def test_nonsense_is_read_without_a_fault_and_without_a_verdict(raw):
    read = read_returned(raw)
    assert read.returned is None or read.returned.cause in (Cause.UNREADABLE, Cause.DELAYED)
    assert read.returned is None or len(read.returned.text) <= LONGEST_KEPT + 60


def test_what_servers_say_decides_where_the_code_is_vague():
    said = {
        ("5.0.0", "552 Requested mail action aborted: exceeded storage allocation; mailbox full"): Cause.FULL,
        ("5.7.1", "550 5.7.1 Unable to relay"): Cause.UNWANTED,
        ("5.7.1", "no such user here"): Cause.NO_MAILBOX,
        ("5.2.1", "The user you are trying to contact is receiving mail too quickly"): Cause.LATER,
        ("5.2.1", "The account of this user was switched off"): Cause.CLOSED,
        ("4.1.1", "450 unknown user, try later"): Cause.LATER,
        ("", "550 something went wrong"): Cause.UNCLEAR,
        ("", "Host or domain name not found. Name service error, try again"): Cause.NO_DOMAIN,
        ("5.1.10", ""): Cause.NO_MAILBOX,
        ("5.4.6", "mail loop"): Cause.UNREACHABLE,
    }
    assert {key: cause_of(*key) for key in said} == said
    assert cause_of("5.1.1", "user unknown", was_refused=False) is Cause.DELAYED


def test_what_a_server_put_off_is_never_for_good():
    for text in ("user unknown", "account disabled", "no such user", "mailbox unavailable"):
        assert cause_of("4.3.0", text).weight is Weight.SOFT


def test_soft_bounces_count_by_day_and_go_out_of_date():
    today = date(2026, 4, 14)
    ago = [today - timedelta(days=days) for days in (0, 10, 50, 89)]
    assert is_enough(ago, today)
    assert not is_enough(ago, today + timedelta(days=1))
    assert not is_enough([today] * 9, today)
    assert not is_enough(ago[1:] * 2, today)
