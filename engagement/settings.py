"""Every setting of the service: read from the environment, `.env` or `X_FILE`, and checked before anything starts."""

import re
from collections.abc import Callable
from email.utils import parseaddr
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from engagement.days.local_time import check_zone
from engagement.days.working_days import check_country
from engagement.environment import PREFIX, reason_of, refuse_unknown_names, take_secrets_from_files
from engagement.errors import BadInput
from engagement.vocabulary import LogStyle

#: How the mailbox of bounces may be read.
MAILBOXES = ("imaps", "imap+starttls", "imap", "pop3s", "pop3+starttls", "pop3")
SHORTEST_SECRET = 32
SHORTEST_TOKEN = 16


class Environment(StrEnum):
    """Where the service runs; production refuses things that are only safe on one's own machine."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Outside(StrEnum):
    """What happens to an anonymous concern sent without signing in."""

    COUNTED = "counted"
    UNCOUNTED = "uncounted"
    CLOSED = "closed"


class Settings(BaseSettings):
    """The settings, each named `ENGAGEMENT_<NAME>` in capitals; a test compares the README's table with this class."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", extra="ignore")

    env: Environment = Environment.DEVELOPMENT
    database_url: str = ""
    secret_key: str = ""
    base_url: str = "http://127.0.0.1:8000"
    allow_http: bool = False
    organisation: str = "Your organisation"
    smtp_url: str = ""
    mail_from: str = "Engagement <engagement@example.com>"
    mail_in: str = ""
    return_path: str = ""
    bounce_mailbox: str = ""
    bounce_secret: str = ""
    dkim_key: str = ""
    dkim_selector: str = ""
    dkim_domain: str = ""
    mail_rate: int = Field(default=0, ge=0)
    mail_domain_rate: int = Field(default=0, ge=0)
    mail_connections: int = Field(default=4, ge=1, le=50)
    mailbox_port: int = Field(default=0, ge=0, le=65535)
    lateness_limit: int = Field(default=24, ge=0)
    timezone: str = "Europe/London"
    language: str = "en"
    working_hours: str = "09:00-17:00"
    holidays: str = "GB-ENG"
    anonymity_floor: int = Field(default=5, ge=3)
    concerns_from_outside: Outside = Outside.COUNTED
    concerns_per_place: int = Field(default=30, ge=1)
    attempts_per_address: int = Field(default=10, ge=3)
    attempts_per_place: int = Field(default=60, ge=10)
    demo_password: str = ""
    log: LogStyle = LogStyle.CONSOLE
    instance_path: str = "instance"
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    trusted_hosts: str = ""
    metrics_token: str = ""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return _checked(check_zone, value, f"“{value}” is not an IANA time zone; use a name such as Europe/London")

    @field_validator("base_url")
    @classmethod
    def _whole_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"“{value}” is not a web address; use one such as https://engagement.example.com")
        return value.rstrip("/")

    @field_validator("smtp_url", "bounce_mailbox", "database_url")
    @classmethod
    def _port_in_numbers(cls, value: str) -> str:
        try:
            _ = urlsplit(value).port
        except ValueError:
            raise ValueError("the port after the host has to be a number from 0 to 65535") from None
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender_with_address(cls, value: str) -> str:
        address = parseaddr(value)[1]
        if not all(address.rpartition("@")) or not value.isprintable():
            raise ValueError(f"“{value}” is not a sender; write it as Engagement <engagement@example.com>")
        return value

    @field_validator("mail_in")
    @classmethod
    def _inbox_address(cls, value: str) -> str:
        local, _, domain = value.strip().rpartition("@")
        if value and (not local or not domain or "+" in local or any(c.isspace() for c in value.strip())):
            raise ValueError(f"“{value}” is no address for mail that comes in; use one such as engagement@example.com")
        return value.strip().lower()

    @field_validator("return_path")
    @classmethod
    def _address_of_bounces(cls, value: str) -> str:
        local, _, domain = value.strip().rpartition("@")
        is_address = local and domain and "*" not in domain and not any(c.isspace() or c in "<>" for c in value.strip())
        if value and (not is_address or local.count("*") > 1):
            raise ValueError(
                f"“{value}” is no address for bounces; use one such as bounces@example.com or bounces+*@example.com"
            )
        return value.strip().lower()

    @field_validator("smtp_url")
    @classmethod
    def _known_mail_scheme(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("smtp", "smtp+starttls", "smtps") or not urlsplit(value).hostname):
            raise ValueError(
                "use smtp://, smtp+starttls:// or smtps:// with a host, such as smtps://mail.example.com:465"
            )
        return value

    @field_validator("bounce_mailbox")
    @classmethod
    def _known_mailbox(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in MAILBOXES or not parts.hostname or not parts.username):
            raise ValueError(
                "use imaps:// or pop3s:// with user, password and host, such as imaps://user:password@mail.example.com/INBOX"
            )
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value.startswith(("postgres://", "postgresql://")):
            return "postgresql+psycopg://" + value.split("://", 1)[1]
        if value and not value.startswith(("sqlite:", "postgresql+psycopg://")):
            raise ValueError("use postgresql://user:password@host/database, or sqlite:///file.db")
        return value

    @field_validator("language")
    @classmethod
    def _language_tag(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
            raise ValueError(f"“{value}” is not a language; use a tag such as en or pt-BR")
        return value

    @field_validator("holidays")
    @classmethod
    def _known_holidays(cls, value: str) -> str:
        refusal = f"the holidays of “{value}” are not known; use a code such as GB, GB-ENG or DE"
        return _checked(check_country, value, refusal)

    @field_validator("working_hours")
    @classmethod
    def _hours_in_order(cls, value: str) -> str:
        start, _, end = value.partition("-")
        well_formed = all(len(p) == 5 and p[2] == ":" and (p[:2] + p[3:]).isdigit() for p in (start, end))
        if not well_formed or not "00:00" <= start < end <= "23:59":
            raise ValueError(f"“{value}” are not working hours; write them as 09:00-17:00")
        return value

    @field_validator("metrics_token", "bounce_secret")
    @classmethod
    def _hard_to_guess(cls, value: str) -> str:
        if value and (len(value) < SHORTEST_TOKEN or not value.isascii() or not value.isprintable() or " " in value):
            raise ValueError(f"use at least {SHORTEST_TOKEN} random letters, digits and signs, without blanks")
        return value

    @field_validator("dkim_selector", "dkim_domain")
    @classmethod
    def _name_in_dns(cls, value: str) -> str:
        if value and not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?", value):
            raise ValueError(f"“{value}” can’t stand in DNS; use letters, digits, hyphens and dots")
        return value.lower()

    @model_validator(mode="after")
    def _signs_for_its_sender(self) -> "Settings":
        if self.dkim_key and not self.dkim_selector:
            raise ValueError(
                "ENGAGEMENT_DKIM_SELECTOR is missing; set the name under which DNS has the key, such as engagement"
            )
        if self.dkim_key and not f".{self.sender_domain}".endswith(f".{self.signs_for}"):
            raise ValueError(
                f"ENGAGEMENT_DKIM_DOMAIN has to be {self.sender_domain}, the domain of the sender, or one above it"
            )
        return self

    @model_validator(mode="after")
    def _safe_in_production(self) -> "Settings":
        if self.env is Environment.PRODUCTION:
            if len(self.secret_key) < SHORTEST_SECRET or len(set(self.secret_key)) < 10:
                raise ValueError(
                    "ENGAGEMENT_SECRET_KEY is missing or weak; set at least 32 random characters, for example the output "
                    "of: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
                )
            if self.base_url.startswith("http://") and not self.allow_http:
                raise ValueError(
                    "ENGAGEMENT_BASE_URL is plain http; use https, or set ENGAGEMENT_ALLOW_HTTP=true inside a closed network"
                )
            if not self.smtp_url:
                raise ValueError("ENGAGEMENT_SMTP_URL is missing; production has no built-in mailbox")
        return self

    @property
    def is_production(self) -> bool:
        """Whether demonstration accounts and the built-in mailbox are refused."""
        return self.env is Environment.PRODUCTION

    @property
    def sender_domain(self) -> str:
        """The domain of the sender."""
        return parseaddr(self.mail_from)[1].rpartition("@")[2].lower()

    @property
    def signs_for(self) -> str:
        """The domain in whose name messages are signed."""
        return self.dkim_domain or self.sender_domain

    @property
    def host(self) -> str:
        """The host name in the base URL, which requests must use."""
        return unquote(urlsplit(self.base_url).hostname or "")

    @property
    def more_hosts(self) -> list[str]:
        """Further host names that requests may use, from a comma-separated list."""
        return [host.strip() for host in self.trusted_hosts.split(",") if host.strip()]

    @property
    def uses_built_in_mailbox(self) -> bool:
        """Whether mail goes to the mailbox on loopback because no mail server is set."""
        return not self.smtp_url


def _checked(check: Callable[[str], str], value: str, refusal: str) -> str:
    try:
        return check(value)
    except BadInput:
        raise ValueError(refusal) from None


def read_settings(**overrides: object) -> Settings:
    """Read and check all settings; `overrides` take precedence (tests).

    Raises BadInput with one sentence that names the first invalid setting.
    """
    refuse_unknown_names(Settings.model_fields, overrides.get("_env_file", ".env"))
    take_secrets_from_files()
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper() if first["loc"] else ""
        reason = reason_of(first)
        raise BadInput(f"{name}: {reason}." if name else f"{reason}.") from None
