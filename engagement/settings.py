"""Every setting of the service: read from the environment, `.env` or `X_FILE`, and checked before anything starts."""

from dataclasses import Field, dataclass, field, fields
from email.utils import parseaddr
from enum import StrEnum
from typing import Any
from urllib.parse import unquote, urlsplit

from engagement.environment import PREFIX, read_value, refuse_unknown_names, take_secrets_from_files, texts_of
from engagement.errors import BadInput
from engagement.setting_checks import CHECKS
from engagement.vocabulary import LogStyle

SHORTEST_SECRET = 32


class Environment(StrEnum):
    """Where the service runs; production refuses things that are only safe on one's own machine."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Outside(StrEnum):
    """What happens to an anonymous concern sent without signing in."""

    COUNTED = "counted"
    UNCOUNTED = "uncounted"
    CLOSED = "closed"


def _whole(default: int, least: int = 0, most: int | None = None) -> int:
    """Return the field of a whole number with its limits."""
    return field(default=default, metadata={"least": least, "most": most})


@dataclass(frozen=True)
class Settings:
    """The settings, each named `ENGAGEMENT_<NAME>` in capitals; a test compares the README's table with this class.

    `read_settings` checks them; `given` has the names of those that were not left as they are here.
    """

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
    mail_rate: int = _whole(0)
    mail_domain_rate: int = _whole(0)
    mail_connections: int = _whole(4, 1, 50)
    mailbox_port: int = _whole(0, 0, 65535)
    lateness_limit: int = _whole(24)
    timezone: str = "Europe/London"
    language: str = "en"
    working_hours: str = "09:00-17:00"
    holidays: str = "GB-ENG"
    anonymity_floor: int = _whole(5, 3)
    concerns_from_outside: Outside = Outside.COUNTED
    concerns_per_place: int = _whole(30, 1)
    attempts_per_address: int = _whole(10, 3)
    attempts_per_place: int = _whole(60, 10)
    demo_password: str = ""
    log: LogStyle = LogStyle.CONSOLE
    instance_path: str = "instance"
    trusted_proxies: int = _whole(0, 0, 5)
    trusted_hosts: str = ""
    metrics_token: str = ""
    given: frozenset[str] = frozenset()

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


#: The settings by name.
SETTINGS: dict[str, Field[Any]] = {each.name: each for each in fields(Settings) if each.name != "given"}


def read_settings(env_file: str | None = ".env", **overrides: object) -> Settings:
    """Read and check all settings; `overrides` take precedence (tests).

    Raises BadInput with one sentence that names the first invalid setting.
    """
    refuse_unknown_names(SETTINGS, env_file)
    take_secrets_from_files()
    given = texts_of(SETTINGS, env_file) | overrides
    values: dict[str, Any] = {name: _checked(SETTINGS[name], given[name]) for name in SETTINGS if name in given}
    settings = Settings(**values, given=frozenset(values))
    _check_signature(settings)
    _check_production(settings)
    return settings


def _checked(setting: Field[Any], given: object) -> object:
    """Return the value of a setting from its text. Raises BadInput with the setting's name and what is wrong."""
    try:
        value: Any = read_value(setting.type, given, **setting.metadata)
        for check in CHECKS.get(setting.name, ()):
            value = check(value)
    except ValueError as error:
        raise BadInput(f"{PREFIX}{setting.name.upper()}: {error}.") from None
    return value


def _check_signature(settings: Settings) -> None:
    """Refuse a key without a selector, and a domain that is not the sender's."""
    if settings.dkim_key and not settings.dkim_selector:
        raise BadInput(
            "ENGAGEMENT_DKIM_SELECTOR is missing; set the name under which DNS has the key, such as engagement."
        )
    if settings.dkim_key and not f".{settings.sender_domain}".endswith(f".{settings.signs_for}"):
        raise BadInput(
            f"ENGAGEMENT_DKIM_DOMAIN has to be {settings.sender_domain}, the domain of the sender, or one above it."
        )


def _check_production(settings: Settings) -> None:
    """Refuse in production what is only safe on one's own machine."""
    if not settings.is_production:
        return
    if len(settings.secret_key) < SHORTEST_SECRET or len(set(settings.secret_key)) < 10:
        raise BadInput(
            "ENGAGEMENT_SECRET_KEY is missing or weak; set at least 32 random characters, for example the output "
            "of: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'."
        )
    if settings.base_url.startswith("http://") and not settings.allow_http:
        raise BadInput(
            "ENGAGEMENT_BASE_URL is plain http; use https, or set ENGAGEMENT_ALLOW_HTTP=true inside a closed network."
        )
    if not settings.smtp_url:
        raise BadInput("ENGAGEMENT_SMTP_URL is missing; production has no built-in mailbox.")
