"""The register of stakeholders."""

from flask import Blueprint

blueprint = Blueprint("stakeholders", __name__)

from engagement.pages.stakeholders import (
    chain,
    champions,
    gaps,
    interactions,
    leadership,
    network,
    power_map,
    register,
    stakeholder,
    standing,
    step,
)
