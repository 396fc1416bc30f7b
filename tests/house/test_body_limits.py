"""Every address takes so much and no more, says so in a page, and takes a file only of those who may import one."""

import io

import pytest
from factories import make_account, make_change_manager, signed_in

from engagement.accounts.rules import Role
from engagement.communications.texts.rules.limits import LONGEST_BODY
from engagement.pages.frame.body_limits import (
    FORM,
    HR_FILE,
    LONG_FORM,
    LONG_FORMS,
    REGISTER_FILE,
    TAKES_FILES,
    limit_at_the_door,
    limit_for,
)
from engagement.pages.parts.forms import Form, longest
from engagement.training.actions.modules import LONGEST_BODY as LONGEST_MODULE

TOO_LARGE = "This is larger than the service takes."


def taking_bodies(app):
    return [rule for rule in app.url_map.iter_rules() if rule.methods & {"POST", "PUT", "PATCH", "DELETE"}]


def address_of(rule):
    """An address of a rule; where only certain words may stand, with the first of them."""
    words = {name: min(converter.items) for name, converter in rule._converters.items() if hasattr(converter, "items")}
    return rule.build({argument: words.get(argument, 1) for argument in rule.arguments})[1]


class Unread(io.RawIOBase):
    """A body of which nothing may be read."""

    def readinto(self, _buffer):
        raise AssertionError("a body over the limit was read")


def announced(client, address, length, content_type="application/x-www-form-urlencoded"):
    """Send the head of a request that announces a body of so many bytes."""
    return client.post(
        address,
        environ_overrides={"wsgi.input": Unread(), "CONTENT_LENGTH": str(length), "CONTENT_TYPE": content_type},
    )


def test_every_route_that_takes_a_body_refuses_a_larger_one_before_it_is_read(app, client):
    rules = taking_bodies(app)
    assert len(rules) > 80
    for rule in rules:
        limit = limit_for(rule.endpoint)
        assert limit <= LONG_FORM, rule.endpoint
        answer = announced(client, address_of(rule), limit + 1)
        assert (answer.status_code, TOO_LARGE in answer.get_data(as_text=True)) == (413, True), rule.endpoint


def test_every_endpoint_with_a_limit_of_its_own_is_there(app):
    there = {rule.endpoint for rule in taking_bodies(app)}
    assert LONG_FORMS | TAKES_FILES.keys() <= there


def test_the_longest_texts_fit_as_a_browser_sends_them():
    assert max(LONGEST_BODY, LONGEST_MODULE) * len("%F0%9F%98%80") < LONG_FORM
    assert FORM < LONG_FORM < HR_FILE


@pytest.mark.parametrize("address", ["/people/import", "/stakeholders/import"])
@pytest.mark.parametrize("role", [None, Role.AUDITOR, Role.SPONSOR, Role.TRAINER])
def test_a_file_of_who_may_not_import_is_refused_unread(app, client, role, address):
    if role is not None:
        client = signed_in(app, make_account("reader@example.com", "Ada Moss", role))
    answer = announced(client, address, FORM + 1, "multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert TOO_LARGE in answer.get_data(as_text=True)


def test_a_file_of_who_may_import_is_read_up_to_the_limit_for_files(app):
    manager = signed_in(app, make_change_manager())
    large = b"email,name\n" + b"x" * (FORM + 1)
    answer = manager.post("/people/import", data={"file": (io.BytesIO(large), "people.csv")})
    assert answer.status_code == 422
    assert "longer than" in answer.get_data(as_text=True)
    for address, limit in (("/people/import", HR_FILE), ("/stakeholders/import", REGISTER_FILE)):
        assert announced(manager, address, limit + 1, "multipart/form-data; boundary=x").status_code == 413
    answer = manager.post("/stakeholders/import", data={"file": (io.BytesIO(b"colour\n" * FORM), "r.csv")})
    assert "No column says who the stakeholders are." in answer.get_data(as_text=True)


def test_the_web_server_takes_a_file_only_with_a_session_that_was_signed_here(app):
    manager = signed_in(app, make_change_manager())
    cookie = manager.get_cookie("engagement")
    assert limit_at_the_door(app, "/people/import", f"engagement={cookie.value}") == HR_FILE
    assert limit_at_the_door(app, "/stakeholders/import", f"engagement={cookie.value}") == REGISTER_FILE
    for cookies in ("", "engagement=made-up", f"engagement={cookie.value}x", f"other={cookie.value}"):
        assert limit_at_the_door(app, "/people/import", cookies) == FORM
    assert limit_at_the_door(app, "/people/import/", f"engagement={cookie.value}") == LONG_FORM
    assert limit_at_the_door(app, "/concerns/new", "") == LONG_FORM


def every_form(kind=Form):
    for below in kind.__subclasses__():
        yield below
        yield from every_form(below)


def test_every_field_that_takes_text_has_a_length_and_holds_it(app):
    forms = list(every_form())
    assert len(forms) > 20
    fields = 0
    for kind in forms:
        with app.test_request_context("/"):
            form = kind(formdata=None, meta={"csrf": False})
            for field in form:
                if field.type in (
                    "StringField",
                    "TextAreaField",
                    "PasswordField",
                    "EmailField",
                    "PersonField",
                    "HiddenField",
                ):
                    assert 0 < longest(field) <= LONGEST_MODULE, (kind, field.name)
                    fields += 1
    assert fields > 60


def test_a_text_that_is_longer_than_its_field_is_refused_with_a_sentence(app):
    manager = signed_in(app, make_change_manager())
    answer = manager.post("/programmes/new", data={"name": "Claims", "purpose": "x" * 10_001})
    assert "Keep this under 10,000 characters; it has 10,001." in answer.get_data(as_text=True)
