"""Pages of care levels: grading, and confirming what was proposed."""

from flask import Blueprint

blueprint = Blueprint("levels", __name__, url_prefix="/levels")
