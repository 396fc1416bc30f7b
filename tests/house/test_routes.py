"""Every route is guarded: it needs a sign-in or says why not, and every POST needs a CSRF token."""

import pytest
from factories import make_account, make_person, make_programme, make_wave, signed_in
from sqlalchemy import func, select
from werkzeug.routing import AnyConverter

from engagement.accounts.links.rules import sign_in_token
from engagement.accounts.rules import Role
from engagement.db import Base, db
from tests.communications.calendar_rows import make_audience

#: Endpoints that Flask and Bootstrap-Flask bring along for files.
FILES = {"static", "bootstrap.static"}


def _rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in FILES]


def _address(rule):
    values = {name: _value(converter) for name, converter in rule._converters.items()}
    return rule.build({**values, **({"kind": "csv"} if "kind" in values else {})})[1]


def _value(converter):
    return min(converter.items) if isinstance(converter, AnyConverter) else 1


def test_every_route_needs_a_sign_in_or_says_why_not(app, client):
    for rule in _rules(app):
        view = app.view_functions[rule.endpoint]
        if hasattr(view, "open_because"):
            assert len(view.open_because) > 15, rule.endpoint
            continue
        method = "GET" if "GET" in rule.methods else "POST"
        answer = client.open(_address(rule), method=method)
        assert answer.status_code == 302, f"{rule.endpoint} answers {answer.status_code} without a sign-in"
        assert answer.location.startswith("/login"), rule.endpoint


def test_the_open_routes_are_known_by_name(app):
    open_ones = {r.endpoint for r in _rules(app) if hasattr(app.view_functions[r.endpoint], "open_because")}
    assert open_ones == {
        "concerns.new",
        "concerns.receipt",
        "admin.mailbox_html",
        "adoption.post_usage",
        "calendar.take_reported",
        "admin.mailbox",
        "admin.mailbox_message",
        "operation.healthz",
        "operation.metrics",
        "operation.readyz",
        "reports.ending",
        "sign_in.appearance",
        "sign_in.ask_link",
        "sign_in.link_asked",
        "sign_in.open_link",
        "sign_in.setup",
        "sign_in.sign_in",
        "sign_in.sign_out",
    }


def test_every_post_needs_a_csrf_token(app):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        for rule in _rules(app):
            view = app.view_functions[rule.endpoint]
            has_none = hasattr(view, "keeps_unknown") or hasattr(view, "no_token_because")
            if "POST" in rule.methods and not has_none:
                answer = app.test_client().post(_address(rule), data={})
                assert answer.status_code == 400, rule.endpoint
                assert "This form is out of date" in answer.get_data(as_text=True), rule.endpoint
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_what_machines_send_without_a_token_is_known_by_name(app):
    found = {rule.endpoint for rule in _rules(app) if hasattr(app.view_functions[rule.endpoint], "no_token_because")}
    assert found == {"adoption.post_usage", "calendar.take_reported", "reports.ending"}


def _unknown(app):
    return [rule for rule in _rules(app) if hasattr(app.view_functions[rule.endpoint], "keeps_unknown")]


def test_the_pages_that_keep_their_reader_unknown_are_known_by_name(app):
    assert {rule.endpoint for rule in _unknown(app)} == {"concerns.new", "concerns.receipt"}


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_pages_that_keep_their_reader_unknown_have_no_token_no_cookie_no_name_and_no_log(app, capfd, is_signed_in):
    """Whatever is asked of them: with nothing, with nonsense, with everything, and where the page itself breaks."""
    browser = (
        signed_in(app, make_account("zq@example.com", "Zebedee Quillfeather")) if is_signed_in else app.test_client()
    )
    with browser.session_transaction() as session:
        session["_flashes"] = [("ok", "A notice that waits")]
    kept = browser.get_cookie("engagement").value
    app.config.update(WTF_CSRF_ENABLED=True, PROPAGATE_EXCEPTIONS=False)
    capfd.readouterr()
    asked = (
        {},
        {"text": "x", "sender": "anonymous"},
        {"code": "BBBB 2222 BBBB BBBB", "text": "x"},
        {"wave": "²", "text": "\x00"},
        {"wave": "٣", "text": "x", "sender": "anonymous", "source": "²", "form_key": "١" * 30},
        {"wave": "9" * 400, "text": "x", "sender": "²"},
        {"text": "x" * 200_000, "sender": "anonymous"},
        {"code": "²" * 16, "text": "\ud800".encode("utf-8", "surrogatepass")},
    )
    try:
        for rule in _unknown(app):
            assert rule.arguments == set()
            answers = [
                browser.get(rule.rule),
                browser.get(f"{rule.rule}?wave=²&code=1"),
                browser.open(rule.rule, method="PUT"),
                browser.get(rule.rule.replace("/concerns/", "/concerns//")),
            ]
            answers += [browser.post(rule.rule, data=data) for data in asked]
            answers += [browser.open(rule.rule, method=method) for method in ("HEAD", "OPTIONS", "DELETE")]
            answers += [browser.get(f"{rule.rule}?wave={wave}") for wave in ("%ff%fe", "9" * 400, "٣", "-1", "1%00")]
            answers.append(browser.post(rule.rule, data=b"--x\r\n", content_type="multipart/form-data; boundary=x"))
            answers.append(
                browser.post(rule.rule, data=b"\xff=\xfe&wave=%b2", content_type="application/x-www-form-urlencoded")
            )
            assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
            app.jinja_env.globals["number_word"], kept_word = None, app.jinja_env.globals["number_word"]
            answers.append(browser.get(rule.rule))
            app.jinja_env.globals["number_word"] = kept_word
            for answer in answers:
                page = answer.get_data(as_text=True)
                assert answer.headers.getlist("Set-Cookie") == []
                assert "X-Request-Id" not in answer.headers
                assert "Zebedee" not in page
                assert "csrf_token" not in page
                assert answer.headers["Referrer-Policy"] == "origin"
    finally:
        app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=None)
    assert browser.get_cookie("engagement").value == kept
    assert "".join(capfd.readouterr()) == ""


def test_a_form_without_a_token_takes_nothing_from_another_site(app):
    for rule in _unknown(app):
        for headers in ({"Origin": "https://evil.example.com"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = app.test_client().post(rule.rule, data={"text": "x", "sender": "anonymous"}, headers=headers)
            assert answer.status_code == 400, rule.endpoint
        own = app.test_client().post(
            rule.rule, data={}, headers={"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
        )
        assert (own.status_code, "attention" in own.get_data(as_text=True)) == (422, True)


def test_answers_carry_the_security_headers(client):
    headers = client.get("/login").headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_a_foreign_host_is_refused(client):
    assert client.get("/login", headers={"Host": "elsewhere.example.com"}).status_code == 400


@pytest.mark.parametrize(
    "target", ["https://evil.example.com", "//evil.example.com", "/\\evil.example.com", "javascript:1"]
)
def test_no_redirect_leaves_the_site(target):
    from engagement.pages.frame.guard import safe_path

    assert safe_path(target) == "/"
    assert safe_path("/waves/3?page=2") == "/waves/3?page=2"


_COUNTS = select(
    *(
        select(func.count()).select_from(table).scalar_subquery().label(name)
        for name, table in Base.metadata.tables.items()
    )
)


def _rows(app):
    return dict(db.session.execute(_COUNTS).mappings().one())


@pytest.mark.usefixtures("frozen")
def test_head_and_options_of_every_address_answer_as_get_does_and_change_nothing(app):
    """Signed in as somebody who may all, and as nobody; also of a sign-in link and of rows that there are."""
    account = make_account("ada@example.com", "Ada", Role.ADMINISTRATOR, Role.CHANGE_MANAGER)
    wave = make_wave(make_programme(), members=[make_person()])
    make_audience()
    db.session.commit()
    token = sign_in_token(app.config["SECRET_KEY"], origin="asked", nonce="n", account_id=account.id)
    addresses = {
        f"/login/link/{token}",
        f"/waves/{wave.id}/statuses?status=live",
        "/stakeholders/new?wave=\u00b2",
        "/login?next=/me",
    }
    addresses |= {_address(rule) for rule in _rules(app) if "GET" in rule.methods}
    for browser in (signed_in(app, account), app.test_client()):
        browser.get("/login")
        before = _rows(app)
        for address in sorted(addresses):
            head, options = browser.head(address), browser.options(address)
            db.session.rollback()
            assert _rows(app) == before, address
            read = browser.get(address)
            before = _rows(app)
            assert (address, head.status_code, head.data) == (address, read.status_code, b"")
            assert head.headers.get("Location") == read.headers.get("Location")
            assert options.status_code < 500, address
