"""Pages of redemptions for the office: list, one redemption, reversal."""

from flask import Blueprint

blueprint = Blueprint("redemptions", __name__, url_prefix="/redemptions")
