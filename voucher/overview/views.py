"""The pages of the whole chain."""

from flask import Blueprint, g, render_template

from voucher.access import require
from voucher.overview import policy
from voucher.overview.rules import GREETINGS

blueprint = Blueprint("overview", __name__)


@blueprint.get("/")
@require(policy.SEE_HOME)
def home() -> str:
    """Greet a person by name and role."""
    return render_template("overview/home.html", greeting=GREETINGS[g.actor.role])
