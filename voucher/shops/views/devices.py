"""Pages of tills: enrolling, stopping."""

from flask import Blueprint

blueprint = Blueprint("devices", __name__, url_prefix="/devices")
