"""The sponsor’s sheet."""

from flask import Blueprint

blueprint = Blueprint("reports", __name__)

from engagement.pages.reports import sheet
