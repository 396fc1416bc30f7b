"""Training for those who plan: curricula, modules, progress, old training."""

from flask import Blueprint

blueprint = Blueprint("training", __name__)

from engagement.pages.training import curricula, due_days, leftovers
