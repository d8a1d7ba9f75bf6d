"""Pages of the roster import: upload, mapping, preview, confirmation."""

from flask import Blueprint

blueprint = Blueprint("roster", __name__, url_prefix="/residents/import")
