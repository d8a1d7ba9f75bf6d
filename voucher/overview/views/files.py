"""One resident's whole file, and the search that finds it."""

from flask import Blueprint

blueprint = Blueprint("files", __name__)
