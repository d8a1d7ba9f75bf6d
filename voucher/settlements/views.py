"""Pages of settlements: closing, approving, paying, statements."""

from flask import Blueprint

blueprint = Blueprint("settlements", __name__, url_prefix="/settlements")
