"""The register of stakeholders."""

from flask import Blueprint

blueprint = Blueprint("stakeholders", __name__)

<<<<<<< HEAD
from engagement.pages.stakeholders import gaps, power_map, register, stakeholder, standing
=======
from engagement.pages.stakeholders import interactions, register, stakeholder, standing
>>>>>>> main
