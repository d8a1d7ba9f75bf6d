"""Pages of departures: one person, or a list from a file."""

from flask import Blueprint

blueprint = Blueprint("departures", __name__, url_prefix="/departures")
