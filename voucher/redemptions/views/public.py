"""What a stranger sees who opens a voucher's address."""

from flask import Blueprint

blueprint = Blueprint("public", __name__)
