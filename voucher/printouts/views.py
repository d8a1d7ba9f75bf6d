"""Pages of printouts: asking for a print, its progress, its files."""

from flask import Blueprint

blueprint = Blueprint("printouts", __name__, url_prefix="/printouts")
