"""What pages of appeals say of a level, and what their reader may do."""

from typing import Any

from flask import current_app, g

from voucher.assessments.policy import RECORD_ASSESSMENT
from voucher.care_levels import policy
from voucher.care_levels.queries.appeals import WholeAppeal
from voucher.care_levels.queries.reasons import score_assessment
from voucher.care_levels.rules import OPEN_STATES, AppealState, last_day_to_appeal
from voucher.config import Deadlines, Home
from voucher.periods import local_date
from voucher.schemes.queries import get_instrument, get_level, get_scale
from voucher.schemes.rules.values import Words


def find_deadlines() -> Deadlines:
    """Give the days this home allows for appealing, deciding and assessing again."""
    home: Home = current_app.config["HOME"]
    return home.deadlines


def describe_level(row: Any, deadlines: Deadlines) -> dict[str, Any]:
    """Describe a level one may appeal against; the desk is told the scale and the days alone."""
    level = row.CareLevel
    confirmed = local_date(level.confirmed_at)
    may_see = policy.LIST_LEVELS.allows(g.actor)
    name = get_level(scale=level.scale, version=row.version, level=level.level).name
    return {
        "id": level.id,
        "scale": get_scale(scale=level.scale, version=row.version).name,
        "name": name if may_see else None,
        "confirmed": confirmed,
        "last_day": last_day_to_appeal(confirmed=confirmed, days=deadlines.appeal_days),
        "appeal": row.appeal,
    }


def list_rights(whole: WholeAppeal) -> dict[str, bool]:
    """Say what this reader can do about an appeal as it stands."""
    appeal = whole.appeal
    is_open, is_gone = appeal.state in OPEN_STATES, whole.resident.departed_date is not None
    decides = policy.DECIDE_APPEAL.allows(g.actor) and appeal.state == AppealState.ASSESSED
    is_other = g.actor.account_id not in (appeal.confirmed_by, appeal.assessed_by)
    return {
        "tie": is_open and not is_gone and policy.ASSESS_APPEAL.allows(g.actor),
        "assess": is_open and not is_gone and RECORD_ASSESSMENT.allows(g.actor),
        "decide": decides and is_other and not is_gone,
        "leave_to_another": decides and not is_other,
        "withdraw": is_open and policy.WITHDRAW_APPEAL.allows(g.actor),
    }


def name_first(whole: WholeAppeal) -> Words:
    """Name the level appealed against."""
    level = whole.level
    return get_level(scale=level.scale, version=whole.version, level=level.level).name


def name_again(whole: WholeAppeal) -> Words | None:
    """Name the level the reassessment came to, if there is one."""
    if whole.again is None:
        return None
    instrument = get_instrument(whole.again.scheme, whole.again.version)
    level = score_assessment(whole.again, instrument).level
    return get_level(scale=whole.again.scheme, version=whole.again.version, level=level).name
