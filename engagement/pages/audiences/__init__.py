"""Audiences and the builder of their rules."""

from flask import Blueprint

blueprint = Blueprint("audiences", __name__)

from engagement.pages.audiences import audiences
