"""What the pages of the whole chain say: home, the desk's calls, one resident's file. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from voucher.codes import is_typed_code, parse_serial, parse_typed_code, write_print_code
from voucher.periods import next_month
from voucher.phones import read_phone
from voucher.refusals import N_, BadInput

# Each role's work in a sentence.
WORK = {
    "worker": N_("登记老人、导入评估、发放养老服务券。"),
    "assessor": N_("上门评估，在床边填写、签字；确认同事签过的评估。"),
    "approver": N_("确认等级，审核批次、商户和换发。"),
    "finance": N_("预算、结算、付款；一人经办，另一人审核。"),
    "auditor": N_("查看全部记录，不改动任何数据。"),
    "desk": N_("接听电话：有什么券、用到哪天、在哪里用。"),
    "admin": N_("账号、设置和密钥；不接触资金和健康信息。"),
}

# Deeds whose subject is a resident, as a person says them; any other shows its own word.
DEEDS = {
    "assessments.begin_draft": N_("开始填写评估"),
    "assessments.drop_draft": N_("删除评估草稿"),
    "assessments.open_bedside": N_("打开床边评估"),
    "assessments.read": N_("查看评估"),
    "assessments.read_draft": N_("查看待确认的评估"),
    "assessments.record": N_("录入评估"),
    "assessments.send_back": N_("退回评估"),
    "assessments.sign": N_("评估签字"),
    "assessments.take_back": N_("收回评估"),
    "care_levels.assess_appeal": N_("登记申诉的复评"),
    "care_levels.decide_appeal": N_("决定申诉"),
    "care_levels.read_appeal": N_("查看申诉"),
    "care_levels.read_level": N_("查看等级依据"),
    "care_levels.register_appeal": N_("登记申诉"),
    "care_levels.reject": N_("退回拟定等级"),
    "care_levels.withdraw_appeal": N_("撤回申诉"),
    "entitlements.explain": N_("查询应享权益"),
    "overview.read_file": N_("查看档案"),
    "overview.reveal_number": N_("查看完整号码"),
    "printouts.write_letter": N_("打印告知书"),
    "rechecks.record": N_("登记抽查复评"),
    "residents.compare": N_("比对两份档案"),
    "residents.correct": N_("更正资料"),
    "residents.record_departure": N_("登记离开"),
    "residents.register": N_("登记"),
    "stays.end": N_("登记出院"),
    "stays.read": N_("查看住院"),
    "stays.record": N_("登记住院"),
    "stays.withdraw": N_("撤销住院"),
    "vouchers.list_paper_out": N_("查看在外的券"),
    "vouchers.release_after_stay": N_("住院后恢复券"),
}


_PLANNERS = ("worker", "approver")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of ours with its facts, to be translated where it is shown."""

    sentence: str
    facts: dict[str, Any]


def find_coming_month(*, today: date, opens_on: int) -> date:
    """Give the month whose vouchers are prepared now: the next one from its opening day on."""
    first = today.replace(day=1)
    return next_month(first) if today.day >= opens_on else first


def tell_what_comes_next(*, role: str, today: date, opens_on: int) -> Said:
    """Say what the month brings next; next month's runs can be drafted from the opening day on."""
    after = next_month(today.replace(day=1))
    month = f"{after:%Y-%m}"
    if role in _PLANNERS and today.day < opens_on:
        opens = today.replace(day=opens_on).isoformat()
        return Said(N_("%(day)s 起可以生成 %(month)s 的批次。"), {"day": opens, "month": month})
    if role in _PLANNERS:
        return Said(N_("%(month)s 的批次现在就可以生成。"), {"month": month})
    if role == "finance":
        return Said(
            N_("%(month)s 的预算请在批次批准之前定好；%(day)s 起可以结算本月。"),
            {"month": month, "day": after.isoformat()},
        )
    return Said(N_("有新的事项时会出现在这里。"), {})


MISSES_ALLOWED = 5
MISS_WINDOW = LOCKED_FOR = timedelta(hours=1)


def find_lock(*, misses: Sequence[datetime], now: datetime) -> datetime | None:
    """
    Give until when an account's desk is locked, or None; `misses` stand newest first.

    Five misses within an hour lock it for an hour from the fifth.
    """
    if len(misses) < MISSES_ALLOWED:
        return None
    newest, fifth = misses[0], misses[MISSES_ALLOWED - 1]
    until = newest + LOCKED_FOR
    return until if newest - fifth < MISS_WINDOW and now < until else None


class By(StrEnum):
    """What a caller is looked up by."""

    PHONE = "phone"
    NAME = "name"
    PINYIN = "pinyin"
    SERIAL = "serial"
    CODE = "code"

    @property
    def names_a_voucher(self) -> bool:
        """Tell whether it is the voucher's own number, which is proof enough for that voucher."""
        return self in (By.SERIAL, By.CODE)


@dataclass(frozen=True, slots=True)
class Question:
    """What the clerk typed, understood. `places` narrow a name to streets or communities."""

    by: By
    text: str
    places: tuple[str, ...] = ()


def read_question(text: str) -> Question:
    """
    Understand a telephone number, a name, its pinyin, a serial or a typed code.

    :raises BadInput: question_empty, question_unknown, serial, typo.
    """
    tidy = unicodedata.normalize("NFKC", text[:200]).strip()
    plain = re.sub(r"[\s\-]", "", tidy)
    if not plain:
        raise BadInput("question_empty", N_("请输入电话号码、姓名、券号或短码"))
    if phone := read_phone(tidy):
        return Question(By.PHONE, phone)
    if plain.isascii() and any(letter.isdigit() for letter in plain):
        return _read_number(tidy, plain)
    if plain.isascii():
        return Question(By.PINYIN, _squeeze(plain))
    name, *places = tidy.split()
    return Question(By.NAME, name, tuple(places))


def _read_number(tidy: str, plain: str) -> Question:
    if len(plain) == 12 and plain.isdigit():
        return Question(By.SERIAL, parse_serial(plain))
    if len(plain) == 15 and is_typed_code(tidy):
        return Question(By.CODE, write_print_code(parse_typed_code(tidy)))
    raise BadInput(
        "question_unknown",
        N_("认不出这个号码：电话是 11 位左右，券号是 12 位数字，短码是 15 位，请核对位数"),
    )


def _squeeze(pinyin: str) -> str:
    return pinyin.replace("·", "").replace("'", "").lower()


@dataclass(frozen=True, slots=True)
class Proof:
    """What a caller knows: a serial in hand, or a birth date and the last four of the ID."""

    serial: str | None = None
    born_date: date | None = None
    last_four: str = ""


def read_proof(*, serial: str, born: str, last_four: str) -> Proof:
    """
    Read what the caller said; half of it is asked for again and counts as no miss.

    :raises BadInput: proof_missing, serial, born_format, last_four_format.
    """
    if serial.strip():
        return Proof(serial=parse_serial(serial))
    if not (born.strip() and last_four.strip()):
        raise BadInput("proof_missing", N_("请填写券号，或同时填写出生日期和身份证末四位"))
    ending = unicodedata.normalize("NFKC", last_four).strip().upper()
    if not re.fullmatch(r"[0-9]{3}[0-9X]", ending):
        raise BadInput("last_four_format", N_("身份证末四位应为四位数字，最后一位可以是 X"))
    return Proof(born_date=_read_birth(born), last_four=ending)


def _read_birth(text: str) -> date:
    digits = re.findall(r"\d+", unicodedata.normalize("NFKC", text[:40]))
    if len(digits) == 1 and len(digits[0]) == 8:
        digits = [digits[0][:4], digits[0][4:6], digits[0][6:]]
    try:
        year, month, day = (int(part) for part in digits)
        return date(year, month, day)
    except ValueError:
        raise BadInput("born_format", N_("出生日期请写成 1941-01-31 或 19410131")) from None


def spell_money(fen: int) -> Said:
    """Say an amount as it is spoken: 12050 is 120 元 5 角."""
    parts = {"yuan": fen // 100, "jiao": fen // 10 % 10, "fen": fen % 10}
    if parts["jiao"] and parts["fen"]:
        return Said(N_("%(yuan)s 元 %(jiao)s 角 %(fen)s 分"), parts)
    if parts["jiao"]:
        return Said(N_("%(yuan)s 元 %(jiao)s 角"), parts)
    if parts["fen"]:
        return Said(N_("%(yuan)s 元零 %(fen)s 分"), parts)
    return Said(N_("%(yuan)s 元"), parts)
