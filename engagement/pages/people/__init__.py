"""The directory: people, departments, role rules, leavers, erasing."""

from flask import Blueprint

blueprint = Blueprint("people", __name__)

from engagement.pages.people import by_hand, departments, people, person, privacy, role_rules, several
