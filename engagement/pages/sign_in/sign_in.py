"""Signing in by password or by a one-time link, signing out, the first administrator, and the appearance of pages."""

from datetime import timedelta

from flask import Response, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from engagement import audit, clock
from engagement.accounts import actions, queries
from engagement.accounts.attempts import actions as attempts
from engagement.accounts.attempts.actions import Attempt
from engagement.accounts.attempts.rules import Way
from engagement.accounts.kept_forms.queries import newest_kept_form
from engagement.accounts.links import rules as links
from engagement.accounts.models import Account
from engagement.accounts.rules import LinkPurpose, Role
from engagement.accounts.sign_ins.actions import ask_for_link
from engagement.db import db
from engagement.errors import BadInput, TooMany
from engagement.pages.frame import guard
from engagement.pages.frame.shell import THEMES
from engagement.pages.parts.forms import Form, stripped
from engagement.pages.parts.saving import Drawn, done, drawn, saving
from engagement.pages.sign_in import blueprint
from engagement.pages.sign_in.links import LinkForm, begin_session, limits, place, queue_link, secret

REMEMBERED_APPEARANCE = timedelta(days=365)


class PasswordForm(Form):
    """Address and password."""

    email = EmailField(
        "Your work e-mail address",
        filters=[stripped],
        validators=[InputRequired("Write your address."), Length(max=254)],
    )
    password = PasswordField("Your password", validators=[InputRequired("Write your password."), Length(max=1000)])
    next = HiddenField(validators=[Length(max=guard.LONGEST_PATH)])


class SetupForm(Form):
    """Who becomes the first administrator."""

    name = StringField("Your name", filters=[stripped], validators=[InputRequired("Write your name."), Length(max=400)])
    email = EmailField(
        "Your work e-mail address",
        filters=[stripped],
        validators=[InputRequired("Write your address."), Length(max=254)],
    )
    password = PasswordField(
        "A password",
        description="At least 12 characters. A few words in a row work well.",
        validators=[InputRequired("Write a password."), Length(max=1000)],
    )


class NewPasswordForm(Form):
    """A new password, with the present one if there is one."""

    present = PasswordField("Your present password", validators=[Length(max=1000)])
    password = PasswordField(
        "The new password",
        description="At least 12 characters. A few words in a row work well.",
        validators=[InputRequired("Write a new password."), Length(max=1000)],
    )


def _account_with(email: str, password: str) -> Account:
    return actions.sign_in_with_password(email, password, place=place(), secret=secret(), limits=limits())


def _answer(page: Drawn, refusal: BadInput | None = None) -> Drawn | Response:
    """Return the page of a form; after too many attempts, with status 429 and the time to wait."""
    if not isinstance(refusal, TooMany):
        return page
    answer = make_response(page[0], 429)
    answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def _sign_in_page(form: PasswordForm, link_form: LinkForm) -> Drawn:
    return drawn("sign_in/sign_in.html", form, link_form, link_form=link_form, is_limited=guard.is_limited())


@blueprint.route("/login", methods=["GET", "POST"])
@guard.open_to_all("this is where signing in happens")
def sign_in() -> Drawn | BaseResponse:
    """Sign in by password; the page also has the form for a link."""
    form, refusal = PasswordForm(next=guard.safe_path(request.args.get("next"))), None
    if request.method != "POST" and guard.is_signed_in() and not guard.is_limited():
        return redirect(guard.safe_path(form.next.data))
    if form.validate_on_submit():
        try:
            account = _account_with(form.email.data, form.password.data)
        except BadInput as error:
            db.session.commit()
            form.take(error)
            refusal = error
        else:
            begin_session(account)
            db.session.commit()
            return redirect(_leads_to(guard.safe_path(form.next.data), account))
    link_form = LinkForm(formdata=None, email=form.email.data, next=form.next.data)
    return _answer(_sign_in_page(form, link_form), refusal)


def _leads_to(path: str, account: Account) -> str:
    """Return where signing in leads: to the page that was asked for, else to a form that was kept."""
    kept_id = newest_kept_form(account.id) if path == "/" else None
    return url_for("sign_in.kept", form_id=kept_id) if kept_id else path


@blueprint.post("/login/link")
@guard.open_to_all("asks for a sign-in link")
def ask_link() -> Drawn | BaseResponse:
    """Send a one-time link. The answer is the same for known and unknown addresses."""
    form, refusal = LinkForm(), None
    if form.validate_on_submit():
        attempt = Attempt(Way.LINK, form.email.data, place(), secret(), limits())
        try:
            attempts.refuse_when_tried_too_often(attempt)
        except BadInput as error:
            db.session.commit()
            form.take(error)
            refusal = error
        else:
            whose = ask_for_link(form.email.data)
            attempts.count_attempt(attempt, is_failure=whose is None)
            if whose is not None:
                queue_link(whose, form.email.data, guard.known_path(form.next.data))
            db.session.commit()
            return redirect(url_for("sign_in.link_asked"), code=303)
    return _answer(_sign_in_page(PasswordForm(formdata=None, next=form.next.data), form), refusal)


@blueprint.get("/login/link-asked")
@guard.open_to_all("says the same to everybody who asked for a link")
def link_asked() -> str:
    """Say that a link is on its way if the address is known."""
    return render_template("sign_in/link_asked.html")


@blueprint.route("/me/password", methods=["GET", "POST"])
def password() -> Drawn | BaseResponse:
    """Set or change the reader's own password; every other session of theirs ends.

    A link in a message is not enough to set one: it would then sign in for good.
    """
    account = guard.account()
    if not account.password_hash:
        guard.ask_for_fresh_sign_in("To set a password")
    form, refusal = NewPasswordForm(), None
    if form.validate_on_submit():
        try:
            if account.password_hash:
                _account_with(account.email, form.present.data or "")
            organisation = guard.settings().organisation
            actions.set_password(account, form.password.data, by=account.actor, organisation=organisation)
        except BadInput as error:
            wrong = error.problems.get("password") == actions.WRONG
            form.take(BadInput(error.sentence, {"present": "That is not your present password."}) if wrong else error)
            refusal = error
            db.session.commit()
        else:
            db.session.flush()
            begin_session(account)
            return done("sign_in.password", "Your new password is set.", "You were signed out everywhere else.")
    return _answer(drawn("sign_in/password.html", form, has_password=bool(account.password_hash)), refusal)


@blueprint.post("/logout")
@guard.open_to_all("signing out twice is no error")
def sign_out() -> BaseResponse:
    """End every session of the reader, here and on every other device, so that a copied cookie opens nothing."""
    if guard.is_signed_in():
        actions.end_sessions(guard.account())
        db.session.commit()
    session.clear()
    return redirect(url_for("sign_in.sign_in"))


@blueprint.route("/setup/<token>", methods=["GET", "POST"])
@guard.open_to_all("makes the first administrator where nobody can sign in yet")
def setup(token: str) -> Drawn | BaseResponse:
    """Make the first administrator. A start without accounts prints the link in the log; it works once."""
    link = links.read_token(secret(), token, LinkPurpose.SETUP, clock.now())
    if link is None or queries.any_account_exists():
        return render_template("sign_in/setup_over.html"), 410
    form = SetupForm()
    if form.validate_on_submit():
        by = audit.Actor(None, form.name.data)
        with saving(form) as saved:
            if not actions.claim_link(link):
                return render_template("sign_in/setup_over.html"), 410
            account = actions.make_account(
                form.email.data,
                form.name.data,
                by=by,
                password=form.password.data,
                organisation=guard.settings().organisation,
            )
            actions.grant_role(account, Role.ADMINISTRATOR, by=by)
            actions.grant_role(account, Role.CHANGE_MANAGER, by=by)
            begin_session(account)
        if saved:
            return saved.to("today.index")
    return drawn("sign_in/setup.html", form)


@blueprint.post("/appearance")
@guard.open_to_all("light or dark is kept in the browser alone")
def appearance() -> BaseResponse:
    """Keep light, dark or the device's own appearance in a cookie and go back to the page."""
    theme = request.form.get("theme", "auto")
    answer: Response = redirect(guard.came_from())  # type: ignore[assignment]
    if theme in THEMES:
        answer.set_cookie(
            "appearance",
            theme,
            max_age=REMEMBERED_APPEARANCE,
            samesite="Lax",
            httponly=True,
            secure=guard.settings().base_url.startswith("https://"),
        )
    return answer
