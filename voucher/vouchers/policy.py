"""Who may draft, approve, issue, hand over, hold and void."""

from voucher.access import Action, Role, has_role

DRAFT_RUN = Action("vouchers.draft_run", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),))
APPROVE_RUN = Action("vouchers.approve_run", (has_role(Role.APPROVER),), is_grave=True)
# What a worker of a street lets go on was approved already.
RESUME_RUN = Action("vouchers.resume_run", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),))
CANCEL_RUN = Action("vouchers.cancel_run", (has_role(Role.APPROVER),))
LIST_RUNS = Action(
    "vouchers.list_runs",
    (has_role(Role.WORKER, Role.APPROVER, Role.FINANCE, Role.AUDITOR, Role.CONSOLE),),
)
HAND_OVER = Action("vouchers.hand_over", (has_role(Role.WORKER, Role.CONSOLE),))
# Names and addresses of who waits for paper, and how a round stands.
LIST_ROUNDS = Action(
    "vouchers.list_rounds",
    (has_role(Role.WORKER, Role.APPROVER, Role.AUDITOR, Role.CONSOLE),),
)
COUNT_BACK = Action("vouchers.count_back", (has_role(Role.WORKER, Role.CONSOLE),))
SUBMIT_COUNT = Action(
    "vouchers.submit_count", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),)
)
# What was not delivered is void by it and money moves: as a void, and never by who counted.
CLOSE_ROUND = Action("vouchers.close_round", (has_role(Role.APPROVER),), is_grave=True)
REPORT_LOSS = Action("vouchers.report_loss", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),))
DECIDE_LOSS = Action("vouchers.decide_loss", (has_role(Role.APPROVER),), is_grave=True)
REPRINT = Action("vouchers.reprint", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),))
HOLD = Action("vouchers.hold", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),))
RELEASE = Action("vouchers.release", (has_role(Role.APPROVER),))
VOID = Action("vouchers.void", (has_role(Role.APPROVER),), is_grave=True)
ASK_REPLACEMENT = Action(
    "vouchers.ask_replacement", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),)
)
APPROVE_REPLACEMENT = Action(
    "vouchers.approve_replacement", (has_role(Role.APPROVER),), is_grave=True
)
LIST_VOUCHERS = Action(
    "vouchers.list", (has_role(Role.WORKER, Role.APPROVER, Role.FINANCE, Role.AUDITOR),)
)
# Names and addresses of who holds what: for those who call on people to collect it.
LIST_PAPER_OUT = Action(
    "vouchers.list_paper_out", (has_role(Role.WORKER, Role.APPROVER, Role.AUDITOR),)
)
# Whose level would change is health data of people not yet told: for who decides it.
LIST_PAPER_OF_LEVELS = Action("vouchers.list_paper_of_levels", (has_role(Role.APPROVER),))
RELEASE_AFTER_STAY = Action("vouchers.release_after_stay", (has_role(Role.APPROVER),))
