"""Budgets, runs, prints, handovers and settlements at the command line."""

from tests.doors.town import AGE_BANDS, MONTH, RUN_FEN, SHOP, read_paper

ISSUE = ("issue", AGE_BANDS, "--as", "worker", "--month")


def test_a_programme_or_month_that_is_none_is_refused(open_door):
    door = open_door("funded")

    door.refuse("issue", "no-such-programme", "--month", MONTH, word="scheme_unknown")
    for month in ("2026-13", "2026-1", "12/2026", "december"):
        door.refuse(*ISSUE, month, word="month_format", exit_code=2)
    door.refuse("grade", AGE_BANDS, "--on", "2026-02-30", word="date", exit_code=2)
    door.refuse(*ISSUE, MONTH, "--community", "999999999999", word="division_unknown")


def test_a_run_is_made_from_the_fifteenth_before_and_not_after_its_month(open_door):
    door = open_door("funded")

    refused = door.refuse(*ISSUE, "2027-01", word="too_early")
    assert refused == {"error": "too_early", "day": "2026-12-15"}
    door.refuse(*ISSUE, "2026-11", word="period_over")


def test_where_nobody_is_due_there_is_no_run(open_door):
    door = open_door("funded")

    door.refuse("issue", "national-2026", "--month", MONTH, word="nobody_due")


def test_the_same_month_again_is_the_same_run(open_door):
    door = open_door("drafted")

    again = door.answer(*ISSUE, MONTH)

    assert (again["run"], again["value_fen"], again["already_issued"]) == (1, RUN_FEN, 5)


def test_without_a_budget_nothing_is_approved(open_door):
    door = open_door("founded")
    door.answer(*ISSUE, MONTH)

    refused = door.refuse("runs", "approve", 1, "--as", "approver", word="budget")

    assert refused == {"error": "budget", "over": "520.00", "needed": "520.00", "left": "0.00"}


def test_a_budget_one_fen_short_is_too_small_and_the_exact_sum_is_enough(open_door):
    door = open_door("founded")
    door.answer(*ISSUE, MONTH)
    budget = ("budgets", "set", AGE_BANDS, "--month", MONTH, "--as", "finance", "--amount")
    for amount in ("519.99", "520.00"):
        made = door.answer(*budget, amount)["budget"]
        door.answer("budgets", "approve", made, "--as", "other-finance")
        if amount == "519.99":
            refused = door.refuse("runs", "approve", 1, "--as", "approver", word="budget")

    assert refused["over"] == "0.01"
    assert door.answer("runs", "approve", 1, "--as", "approver")["state"] == "issued"


def test_nobody_approves_what_he_made_himself(open_door):
    door = open_door("founded")
    budget = ("budgets", "set", AGE_BANDS, "--month", MONTH, "--amount", "520", "--as", "finance")
    made = door.answer(*budget)["budget"]
    door.refuse("budgets", "approve", made, "--as", "finance", word="self_approve")
    door.answer("budgets", "approve", made, "--as", "other-finance")
    door.refuse("budgets", "approve", made, "--as", "other-finance", word="budget_state")

    door.answer("issue", AGE_BANDS, "--month", MONTH, "--as", "approver")
    door.refuse("runs", "approve", 1, "--as", "approver", word="self_approve")
    assert door.answer("runs", "approve", 1, "--as", "checker")["state"] == "issued"


def test_each_step_of_a_run_needs_the_one_before(open_door):
    drafted, issued, given = open_door("drafted"), open_door("issued"), open_door("given")

    drafted.refuse("print", 1, "--as", "worker", word="run_state")
    drafted.refuse("handover", 1, "--as", "worker", word="run_state")
    issued.refuse("runs", "approve", 1, "--as", "approver", word="run_state")
    issued.refuse("handover", 1, "--as", "worker", word="not_printed")
    given.refuse("runs", "cancel", 1, "--as", "approver", word="handed_over")
    for words in (("print", 9), ("handover", 9), ("runs", "show", 9)):
        given.refuse(*words, "--as", "worker", word="run_unknown")


def test_what_is_not_there_cannot_be_held_or_voided(open_door):
    door = open_door("given")
    serial = read_paper(door)["services"].serial
    wrong = serial[:-1] + ("1" if serial[-1] != "1" else "2")

    door.refuse("hold", wrong, "--reason", "核实", word="serial", exit_code=2)
    door.refuse("release", serial, "--reason", "核实", "--as", "approver", word="voucher_state")
    door.answer("void", serial, "--reason", "遗失", "--as", "approver")
    void = ("void", serial, "--reason", "遗失", "--as", "approver")
    door.refuse(*void, word="voucher_unknown")
    door.refuse("hold", serial, "--reason", "核实", word="voucher_state")
    door.refuse("reprint", serial, "--reason", "破损", word="voucher_state")


def test_a_day_is_settled_once_it_is_over_and_twice_gives_the_same(open_door):
    door = open_door("given")
    code = read_paper(door)["services"].typed_code
    door.answer("redeem", code, "--shop", SHOP, "--service", "haircut")
    settle = ("settle", "--through", "2026-12-05", "--as", "finance")

    refused = door.refuse(*settle, word="not_over")
    assert refused == {"error": "not_over", "day": "2026-12-05"}
    door.refuse("settle", "--through", "soon", "--as", "finance", word="date", exit_code=2)

    door.answer("clock", "set", "2026-12-06T00:00:00+08:00")
    first = door.answer(*settle)
    before = door.read_tables()
    assert door.answer(*settle) == first
    assert door.read_tables() == before
    assert first["amount_fen"] == 3000


def test_a_settlement_is_approved_by_another_and_paid_with_a_reference(open_door):
    door = open_door("given")
    code = read_paper(door)["services"].typed_code
    door.answer("redeem", code, "--shop", SHOP, "--service", "haircut")
    door.answer("clock", "set", "2026-12-06T00:00:00+08:00")
    made = door.answer("settle", "--through", "2026-12-05", "--as", "finance")
    one = made["settlements"][0]["id"]
    approve = ("settlements", "approve", one, "--as")
    pay = ("settlements", "paid", one, "--as", "finance", "--bank-ref")

    door.refuse(*approve, "finance", word="self_approve")
    door.refuse(*pay, "B-1", word="settlement_state")
    door.answer(*approve, "other-finance")
    door.refuse(*approve, "other-finance", word="settlement_state")
    for reference in ("", "  ", "x" * 61):
        door.refuse(*pay, reference, word="bank_ref_missing", exit_code=2)
    assert door.answer(*pay, "B-1")["state"] == "paid"
    door.refuse(*pay, "B-2", word="settlement_state")
    lost = ("settlements", "approve", 99, "--as", "other-finance")
    door.refuse(*lost, word="settlement_unknown")
    assert door.answer("verify")["breaches"] == []


def test_a_voucher_is_replaced_by_two_and_the_books_stay_right(open_door):
    door = open_door("given")
    serial = door.find_serial(run=1, item="bath")
    replace = ("replace", serial, "--reason", "遗失")

    assert door.answer(*replace, "--as", "worker")["result"] == "waiting"
    done = door.answer(*replace, "--as", "approver")

    assert (done["result"], done["value_fen"], done["uses"]) == ("replaced", 16000, 2)
    assert done["new_serial"] != serial
    assert door.answer("verify")["breaches"] == []
