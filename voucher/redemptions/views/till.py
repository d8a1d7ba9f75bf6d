"""The till: one page for the clerk, and the answers it asks for."""

from flask import Blueprint

blueprint = Blueprint("till", __name__, url_prefix="/till")
