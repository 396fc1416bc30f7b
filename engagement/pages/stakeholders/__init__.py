"""The register of stakeholders."""

from flask import Blueprint

blueprint = Blueprint("stakeholders", __name__)

from engagement.pages.stakeholders import (
    duplicates,
    importing,
    interactions,
    leadership,
    register,
    stakeholder,
    standing,
    step,
)
