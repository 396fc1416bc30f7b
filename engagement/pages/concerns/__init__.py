"""Saying something, the resistance log, and the steps of an answer."""

from flask import Blueprint

blueprint = Blueprint("concerns", __name__)

from engagement.pages.concerns import log, saying, steps
