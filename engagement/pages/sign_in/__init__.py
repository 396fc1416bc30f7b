"""Signing in and out, passwords and links, the first administrator."""

from flask import Blueprint

blueprint = Blueprint("sign_in", __name__)

from engagement.pages.sign_in import kept_forms, links, sign_in
