"""What machines ask of the service: whether it lives, whether it is ready, and its figures."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import text

from engagement import VERSION, clock
from engagement.db import db
from engagement.mail.queries import due_count, outbox_counts
from engagement.pages.frame.guard import is_unknown, open_to_all
from engagement.pages.frame.machine import may_read_metrics
from engagement.revisions import known_revisions, revision_of
from engagement.scheduler.running import clock_stands_still, last_tick, line_states

blueprint = Blueprint("operation", __name__)
# Each process counts in a file of its own in the instance folder, so any of them can answer for all of this machine.
values.ValueClass = values.MultiProcessValue()
COUNTED_IN = "PROMETHEUS_MULTIPROC_DIR"
REQUESTS = Counter("engagement_requests", "Answered requests", ["method", "endpoint", "status"], registry=None)
SECONDS = Histogram("engagement_request_seconds", "Time to answer", ["endpoint"], registry=None)


def count_requests(app: Flask) -> None:
    """Count each answer by endpoint; pages for speaking without a name are left out."""
    folder = Path(app.instance_path) / "metrics"
    folder.mkdir(mode=0o700, exist_ok=True)
    if COUNTED_IN not in os.environ:
        os.environ[COUNTED_IN] = str(folder)
        if not any(_is_alive(file) for file in folder.glob("*.db")):
            for file in folder.glob("*.db"):
                file.unlink(missing_ok=True)
    app.after_request(_count)


def _is_alive(file: Path) -> bool:
    """Return whether the process that counts in a file still runs. Files of ended processes count until all have ended."""
    number = file.stem.rpartition("_")[2]
    return number.isdigit() and Path(f"/proc/{number}").exists()


def _count(response: Response) -> Response:
    endpoint = request.endpoint or "unknown"
    if not is_unknown() and not endpoint.startswith(("static", "bootstrap")):
        REQUESTS.labels(request.method, endpoint, str(response.status_code)).inc()
        SECONDS.labels(endpoint).observe(max(0.0, _seconds_since_begin()))
    return response


def _seconds_since_begin() -> float:
    return time.perf_counter() - float(g.get("began", time.perf_counter()))


@blueprint.get("/healthz")
@open_to_all("a probe has no account")
def healthz() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "alive"}


@blueprint.get("/readyz")
@open_to_all("a probe has no account")
def readyz() -> tuple[dict[str, str], int]:
    """Say whether database, migrations and clock are in order; 503 with the reason if one is not."""
    found = {"database": "ok", "migrations": "ok", "clock": "ok"}
    try:
        db.session.execute(text("SELECT 1"))
        if not migrations_are_applied():
            found["migrations"] = "behind: run flask db upgrade"
        elif clock_stands_still():
            found["clock"] = "no line of the timetable has run lately"
    except Exception:
        db.session.rollback()
        found = {"database": "cannot be reached", "migrations": "unknown", "clock": "unknown"}
    return found, 200 if set(found.values()) == {"ok"} else 503


def migrations_are_applied() -> bool:
    """Return whether the database has the newest migration."""
    return revision_of(db.session.connection()) == known_revisions()[0]


@blueprint.get("/metrics")
@open_to_all("scraped by a collector, which has no account but a token, or asks on the machine itself")
def metrics() -> Response:
    """Return the figures in the text format of Prometheus; those of outbox and clock are read now."""
    if not may_read_metrics():
        return Response(
            "Figures are read with the token of ENGAGEMENT_METRICS_TOKEN, or on the machine itself.\n",
            401,
            {"WWW-Authenticate": "Bearer"},
            mimetype="text/plain",
        )
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=os.environ[COUNTED_IN])
    registry.register(_AtThisMoment())
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")


class _AtThisMoment(Collector):
    """Figures from the database, read when they are asked for; the same in all processes."""

    def collect(self) -> Iterator[GaugeMetricFamily | InfoMetricFamily]:
        yield InfoMetricFamily("engagement", "The version of the service", {"version": VERSION})
        outbox = GaugeMetricFamily("engagement_outbox", "Messages by state", labels=["state"])
        for state, number in outbox_counts().items():
            outbox.add_metric([state.value], number)
        yield outbox
        yield GaugeMetricFamily("engagement_outbox_due", "Messages that may be sent now", due_count(clock.now()))
        tick = last_tick()
        age = (clock.now() - tick).total_seconds() if tick else float("inf")
        yield GaugeMetricFamily("engagement_clock_age_seconds", "Seconds since a line of the timetable began", age)
        failed = GaugeMetricFamily(
            "engagement_job_failed", "Whether the last run of a line ended with an error", labels=["line"]
        )
        alone = GaugeMetricFamily(
            "engagement_job_set_aside", "Things that a line has set aside after a fault", labels=["line"]
        )
        for line in line_states():
            failed.add_metric([line.name], line.has_failed)
            alone.add_metric([line.name], line.set_aside)
        yield failed
        yield alone
