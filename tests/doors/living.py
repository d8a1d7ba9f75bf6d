"""The town on 2026-12-20: uses, a till, a closed fortnight, and something waiting for everybody."""

from pathlib import Path

from tests.assessments.factories import make_answers
from tests.doors.door import Door
from tests.shops.factories import make_book, service_row, shop_row
from tests.workbooks.factories import make_workbook
from voucher.workbooks.writing import write_workbook

LATER_PEOPLE = (("assessor", "assessor"), ("desk", "desk"), ("admin", "admin"))
AGE_BANDS, CARE = "jinjiang-age-bands", "national-2026"
JANUARY = "2027-01"
NEW_SHOP = "S0003"


def live_on(door: Door, *, codes: dict[str, str], id_numbers: list[str]) -> None:
    """Live three weeks of the town; `codes` are typed codes of the first woman's paper, by item."""
    for name, role in LATER_PEOPLE:
        door.answer("accounts", "add", name, "--role", role)
    door.answer("devices", "enrol", "--shop", "S0001", "--as", "worker")
    _use_paper(door, codes)
    _assess(door, id_numbers[0])
    _let_one_depart(door, id_numbers[1])
    door.answer("clock", "set", "2026-12-20T10:00:00+08:00")
    door.answer("settle", "--through", "2026-12-19", "--as", "finance")
    door.answer(
        "redeem", codes["daycare"], "--shop", "S0001", "--service", "daycare", "--price", 10
    )
    door.answer("reverse", 1, "--reason", "记错了", "--as", "approver")
    _propose(door)


def _use_paper(door: Door, codes: dict[str, str]) -> None:
    use = ("redeem", codes["services"], "--shop", "S0001", "--service")
    door.answer(*use, "haircut")
    door.answer("redeem", codes["bath"], "--shop", "S0001", "--service", "bath")
    undone = door.answer(*use, "cleaning", "--amount", "20")
    door.answer("reverse", undone["redemption"], "--reason", "老人改了主意")


def _assess(door: Door, id_number: str) -> None:
    answers = make_answers(
        {"身份证号": id_number, "评估日期": "2026-12-04", "B.1.1": 0, "B.1.2": 0}
    )
    book = make_workbook([tuple(answers), tuple(answers.values())])
    door.answer("assessments", "import", _write(door, "assessments.xlsx", book))
    door.answer("grade", CARE)


def _let_one_depart(door: Door, id_number: str) -> None:
    row = (id_number, "去世", "2026-12-05")
    book = write_workbook(sheets=[("离开", ("身份证号", "离开原因", "离开日期"), [row])])
    door.answer("departures", "import", _write(door, "departures.xlsx", book), "--as", "worker")


def _propose(door: Door) -> None:
    door.answer("issue", AGE_BANDS, "--month", JANUARY, "--as", "worker")
    budget = ("budgets", "set", AGE_BANDS, "--month", JANUARY, "--amount", "900")
    door.answer(*budget, "--as", "finance")
    book = make_book([shop_row(NEW_SHOP)], [service_row(NEW_SHOP, "haircut", 28)])
    door.answer("shops", "import", _write(door, "more-shops.xlsx", book), "--as", "worker")


def _write(door: Door, name: str, content: bytes) -> Path:
    path = door.home.parent / name
    path.write_bytes(content)
    return path
