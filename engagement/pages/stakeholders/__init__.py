"""The register of stakeholders."""

from flask import Blueprint

blueprint = Blueprint("stakeholders", __name__)

from engagement.pages.stakeholders import (
    champions,
    contact,
    gaps,
    importing,
    inbox,
    interactions,
    leadership,
    power_map,
    promises,
    register,
    stakeholder,
    standing,
    step,
)
