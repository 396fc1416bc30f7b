"""The sponsor’s sheet, as page and files, and the list of programmes that have one."""

from flask import Blueprint

blueprint = Blueprint("reports", __name__)

from engagement.pages.reports import (
    communication,
    comparison,
    files,
    index,
    maturity,
    resistance,
    sheet,
    snapshots,
    subscriptions,
)
