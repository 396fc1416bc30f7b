"""What a single setting has to be beyond its type; `settings` checks what several have to be together."""

import re
from collections.abc import Callable
from email.utils import parseaddr
from urllib.parse import urlsplit

from engagement.days.local_time import check_zone
from engagement.days.working_days import check_country
from engagement.errors import BadInput

#: How the mailbox of bounces may be read.
MAILBOXES = ("imaps", "imap+starttls", "imap", "pop3s", "pop3+starttls", "pop3")
SHORTEST_TOKEN = 16


def _known_zone(value: str) -> str:
    return _accepted(check_zone, value, f"“{value}” is not an IANA time zone; use a name such as Europe/London")


def _whole_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"“{value}” is not a web address; use one such as https://engagement.example.com")
    return value.rstrip("/")


def _port_in_numbers(value: str) -> str:
    try:
        _ = urlsplit(value).port
    except ValueError:
        raise ValueError("the port after the host has to be a number from 0 to 65535") from None
    return value


def _sender_with_address(value: str) -> str:
    address = parseaddr(value)[1]
    if not all(address.rpartition("@")) or not value.isprintable():
        raise ValueError(f"“{value}” is not a sender; write it as Engagement <engagement@example.com>")
    return value


def _inbox_address(value: str) -> str:
    local, _, domain = value.strip().rpartition("@")
    if value and (not local or not domain or "+" in local or any(c.isspace() for c in value.strip())):
        raise ValueError(f"“{value}” is no address for mail that comes in; use one such as engagement@example.com")
    return value.strip().lower()


def _address_of_bounces(value: str) -> str:
    local, _, domain = value.strip().rpartition("@")
    is_address = local and domain and "*" not in domain and not any(c.isspace() or c in "<>" for c in value.strip())
    if value and (not is_address or local.count("*") > 1):
        raise ValueError(
            f"“{value}” is no address for bounces; use one such as bounces@example.com or bounces+*@example.com"
        )
    return value.strip().lower()


def _known_mail_scheme(value: str) -> str:
    if value and (urlsplit(value).scheme not in ("smtp", "smtp+starttls", "smtps") or not urlsplit(value).hostname):
        raise ValueError("use smtp://, smtp+starttls:// or smtps:// with a host, such as smtps://mail.example.com:465")
    return value


def _known_mailbox(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in MAILBOXES or not parts.hostname or not parts.username):
        raise ValueError(
            "use imaps:// or pop3s:// with user, password and host, such as imaps://user:password@mail.example.com/INBOX"
        )
    return value


def _known_database(value: str) -> str:
    if value.startswith(("postgres://", "postgresql://")):
        return "postgresql+psycopg://" + value.split("://", 1)[1]
    if value and not value.startswith(("sqlite:", "postgresql+psycopg://")):
        raise ValueError("use postgresql://user:password@host/database, or sqlite:///file.db")
    return value


def _language_tag(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
        raise ValueError(f"“{value}” is not a language; use a tag such as en or pt-BR")
    return value


def _known_holidays(value: str) -> str:
    refusal = f"the holidays of “{value}” are not known; use a code such as GB, GB-ENG or DE"
    return _accepted(check_country, value, refusal)


def _hours_in_order(value: str) -> str:
    start, _, end = value.partition("-")
    well_formed = all(len(p) == 5 and p[2] == ":" and (p[:2] + p[3:]).isdigit() for p in (start, end))
    if not well_formed or not "00:00" <= start < end <= "23:59":
        raise ValueError(f"“{value}” are not working hours; write them as 09:00-17:00")
    return value


def _hard_to_guess(value: str) -> str:
    if value and (len(value) < SHORTEST_TOKEN or not value.isascii() or not value.isprintable() or " " in value):
        raise ValueError(f"use at least {SHORTEST_TOKEN} random letters, digits and signs, without blanks")
    return value


def _name_in_dns(value: str) -> str:
    if value and not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?", value):
        raise ValueError(f"“{value}” can’t stand in DNS; use letters, digits, hyphens and dots")
    return value.lower()


def _accepted(check: Callable[[str], str], value: str, refusal: str) -> str:
    try:
        return check(value)
    except BadInput:
        raise ValueError(refusal) from None


#: What a value has to be beyond its type: each returns it as it is used, or raises ValueError with what is wrong.
CHECKS: dict[str, tuple[Callable[[str], str], ...]] = {
    "base_url": (_whole_url,),
    "bounce_mailbox": (_port_in_numbers, _known_mailbox),
    "bounce_secret": (_hard_to_guess,),
    "database_url": (_port_in_numbers, _known_database),
    "dkim_domain": (_name_in_dns,),
    "dkim_selector": (_name_in_dns,),
    "holidays": (_known_holidays,),
    "language": (_language_tag,),
    "mail_from": (_sender_with_address,),
    "mail_in": (_inbox_address,),
    "metrics_token": (_hard_to_guess,),
    "return_path": (_address_of_bounces,),
    "smtp_url": (_port_in_numbers, _known_mail_scheme),
    "timezone": (_known_zone,),
    "working_hours": (_hours_in_order,),
}
