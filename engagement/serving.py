"""Runs web server, scheduler and delivery, in one process or each alone, and stops them cleanly."""

import fcntl
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import structlog
from flask import Flask, url_for

from engagement import clock, sending
from engagement.accounts import queries
from engagement.accounts.links import rules as links
from engagement.db import db
from engagement.errors import BadInput
from engagement.listening import listening_server
from engagement.mail.mailbox.actions import start_mailbox
from engagement.mail.outbox.actions.delivering import STOP_WITHIN, Worker, deliver_until_empty, relay_of, unique_name
from engagement.mail.outbox.actions.pace import Pace
from engagement.mail.outbox.actions.writing import LinkFor
from engagement.mail.outbox.rules import Counts, Leaving, how_they_leave
from engagement.mail.queries import waiting_for_hours
from engagement.mail.signing.rules import Signature
from engagement.mail.wire.actions.transport import Transport
from engagement.pages.frame.body_limits import HR_FILE, limit_at_the_door
from engagement.pages.frame.hosts import trust_hosts
from engagement.processes import stop_event
from engagement.scheduler.running import start_clock
from engagement.sending import Orders
from engagement.settings import Settings

log = structlog.get_logger("engagement.serving")
THREADS = 8


def settings_of(app: Flask) -> Settings:
    settings: Settings = app.config["SETTINGS"]
    return settings


def link_maker(app: Flask) -> LinkFor:
    """Return what makes the links in messages of this application, as `sending.link_maker` says."""
    base, paths = settings_of(app).base_url, app.extensions["unknown_paths"]
    return sending.link_maker(str(app.config["SECRET_KEY"]), base, _opens(app), paths)


def _opens(app: Flask) -> str:
    """Return the address that a one-time link begins with."""
    with app.test_request_context():
        return settings_of(app).base_url + url_for("sign_in.open_link", token="")


def leaving_of(app: Flask) -> Leaving:
    """Return how messages leave by the settings."""
    return how_they_leave(settings_of(app).return_path, str(app.config["SECRET_KEY"]), app.extensions["signature"])


@contextmanager
def mail_server(app: Flask) -> Iterator[str]:
    """Yield the SMTP address to deliver to: the configured one, or the built-in mailbox, which runs inside the block.

    Raises BadInput when the mailbox's port is in use.
    """
    settings = settings_of(app)
    if not settings.uses_built_in_mailbox:
        yield settings.smtp_url
        return
    try:
        controller, url = start_mailbox(app.app_context, settings.mailbox_port)
    except OSError as error:
        raise BadInput(
            f"Port {settings.mailbox_port} for the built-in mailbox can’t be used: {error.strerror}. "
            "Choose another one with ENGAGEMENT_MAILBOX_PORT, or leave it out."
        ) from None
    try:
        yield url
    finally:
        controller.stop()


def orders_for(app: Flask, smtp_url: str, connections: int) -> Orders:
    """Return what a delivery worker of this application is told."""
    settings = settings_of(app)
    signature: Signature | None = app.extensions["signature"]
    return Orders(
        database_url=str(app.config["SQLALCHEMY_DATABASE_URI"]),
        smtp_url=smtp_url,
        mail_from=settings.mail_from,
        connections=connections,
        rate=settings.mail_rate,
        domain_rate=settings.mail_domain_rate,
        secret=str(app.config["SECRET_KEY"]),
        base=settings.base_url,
        opens=_opens(app),
        bare_paths=sorted(app.extensions["unknown_paths"]),
        return_path=settings.return_path,
        signature=[signature.key.decode(), signature.selector, signature.domain] if signature else [],
        log=settings.log.value,
    )


def make_worker(app: Flask, smtp_url: str, connections: int) -> Worker:
    """Return a delivery worker with this number of connections to the mail server; none of them is open yet."""
    return sending.worker_for(app, orders_for(app, smtp_url, connections))


def become_worker(app: Flask, connections: int) -> NoReturn:
    """Become a process that only delivers. Raises BadInput for an unusable sender or mail server before that."""
    orders = orders_for(app, settings_of(app).smtp_url, connections)
    sending.worker_for(app, orders)
    sending.become_worker(orders)


def deliver_all(app: Flask, smtp_url: str, progress: Callable[[Counts], None]) -> Counts:
    """Send everything that is due now and return the outcomes; inside an application context."""
    settings = settings_of(app)
    return deliver_until_empty(
        Transport(smtp_url),
        unique_name("deliver"),
        link_maker(app),
        settings.mail_from,
        pace=Pace(settings.mail_rate, relay_of(smtp_url), settings.mail_domain_rate),
        progress=progress,
        leaving=leaving_of(app),
    )


def what_waits(app: Flask) -> str:
    """Say how many people wait for their working hours and until when, "" for nobody; a later run sends to them."""
    waiting = waiting_for_hours(clock.now())
    if waiting.last_at is None:
        return ""
    timezone = settings_of(app).timezone
    verb = "waits" if waiting.number == 1 else "wait"
    until = f"{waiting.last_at.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M} {timezone}"
    return f"{waiting.number:,} {verb} for their working hours, the last until {until}."


def print_setup_link(app: Flask) -> None:
    """Print the link for making the first administrator, if nobody can sign in yet."""
    with app.app_context():
        if queries.any_account_exists():
            return
        token = links.setup_token(str(app.config["SECRET_KEY"]), secrets.token_hex(8))
        print(
            f"\nNobody can sign in yet. Make the first administrator within 24 hours at\n  {settings_of(app).base_url}/setup/{token}\n"
        )


def serve(app: Flask, host: str, port: int, *, with_clock: bool, with_delivery: bool) -> None:
    """Run web server, scheduler and delivery in one process until SIGINT or SIGTERM; then end within five seconds.

    Raises BadInput when the address is in use, or a setting for mail is unusable.
    """
    if "base_url" not in settings_of(app).model_fields_set:
        # Links in messages have to lead to the address of this process.
        app.config["SETTINGS"] = settings_of(app).model_copy(update={"base_url": own_address(host, port)})
    trust_hosts(app, settings_of(app), _own_host(host))
    server = _web_server(app, host, port)
    stop = stop_event()
    with mail_server(app) if with_delivery else nullcontext("") as smtp_url:
        worker = make_worker(app, smtp_url, settings_of(app).mail_connections) if with_delivery else None
        ticking = start_clock(app) if with_clock else None
        if worker:
            worker.start()
        web = threading.Thread(target=server.run, name="web", daemon=True)
        web.start()
        print_setup_link(app)
        if worker and settings_of(app).uses_built_in_mailbox:
            print(f"Mail stays on this machine, at {own_address(host, port)}/mailbox", flush=True)
        print(f"Serving on {_addresses(app, host, port)}. Ctrl-C ends it.", flush=True)
        while not stop.wait(0.2) and web.is_alive():
            pass
        if ticking:
            ticking.shutdown(wait=False)
        if worker:
            worker.stop()
        # Running requests are finished; those that still wait for a thread are not started.
        server.task_dispatcher.shutdown(timeout=STOP_WITHIN)
        server.close()


@contextmanager
def alone_on_sqlite() -> Iterator[None]:
    """Lock an SQLite file for one `flask serve` while the block lasts; the lock ends with the process in any case.

    Raises BadInput when another process has the lock.
    """
    file = db.engine.url.database
    if db.engine.dialect.name != "sqlite" or not file or file == ":memory:":
        yield
        return
    with Path(f"{file}.serving").open("a", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BadInput(
                f"Another flask serve runs on {file}. End it, or give this one another database with "
                "ENGAGEMENT_DATABASE_URL; many processes need PostgreSQL."
            ) from None
        yield


def own_address(host: str, port: int) -> str:
    """Return the address by which this machine reaches a server on `host`; only there can the mailbox be read."""
    own = _own_host(host)
    return f"http://[{own}]:{port}" if ":" in own else f"http://{own}:{port}"


def _own_host(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not listened on


def _addresses(app: Flask, host: str, port: int) -> str:
    """Say at which addresses pages are answered; requests with other host names are refused."""
    own, base = own_address(host, port), settings_of(app).base_url
    if base != own:
        return f"{own} for this machine, and {base} for everybody"
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not listened on
        return f"{own}, for this machine alone until ENGAGEMENT_BASE_URL says under which address others reach it"
    return own


def _web_server(app: Flask, host: str, port: int) -> Any:
    try:
        return listening_server(
            app,
            lambda path, cookies: limit_at_the_door(app, path, cookies),
            # Each address has its own limit; no address accepts more than this.
            most_bytes=HR_FILE + 1,
            host=host,
            port=port,
            threads=THREADS,
            ident=None,
            # Kept, to tell requests through a proxy from local ones; trusted only as the settings say.
            clear_untrusted_proxy_headers=False,
        )
    except OSError as error:
        another = f"for example with --port {port + 1 if port < 65535 else 8000}"
        raise BadInput(
            f"Port {port} on {host} can’t be used: {error.strerror}. Choose another one, {another}."
        ) from None
    except ValueError:
        raise BadInput(
            f"“{host}” is not an address of this machine. Choose one with --host, such as 0.0.0.0."
        ) from None
