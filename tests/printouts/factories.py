"""Vouchers, lists and statements to draw. Every person, shop and place is invented."""

from dataclasses import replace
from datetime import UTC, date, datetime

from cryptography.hazmat.primitives.asymmetric import ec

from voucher import codes, signing, tokens
from voucher.db import db
from voucher.jobs import Chunk
from voucher.printouts.drawing.fields import SAMPLE, Addressee, Mark, SheetVoucher
from voucher.printouts.drawing.handover import HandoverLine, HandoverList
from voucher.printouts.drawing.letter import Letter
from voucher.printouts.drawing.statement import Statement, StatementLine
from voucher.printouts.rules import PREFLIGHT_JOB, PRINT_JOB
from voucher.upkeep.tasks.working import do_chunk, find_work

MONTH = date(2026, 12, 1)
HOST = "VOUCHER.EXAMPLE"
FULL_NAMES = (
    "王小明",
    "𠮷䶮𬍛",
    "朱㐱本",
    "欧阳㛃𬭚",
    "买买提明·阿不都热合曼·托合提",
    "古丽巴哈尔·吾守尔",
    "单",
    "王" + "小" * 29,
)
MASKED_NAMES = ("王**", "𠮷**", "䶮*", "㐱**", "㛃**", "𬍛*", "𬭚*", "买买提明·*")
KINDS = (
    {"value": "30.00 元", "covers": "理发、照相、洗衣、助餐、家电维修、保洁"},
    {"value": "2 次", "covers": "助浴，每次最高抵扣 80 元"},
    {
        "programme": "养老服务消费券",
        "value": "本月最高抵扣 800 元",
        "covers": "上门 50% · 机构和日托 40%",
    },
)
_KEY = ec.derive_private_key(20261205, ec.SECP256R1())
_RING = signing.KeyRing(
    (
        signing.SigningKey(
            1, signing.KeyStatus.ACTIVE, datetime(2026, 12, 5, tzinfo=UTC), _KEY.public_key(), _KEY
        ),
    )
)


def make_voucher(number: int, **values) -> SheetVoucher:
    """Give the voucher of this running number, with a token of its own."""
    print_id = number * 0x0123_4567_89AB_CDEF % 2**64
    body = tokens.TokenBody(
        kid=1,
        scheme=1,
        print_id=print_id,
        kind=tokens.TokenKind.AMOUNT,
        value=3000,
        service_class=0,
        valid_from=MONTH,
        last_date=date(2026, 12, 31),
        community=1,
        partial_use=False,
        offline_allowed=True,
        home_shop_required=False,
        is_test=True,
    )
    voucher = replace(
        SAMPLE,
        masked_name=MASKED_NAMES[number % len(MASKED_NAMES)],
        serial=codes.make_serial(month=MONTH, number=number),
        typed_code=codes.show_typed_code(print_id),
        qr_text=tokens.show_url(signing.sign(body=body, keyring=_RING), host=HOST),
        host=HOST,
    )
    return replace(voucher, **values)


def make_handover(*lines: HandoverLine) -> HandoverList:
    return HandoverList(
        programme="示例养老服务券",
        street="示例街道",
        community="示例社区",
        run="2026-12-1",
        batch="ROUND-000001-510104001001",
        phone="028-0000 0000",
        sheets=1,
        valid_from=MONTH,
        last_date=date(2026, 12, 31),
        mark=Mark.TEST,
        lines=lines,
    )


def make_handover_line(name: str, *, numbers: range = range(1, 2)) -> HandoverLine:
    serials = tuple(codes.make_serial(month=MONTH, number=number) for number in numbers)
    return HandoverLine(name=name, address="示例路2号10幢3单元1203室", serials=serials)


def make_statement_line(number: int, **values) -> StatementLine:
    line = StatementLine(
        at="2026-12-05 10:00",
        receipt=f"R{number:08d}",
        serial=codes.make_serial(month=MONTH, number=number),
        service="理发",
        price_fen=3500,
        amount_fen=3000,
        own_fen=500,
        other_payer_fen=0,
    )
    return replace(line, **values)


def make_statement(*lines: StatementLine, **values) -> Statement:
    statement = Statement(
        number="2026-12-31-1",
        district="示例区",
        shop="示例理发店",
        shop_code="S001",
        from_date=MONTH,
        through_date=date(2026, 12, 31),
        holder="示例理发店",
        bank="示例银行",
        account="************2222",
        made_by="甲",
        approved_by="乙",
        held=1,
        amount_fen=sum(line.amount_fen for line in lines),
        mark=Mark.TEST,
        lines=lines,
    )
    return replace(statement, **values)


def make_letter(**values) -> Letter:
    """Give a letter that tells level 3, moved there by a diagnosis."""
    letter = Letter(
        number="L000123",
        district="示例区",
        place="示例街道 示例社区",
        name="王秀英",
        scale="老年人能力评估规范（GB/T 42195-2022）",
        level="能力重度受损（重度失能）",
        from_date=date(2026, 12, 1),
        assessed_date=date(2026, 12, 1),
        assessors="何静、罗伟",
        confirmed_date=date(2026, 12, 5),
        reasons=(
            "自理能力：20／32 分",
            "基础运动能力：9／15 分",
            "精神状态：19／28 分",
            "感知觉与社会参与：12／15 分",
            "总分：60／90 分，能力中度受损（中度失能）（46–65 分）",
            "确诊失智或其他精神和行为障碍，加重一级（诊断：失智）",
        ),
        programmes=("养老服务消费补贴（2026）",),
        appeal_until=date(2027, 1, 4),
        decision_days=30,
        next_date=date(2027, 6, 1),
        phone="028-0000 0000",
        decision=None,
        mark=Mark.TEST,
    )
    return replace(letter, **values)


def print_waiting() -> int:
    """Do what a worker does with each print that was asked for on the site; give how many."""
    return _do_waiting(PRINT_JOB)


def preflight_waiting() -> int:
    """Do what a worker does with paper that waits to be read back; give how many communities."""
    return _do_waiting(PREFLIGHT_JOB)


def _do_waiting(job: str) -> int:
    waiting = [one for one in find_work() if db.session.get_one(Chunk, one).job == job]
    return sum(do_chunk(chunk_id) == job for chunk_id in waiting)


def make_booklets(count: int) -> list[SheetVoucher]:
    """Give vouchers of three kinds, three a resident, as delivery orders them."""
    return [
        make_voucher(
            number,
            **KINDS[number % len(KINDS)],
            addressee=Addressee(
                (number - 1) // 3,
                FULL_NAMES[(number - 1) // 3 % len(FULL_NAMES)],
                "示例市示例区示例街道示例路2号10幢3单元1203室",
            ),
        )
        for number in range(1, count + 1)
    ]
