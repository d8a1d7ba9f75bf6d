"""How printing is cut into files, and what is said of their preflight. Pure."""

import hashlib
from collections.abc import Callable, Iterable, Mapping

from voucher.refusals import N_

# A file is held in memory until it is finished: 10,000 vouchers are about 150 MB.
MAX_VOUCHERS_A_FILE = 10_000
# Each is a file of `layouts/`; the first is what is printed when nobody says otherwise.
LAYOUTS = ("a4-8", "a4-10", "booklet")
# So short they have room in every layout, whatever they are written with.
SHORT_NAME, SHORT_ADDRESS = 8, 60
PRINT_JOB = "print_run"
PREFLIGHT_JOB = "preflight_run"


def name_print_job(*, layout: str, folder: str) -> str:
    """
    Give the name of the job that prints this layout into a folder.

    A folder has jobs of its own: a worker that prints elsewhere must not take them up.
    """
    return f"{PRINT_JOB}:{layout}:{hashlib.sha256(folder.encode()).hexdigest()[:8]}"


def name_sheets(*, stem: str, part: int, layout: str) -> str:
    """Give the name, without its ending, of the part-th file of sheets of a community."""
    return f"{stem}-{part:02d}" + ("" if layout == LAYOUTS[0] else f"-{layout}")


def read_community(name: str) -> str:
    """Give the code of the community whose file this is: run-000001-510104020001-01.pdf."""
    return name.split("-")[2]


def is_handover_list(name: str) -> bool:
    """Tell a handover list from sheets of vouchers."""
    return name.endswith("-handover.pdf")


def read_layout(name: str) -> str:
    """Give the layout of a file of sheets: its name ends in it, unless it is the first."""
    stem = name.removesuffix(".pdf")
    return next((layout for layout in LAYOUTS if stem.endswith(f"-{layout}")), LAYOUTS[0])


# Somebody waits for the file: a hundred letters take about a second.
MAX_LETTERS_A_FILE = 100
# So is the paper of single vouchers, which is read back too: 60 ms a page of eight.
MAX_PAPERS_A_FILE = 1_000

# A file that is wrong throughout is named by its first faults; all are counted.
MAX_FINDINGS_KEPT = 200

STANDING_TITLES: dict[str, str] = {
    "unread": N_("未检查"),
    "failed": N_("有问题"),
    "passed": N_("可放行"),
    "released": N_("已放行"),
}
SAY_FINDING = N_("%(file)s 第 %(page)s 页，券 %(serial)s：%(fault)s。%(advice)s")
_DRAW_AGAIN = N_("请重新打印这个社区")
_STOP = N_("这些纸不要用：请停止打印，重新打印并再检查；仍出现时请管理员查明是谁改了文件")
_LAYOUT = N_("请换一种版式重新打印；仍出现时请告诉管理员")
# By the word of a finding: what is wrong, and what to do.
FINDINGS: dict[str, tuple[str, str]] = {
    "file_gone": (N_("文件不在服务器上"), _DRAW_AGAIN),
    "file_changed": (N_("文件内容与打印清单的校验值不符，有人改过或磁盘损坏"), _STOP),
    "not_a_pdf": (N_("文件打不开"), _DRAW_AGAIN),
    "pages": (N_("应有 %(wanted)s 页，实有 %(found)s 页"), _DRAW_AGAIN),
    "missing": (N_("应有这张券，文件里没有"), _DRAW_AGAIN),
    "unreadable": (N_("二维码读不出"), _DRAW_AGAIN),
    "signature": (N_("签名不对，不是本区签发"), _STOP),
    "key": (N_("签名用的密钥不在本区的密钥中"), _STOP),
    "key_revoked": (N_("签名用的密钥已停用"), N_("请补印这张券，再打印这个社区")),
    "not_ours": (N_("二维码不是本区的券"), _STOP),
    "damaged": (N_("二维码内容不完整"), _STOP),
    "version": (N_("二维码的版本不认识"), _STOP),
    "test": (N_("测试券混进了正式的纸"), _STOP),
    "print_unknown": (N_("没有登记过这一印次，或它不在您的辖区"), _STOP),
    "print_dead": (N_("这一印次已失效（已补印）"), _DRAW_AGAIN),
    "voucher_void": (N_("这张券已作废"), _DRAW_AGAIN),
    "other_run": (N_("这张券属于另一批次或另一社区"), _STOP),
    "twice": (N_("同一张券印了两次（另一次在第 %(other)s 页）"), _STOP),
    "misplaced": (N_("二维码印在了另一张券上"), _STOP),
    "text": (N_("“%(field)s”与登记的不一致"), N_("请核对登记的内容，再重新打印这个社区")),
    "glyph": (
        N_("“%(name)s”有字库没有的字 %(code_points)s"),
        N_("请先更正或补充字库，再重新打印这个社区"),
    ),
    "size": (N_("二维码连白边只有 %(mm)s 毫米，至少要 28 毫米"), _LAYOUT),
    "quiet_zone": (N_("二维码四周四个模块宽的白边里有墨"), _LAYOUT),
    "contrast": (N_("二维码与纸的反差只有 %(percent)s%%，至少要 70%%"), _LAYOUT),
    "covered": (N_("二维码有一部分被盖住"), _LAYOUT),
    "spoilt": (N_("二维码在“%(copy)s”时读不出，老人用旧了就难扫"), _LAYOUT),
}


# Facts of findings that are sentences of ours.
_SAID = ("field", "copy")


def tell_finding(
    word: str, facts: Mapping[str, object], *, say: Callable[[str], str] = str
) -> tuple[str, str]:
    """Give what is wrong and what to do, said by `say`; so are the facts that are words of ours."""
    fault, advice = FINDINGS[word]
    said = {name: say(str(value)) if name in _SAID else value for name, value in facts.items()}
    return say(fault) % said, say(advice)


def digest_manifest(lines: Iterable[tuple[str, str, int, int, int]]) -> str:
    """Give the SHA-256 of files' names, hashes, pages, vouchers and bytes, in order of name."""
    text = "\n".join(" ".join(map(str, line)) for line in sorted(lines))
    return hashlib.sha256(text.encode()).hexdigest()
