"""Training for those who plan: curricula, modules, progress, old training."""

from flask import Blueprint

blueprint = Blueprint("training", __name__)

from engagement.pages.training import arranging, curricula, due_days, leftovers, modules, questions
