"""Pages of the handover: by list or by scanning."""

from flask import Blueprint

blueprint = Blueprint("handovers", __name__, url_prefix="/handovers")
