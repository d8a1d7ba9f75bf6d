"""States and legal moves of runs, vouchers and prints. Pure."""

from enum import StrEnum

from voucher.refusals import N_, Refusal


class RunState(StrEnum):
    """draft -> approved -> issued -> closed, or cancelled before the first handover."""

    DRAFT = "draft"
    APPROVED = "approved"
    ISSUED = "issued"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class VoucherState(StrEnum):
    """inactive -> active -> used, void or lapsed. Partly used is a balance, held a flag."""

    INACTIVE = "inactive"
    ACTIVE = "active"
    USED = "used"
    VOID = "void"
    LAPSED = "lapsed"


class PrintState(StrEnum):
    """At most one print of a voucher is live."""

    LIVE = "live"
    DEAD = "dead"


RUN_MOVES: dict[RunState, frozenset[RunState]] = {
    RunState.DRAFT: frozenset({RunState.APPROVED, RunState.CANCELLED}),
    RunState.APPROVED: frozenset({RunState.ISSUED}),
    RunState.ISSUED: frozenset({RunState.CLOSED, RunState.CANCELLED}),
    RunState.CLOSED: frozenset(),
    RunState.CANCELLED: frozenset(),
}
# A terminal state is left only by a reversal row: used goes back to active, or, after the
# voucher's end, to lapsed.
VOUCHER_MOVES: dict[VoucherState, frozenset[VoucherState]] = {
    VoucherState.INACTIVE: frozenset({VoucherState.ACTIVE, VoucherState.VOID, VoucherState.LAPSED}),
    VoucherState.ACTIVE: frozenset({VoucherState.USED, VoucherState.VOID, VoucherState.LAPSED}),
    VoucherState.USED: frozenset(),
    VoucherState.VOID: frozenset(),
    VoucherState.LAPSED: frozenset(),
}
OPEN_STATES = (VoucherState.INACTIVE, VoucherState.ACTIVE)


def runs_before(target: RunState) -> tuple[RunState, ...]:
    """Give the states from which a run may move to the target."""
    return tuple(state for state, onward in RUN_MOVES.items() if target in onward)


def vouchers_before(target: VoucherState) -> tuple[VoucherState, ...]:
    """Give the states from which a voucher may move to the target."""
    return tuple(state for state, onward in VOUCHER_MOVES.items() if target in onward)


def refuse_run_state(run_id: int, state: str) -> Refusal:
    """Give the refusal for a run whose state does not allow what was asked."""
    return Refusal(
        "run_state",
        N_("批次 %(run)s 现在是“%(state)s”，不能执行此操作"),
        run=run_id,
        state=state,
    )


def refuse_voucher_state(serial: str, state: str) -> Refusal:
    """Give the refusal for a voucher whose state does not allow what was asked."""
    return Refusal(
        "voucher_state",
        N_("券 %(serial)s 现在是“%(state)s”，不能执行此操作"),
        serial=serial,
        state=state,
    )
