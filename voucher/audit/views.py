"""Pages of events, for whoever checks."""

from flask import Blueprint

blueprint = Blueprint("events", __name__, url_prefix="/events")
