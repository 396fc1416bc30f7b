"""What only the machine itself may read, by the peer that is really there, and figures by their token."""

import pytest
from factories import PASSWORD, make_account
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs
from werkzeug.middleware.proxy_fix import ProxyFix

from engagement.app import create_app
from engagement.db import db
from engagement.settings import Settings

TOKEN = "0123456789abcdefghij"
#: What nginx, Apache, Traefik, HAProxy, Envoy and those of clouds add.
FORWARDED = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Server",
    "X-Real-IP",
    "X-Client-IP",
    "True-Client-IP",
    "Fastly-Client-IP",
    "CF-Connecting-IP",
    "X-Original-Forwarded-For",
    "X-Cluster-Client-IP",
    "X-Envoy-External-Address",
    "X-ProxyUser-IP",
    "X-Azure-ClientIP",
    "DO-Connecting-IP",
    "X-Appengine-User-IP",
    "CloudFront-Viewer-Address",
    "X-Forward-For",
    "X-Scheme",
    "X-Host",
    "Tailscale-User-Login",
    "X-Forwarded_For",
    "X-Amzn-Trace-Id",
    "Front-End-Https",
    "Ngrok-Skip-Browser-Warning",
    "Fly-Client-IP",
    "Remote-User",
    "X-Any-Proxy-Of-Tomorrow",
)
#: What Firefox, Chromium, curl and Prometheus send.
SENT_HERE = {
    "User-Agent": "Mozilla/5.0",
    "Accept": "text/html",
    "Accept-Language": "en-GB",
    "Accept-Encoding": "gzip",
    "Connection": "keep-alive",
    "Upgrade-Insecure-Requests": "1",
    "Sec-Fetch-Site": "none",
    "Sec-CH-UA-Platform": "Linux",
    "Sec-GPC": "1",
    "Priority": "u=0, i",
    "Referer": "http://127.0.0.1:8000/login",
    "Cookie": "engagement=x",
    "If-None-Match": "x",
    "DNT": "1",
    "X-Prometheus-Scrape-Timeout-Seconds": "10",
}
CLOSED = ("/mailbox", "/mailbox/1", "/mailbox/1/html")


def status(client: FlaskClient, path: str, peer: str | None = "127.0.0.1", **headers: str) -> int:
    environment = {"REMOTE_ADDR": peer} if peer is not None else {}
    return client.get(path, headers=headers, environ_base=environment).status_code


@pytest.fixture
def with_token(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = app.config["SETTINGS"].model_copy(update={"metrics_token": TOKEN})
    monkeypatch.setitem(app.config, "SETTINGS", changed)


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_the_machine_itself_reads_mailbox_and_figures(client: FlaskClient, peer: str):
    assert [status(client, path, peer) for path in ("/mailbox", "/mailbox/1", "/metrics")] == [200, 404, 200]


@pytest.mark.parametrize(
    "peer", ["192.168.1.7", "10.0.0.1", "2001:db8::1", "::ffff:192.168.1.7", "0.0.0.0", "", "localhost.example.com"]
)
def test_nobody_else_does_whatever_host_they_name(client: FlaskClient, peer: str):
    for host in ("localhost", "127.0.0.1:8000"):
        found = [status(client, path, peer, Host=host) for path in (*CLOSED, "/metrics")]
        assert found == [403, 403, 403, 401]
    assert [status(client, path, peer) for path in ("/healthz", "/login")] == [200, 200]


def test_what_browsers_and_collectors_send_is_no_sign_of_a_proxy(client: FlaskClient):
    assert [status(client, path, **SENT_HERE) for path in ("/mailbox", "/metrics")] == [200, 200]


@pytest.mark.parametrize("header", FORWARDED)
def test_a_request_that_came_through_a_proxy_is_not_the_machine_itself(client: FlaskClient, header: str):
    found = [status(client, path, **{header: "127.0.0.1"}) for path in (*CLOSED, "/metrics")]
    assert found == [403, 403, 403, 401]


def test_a_believed_proxy_makes_nobody_the_machine_itself(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(app, "wsgi_app", ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=0))
    for peer in ("127.0.0.1", "192.168.1.7"):
        assert status(client, "/mailbox", peer, **{"X-Forwarded-For": "127.0.0.1"}) == 403
    assert status(client, "/mailbox") == 200


def test_a_name_that_leads_to_this_machine_from_elsewhere_is_not_its_own(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", ["engagement.example.com", "localhost"])
    assert status(client, "/mailbox", Host="engagement.example.com") == 403
    assert status(client, "/mailbox", Host="localhost:8000") == 200


@pytest.mark.usefixtures("with_token")
def test_figures_are_read_from_elsewhere_with_the_token_alone(client: FlaskClient):
    def asked(value: str) -> int:
        return status(client, "/metrics", "192.168.1.7", Authorization=value)

    assert asked(f"Bearer {TOKEN}") == 200
    assert [asked(v) for v in (f"Bearer {TOKEN}x", "Bearer", "Bearer ", f"Basic {TOKEN}", TOKEN, "Bearer é")] == [
        401
    ] * 6
    assert status(client, "/metrics") == 200
    assert status(client, "/metrics", Authorization="Bearer wrong") == 401
    refusal = client.get("/metrics", environ_base={"REMOTE_ADDR": "192.168.1.7"})
    assert (refusal.headers["WWW-Authenticate"], "ENGAGEMENT_METRICS_TOKEN" in refusal.get_data(as_text=True)) == (
        "Bearer",
        True,
    )


def test_no_token_is_not_an_empty_token(client: FlaskClient):
    assert status(client, "/metrics", "192.168.1.7", Authorization="Bearer ") == 401


@pytest.mark.parametrize("way", ["password", "link", "change"])
def test_too_many_attempts_are_answered_so_that_programs_wait(app: Flask, client: FlaskClient, frozen, way: str):
    make_account("ines@example.com", "Ines Okafor")
    db.session.commit()
    assert client.post("/login", data={"email": "ines@example.com", "password": PASSWORD}).status_code == 302

    def attempt():
        browser = client if way == "change" else app.test_client()
        path = {"password": "/login", "link": "/login/link", "change": "/me/password"}[way]
        new = {"present": "not the present one", "password": "five more plain words here"}
        form = {"password": {"email": "ines@example.com", "password": "wrong"}, "link": {"email": "ines@example.com"}}
        return browser.post(path, data=form.get(way, new))

    for _ in range(10):
        assert attempt().status_code in (422, 303)
        frozen.shift(30)
    answer = attempt()
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "600")
    assert "There were too many attempts. Wait 10 minutes, then try again." in answer.get_data(as_text=True)
    frozen.shift(599)
    assert attempt().status_code == 429
    frozen.shift(1)
    assert attempt().status_code in (422, 303)


def test_in_production_the_machine_itself_asks_by_its_own_name(tmp_path):
    app = create_app(
        Settings(
            _env_file=None,
            env="production",
            base_url="https://engagement.example.com",
            secret_key="Zq3v8KxP1mTn7RbW5yLc2JdF9hGs4AeU6oXi0",
            smtp_url="smtp://localhost:25",
            instance_path=str(tmp_path),
        )
    )
    asked = ("engagement.example.com", "127.0.0.1:8000", "localhost", "[::1]", "[::1]:8000")
    others = (
        "evil.example.com",
        "[::2]:8000",
        "[::1",
        "[::1]x",
        "::1",
        "[::1]:99999",
        "0.0.0.0:8000",
        "[",
        "evil[::1]",
    )
    with capture_logs() as logged:
        found = [app.test_client().get("/healthz", headers={"Host": host}).status_code for host in (*asked, *others)]
    assert found == [200] * len(asked) + [400] * len(others)
    assert [line["host"] for line in logged if line["event"] == "host name refused"] == list(others)
    with capture_logs() as logged:
        assert app.test_client().get("/concerns/new", headers={"Host": "evil.example.com"}).status_code == 400
    assert logged == []
