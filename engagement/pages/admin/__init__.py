"""Administration: sign-ins, jobs, audit, retention, the development mailbox."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__)

from engagement.pages.admin import everything, jobs, mailbox, overview, retention, sign_ins
