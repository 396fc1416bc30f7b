"""Notices to the people whose work a workflow affects."""

from flask import Blueprint

blueprint = Blueprint("notices", __name__)

from engagement.pages.notices import notices
