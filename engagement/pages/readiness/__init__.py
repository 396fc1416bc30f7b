"""How ready a wave is: its criteria with what each one rests on, and the gate where somebody decides."""

from flask import Blueprint

blueprint = Blueprint("readiness", __name__)

from engagement.pages.readiness import arranging, criteria, gate, wave
