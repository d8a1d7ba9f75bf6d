"""Pages of issue runs: list, wizard, one run."""

from flask import Blueprint

blueprint = Blueprint("runs", __name__, url_prefix="/runs")
