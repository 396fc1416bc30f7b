"""The start: the day of those who plan."""

from flask import Blueprint

blueprint = Blueprint("today", __name__)

from engagement.pages.today import day, setup
