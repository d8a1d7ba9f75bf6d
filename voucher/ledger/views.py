"""Pages of budgets."""

from flask import Blueprint

blueprint = Blueprint("budgets", __name__, url_prefix="/budgets")
