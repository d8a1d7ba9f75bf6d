"""Pages of shops: list, one shop, import, approval."""

from flask import Blueprint

blueprint = Blueprint("shops", __name__, url_prefix="/shops")
