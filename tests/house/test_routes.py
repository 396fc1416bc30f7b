"""Every route is guarded: it needs a sign-in or says why not, and every POST needs a CSRF token."""

import pytest

#: Endpoints that Flask and Bootstrap-Flask bring along for files.
FILES = {"static", "bootstrap.static"}


def _rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in FILES]


def _address(rule):
    values = {argument: "csv" if argument == "kind" else 1 for argument in rule.arguments}
    return rule.build(values)[1]


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
        "mailbox.html",
        "mailbox.index",
        "mailbox.message",
        "operation.healthz",
        "operation.metrics",
        "operation.readyz",
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
            if "POST" in rule.methods:
                answer = app.test_client().post(_address(rule), data={})
                assert answer.status_code == 400, rule.endpoint
                assert "This form is out of date" in answer.get_data(as_text=True), rule.endpoint
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


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
    from engagement.pages.guard import safe_path

    assert safe_path(target) == "/"
    assert safe_path("/waves/3?page=2") == "/waves/3?page=2"
