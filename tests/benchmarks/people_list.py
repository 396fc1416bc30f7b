"""Measures the people list against a bare Flask page with sign-in and one query, under the same server, in one run.

    python tests/benchmarks/people_list.py --people 100000 --engine postgresql

Both are served by waitress with the same threads and asked by the same number of clients in turn. The bare page loads its
reader with Flask-Login, reads fifty people with one SELECT and writes them into a plain table.
"""

import argparse
import http.client
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE), str(HERE.parent)]

from factories import PASSWORD, make_account  # noqa: E402
from flask import Flask, render_template_string  # noqa: E402
from flask_login import LoginManager, UserMixin, login_required, login_user  # noqa: E402
from shared.grounds import application, database, fill_directory  # noqa: E402
from sqlalchemy import event, select  # noqa: E402
from waitress.server import create_server  # noqa: E402

from engagement.accounts.models import Account  # noqa: E402
from engagement.accounts.rules import Role  # noqa: E402
from engagement.db import db  # noqa: E402
from engagement.people.models import Person  # noqa: E402

CLIENTS, SECONDS, ROUNDS = 4, 3.0, 3
PAGE = (
    "<!doctype html><title>People</title><table>{% for p in people %}<tr><td>{{ p.name }}</td><td>{{ p.email }}</td>"
    "<td>{{ p.job_title }}</td></tr>{% endfor %}</table>"
)


class Known(UserMixin):
    """The reader of the bare page."""

    def __init__(self, account: Account) -> None:
        self.id = account.id


def bare_page(app: Flask) -> Flask:
    """Return the yardstick: an application of its own on the same database."""
    bare = Flask("bare")
    bare.config.update(
        SECRET_KEY="bare",
        SQLALCHEMY_DATABASE_URI=app.config["SQLALCHEMY_DATABASE_URI"],
        SQLALCHEMY_ENGINE_OPTIONS=app.config["SQLALCHEMY_ENGINE_OPTIONS"],
    )
    db.init_app(bare)
    login = LoginManager(bare)
    login.user_loader(lambda key: Known(db.session.get(Account, int(key))))

    @bare.post("/login")
    def sign_in() -> str:
        login_user(Known(db.session.scalars(select(Account)).first()))
        return ""

    @bare.get("/people")
    @login_required
    def people() -> str:
        listed = db.session.scalars(select(Person).order_by(Person.last_name, Person.first_name, Person.id).limit(50))
        return render_template_string(PAGE, people=list(listed))

    return bare


class Served:
    """One application on a free port, with a cookie that is signed in."""

    def __init__(self, app: Flask, form: str) -> None:
        self.server = create_server(app, host="127.0.0.1", port=0, threads=CLIENTS)
        self.port = int(self.server.effective_port)
        threading.Thread(target=self.server.run, daemon=True).start()
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("POST", "/login", form, {"Content-Type": "application/x-www-form-urlencoded"})
        self.cookie = str(connection.getresponse().getheader("Set-Cookie")).split(";")[0]

    def pace(self, path: str) -> float:
        """Return how many requests a second it answers."""
        counts = [0] * CLIENTS
        until = time.perf_counter() + SECONDS

        def ask(n: int) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port)
            while time.perf_counter() < until:
                connection.request("GET", path, headers={"Cookie": self.cookie})
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200, answer.status
                counts[n] += 1

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(counts) / SECONDS


def served(app: Flask) -> Served:
    """Return the service as its change manager asks it."""
    return Served(app, f"email=ines@example.com&password={PASSWORD.replace(' ', '+')}")


def paces(ours: tuple[Served, str], bare: tuple[Served, str]) -> tuple[float, float]:
    """Return the pace of our page and that of the bare one, asked in turn: those of the round with the middle ratio."""
    pairs = [(ours[0].pace(ours[1]), bare[0].pace(bare[1])) for _ in range(ROUNDS)]
    return sorted(pairs, key=lambda pair: pair[0] / pair[1])[ROUNDS // 2]


def statements_of(app: Flask, served: Served, path: str) -> int:
    """Return how many statements one request executes."""
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
    connection = http.client.HTTPConnection("127.0.0.1", served.port)
    connection.request("GET", path, headers={"Cookie": served.cookie})
    connection.getresponse().read()
    with app.app_context():
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def measure(people: int, engine: str) -> float:
    """Print both paces, their ratio and the number of statements; return our requests a second."""
    with database(engine) as url, application(url) as app:
        fill_directory(people)
        make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER)
        db.session.commit()
        app.config["WTF_CSRF_ENABLED"] = False
        ours, bare = served(app), Served(bare_page(app), "")
        mine, theirs = paces((ours, "/people"), (bare, "/people"))
        print(
            f"{engine}: people list of {people:,}: {mine:.0f} requests/s; bare page {theirs:.0f}; {mine / theirs:.2f} of its "
            f"pace (≥ 0.5); {statements_of(app, ours, '/people')} statements (≤ 3)"
        )
        return mine


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    asked = parser.parse_args()
    for engine in ("sqlite", "postgresql") if asked.engine == "both" else (asked.engine,):
        small, large = measure(asked.people // 10, engine), measure(asked.people, engine)
        print(f"{engine}: ten times the people cost {small / large:.2f} × (≤ 1.5)")
