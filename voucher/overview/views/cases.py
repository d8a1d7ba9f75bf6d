"""The inbox of what a person must decide."""

from flask import Blueprint

blueprint = Blueprint("cases", __name__, url_prefix="/cases")
