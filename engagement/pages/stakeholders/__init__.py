"""The register of stakeholders."""

from flask import Blueprint

blueprint = Blueprint("stakeholders", __name__)

from engagement.pages.stakeholders import (
    chain,
    champions,
    contact,
    duplicates,
    gaps,
    importing,
    inbox,
    interactions,
    leadership,
    network,
    power_map,
    promises,
    register,
    stakeholder,
    standing,
    step,
    wanted,
)
