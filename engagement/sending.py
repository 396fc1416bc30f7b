"""A delivery worker as a process of its own: it knows the outbox and the mail server, neither pages nor clock, so it stays small.

`flask worker` checks the settings, and then becomes this. It is told all it needs and reads no settings itself.
"""

import gc
import json
import os
import sys
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import NoReturn

from flask import Flask

from engagement import clock, logs
from engagement.accounts.links import rules as links
from engagement.accounts.rules import LINK_LIFETIME
from engagement.db import db
from engagement.engines import engine_options, prepare
from engagement.mail.outbox.actions.claiming import Claimed
from engagement.mail.outbox.actions.delivering import Worker, relay_of
from engagement.mail.outbox.actions.pace import Pace
from engagement.mail.outbox.actions.writing import Lapsed, LinkFor
from engagement.mail.outbox.rules import how_they_leave
from engagement.mail.signing.rules import signature_of
from engagement.processes import become, end_process, stop_event
from engagement.vocabulary import LogStyle


@dataclass(frozen=True)
class Orders:
    """What a delivery worker is told. `opens` is the address that a one-time link begins with, `bare_paths` get none; `signature` is
    a key, its selector and domain, or nothing."""

    database_url: str
    smtp_url: str
    mail_from: str
    connections: int
    rate: int
    domain_rate: int
    secret: str
    base: str
    opens: str
    bare_paths: list[str]
    return_path: str
    signature: list[str]
    log: str


def link_maker(secret: str, base: str, opens: str, bare_paths: Collection[str]) -> LinkFor:
    """Return the function that turns a path in a message into a one-time sign-in link for its recipient.

    A page that keeps its reader unknown gets its plain address: a link would identify the reader before the page opens.

    Links are made at the moment of sending, requested ones too, so that the database has none. A requested link is
    valid for 30 minutes from the request; a message that can't be sent within that time is not sent any more.
    """

    def link_for(delivery: Claimed, path: str) -> str:
        was_asked = links.SIGNS_IN in delivery.filled
        is_bare = delivery.person_id is None or path in bare_paths
        if is_bare and not was_asked:
            return base + path
        if was_asked and clock.now() > delivery.queued_at + LINK_LIFETIME:
            raise Lapsed("It was asked for more than 30 minutes ago, so it was not sent.")
        account_id = delivery.filled.get(links.SIGNS_IN)
        return opens + links.sign_in_token(
            secret,
            origin="asked" if was_asked else "message",
            nonce=links.nonce_of(delivery.id),
            leads_to=path,
            account_id=account_id,
            person_id=None if account_id is not None else delivery.person_id,
        )

    return link_for


def worker_for(app: Flask, orders: Orders) -> Worker:
    """Return the worker; none of its connections is open yet. Raises BadInput for an unusable sender or mail server."""
    signature = None
    if orders.signature:
        key, selector, domain = orders.signature
        signature = signature_of(key.encode(), selector, domain)
    return Worker(
        app.app_context,
        orders.smtp_url,
        link_maker(orders.secret, orders.base, orders.opens, frozenset(orders.bare_paths)),
        orders.mail_from,
        connections=orders.connections,
        pace=Pace(orders.rate, relay_of(orders.smtp_url), orders.domain_rate),
        leaving=how_they_leave(orders.return_path, orders.secret, signature),
    )


def become_worker(orders: Orders) -> NoReturn:
    """Become such a process, with the same number; the orders go through a pipe, for they hold secrets."""
    reading, writing = os.pipe()
    os.set_inheritable(reading, True)
    os.write(writing, json.dumps(asdict(orders)).encode())
    os.close(writing)
    become("engagement.sending", str(reading))


def main(reading: int) -> None:
    """Send until told to end."""
    with os.fdopen(reading) as told:
        orders = Orders(**json.load(told))
    logs.configure(LogStyle(orders.log))
    app = Flask("engagement")
    url = orders.database_url
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(url))
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
        stop = stop_event()
        worker = worker_for(app, orders)
        # What was loaded stays: looking it through for garbage again and again took 2 or 3 µs of each message.
        gc.freeze()
        worker.start()
        print("Delivering. Ctrl-C ends it.", flush=True)
        while not stop.wait(0.2):
            pass
        worker.stop()
        end_process()


if __name__ == "__main__":
    main(int(sys.argv[1]))
