"""Pages of one voucher: hold, release, void, reprint, replace."""

from flask import Blueprint

blueprint = Blueprint("vouchers", __name__, url_prefix="/vouchers")
