"""Pages of the people who sign in, for the administrator."""

from flask import Blueprint

blueprint = Blueprint("staff", __name__, url_prefix="/accounts")
