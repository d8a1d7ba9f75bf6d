"""Health, for whoever watches over the machine."""

from flask import Blueprint, current_app
from sqlalchemy.exc import SQLAlchemyError

from voucher.access import ANYONE, require
from voucher.refusals import Refusal
from voucher.upkeep.queries import list_faults

blueprint = Blueprint("upkeep", __name__)


@blueprint.get("/healthz")
@require(ANYONE)
def tell_alive() -> dict[str, str]:
    """Say that the process answers; asks nothing of anything else."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@require(ANYONE)
def tell_ready() -> tuple[dict[str, str], int]:
    """Say whether it can serve; why it cannot stands in the log, not in a stranger's answer."""
    try:
        faults = list_faults(current_app.config["HOME"])
    except (Refusal, SQLAlchemyError, OSError) as fault:
        faults = [type(fault).__name__]
    if not faults:
        return {"status": "ready"}, 200
    current_app.logger.error("not ready: %s", ", ".join(faults))
    return {"status": "not_ready"}, 503
