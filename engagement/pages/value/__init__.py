"""What workflows are worth: their metrics, readings by form and by file."""

from flask import Blueprint

blueprint = Blueprint("value", __name__)

from engagement.pages.value import importing, metrics, readings
