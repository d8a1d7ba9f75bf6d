"""Pages of the people on the roster: finding, adding, correcting."""

from flask import Blueprint

blueprint = Blueprint("residents", __name__, url_prefix="/residents")
