"""The register of stakeholders."""

from flask import Blueprint

blueprint = Blueprint("stakeholders", __name__)

<<<<<<< HEAD
from engagement.pages.stakeholders import interactions, promises, register, stakeholder, standing
=======
from engagement.pages.stakeholders import interactions, leadership, register, stakeholder, standing, step
>>>>>>> main
