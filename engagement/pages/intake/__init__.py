"""HR files: reading, preview, applying and undoing."""

from flask import Blueprint

blueprint = Blueprint("intake", __name__)

from engagement.pages.intake import files, runs, sample
