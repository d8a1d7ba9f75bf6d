"""What a bedside form and a phone send, and what the second assessor states, as typed values."""

from collections.abc import Iterable
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from voucher.assessments.rules.answering import list_fields
from voucher.assessments.rules.signing import BACKGROUND_TITLES
from voucher.refusals import N_, BadInput
from voucher.residents.rules.names import MAX_NAME
from voucher.schemes.rules.instruments import Instrument
from voucher.workbooks.cells import normalise_text
from voucher.workbooks.faults import find_text_faults

LONGEST, LONGEST_DRAWING = 1_000, 80_000
MOST_VALUES = 60
MAX_KEY = 64


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the second assessor states; with name and password when it is not their own phone."""

    assessor: str
    background: str
    name: str
    password: str
    code: str

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> "Confirmation":
        """
        Read the form.

        :raises BadInput: assessor_missing, background_missing, or a fault of the name.
        """
        assessor = normalise_text(form.get("assessor_2", "")[:LONGEST])
        if not assessor:
            raise BadInput("assessor_missing", N_("请填写您的姓名"))
        for fault in find_text_faults("评估员", assessor, most=MAX_NAME):
            raise BadInput(fault.word, fault.sentence, **fault.facts)
        background = form.get("background_2", "")
        if background not in BACKGROUND_TITLES:
            raise BadInput("background_missing", N_("请选择您的专业背景"))
        return cls(
            assessor=assessor,
            background=background,
            name=form.get("account", "")[:LONGEST],
            password=form.get("password", "")[:LONGEST],
            code=form.get("code", "")[:20],
        )


def read_form(form: MultiDict[str, str], *, names: Iterable[str]) -> dict[str, list[str]]:
    """Give what was answered in the fields of these names; what is too long to be true is cut."""
    found = {}
    for name in names:
        values = [value[: _longest(name)] for value in form.getlist(name) if value.strip()]
        if values:
            found[name] = values[:MOST_VALUES]
    return found


def read_content(data: object, *, instrument: Instrument) -> dict[str, list[str]]:
    """
    Read what a phone kept: {name: [values]} of the fields this instrument has.

    :raises BadInput: answers_format.
    """
    if not isinstance(data, dict):
        raise BadInput("answers_format", N_("答案的格式不对"))
    form: MultiDict[str, str] = MultiDict()
    for name, values in data.items():
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise BadInput("answers_format", N_("答案的格式不对"))
        form.setlist(str(name), values)
    return read_form(form, names=list_fields(instrument))


def _longest(name: str) -> int:
    return LONGEST_DRAWING if name == "strokes" else LONGEST


@dataclass(frozen=True, slots=True)
class Sent:
    """
    What a phone sends of a form: its answers, the revision they were made from, the attempt's key.

    `knows` is the newest assessment the page showed, "" for none.
    """

    content: dict[str, list[str]]
    revision: int
    key: str
    knows: str

    @classmethod
    def parse(cls, data: object, *, instrument: Instrument) -> "Sent":
        """
        Read a body: {"fields": {name: [values]}, "revision": n, "key": "..", "knows": ".."}.

        :raises BadInput: answers_format, key_format.
        """
        if not isinstance(data, dict):
            raise BadInput("answers_format", N_("答案的格式不对"))
        revision, key = data.get("revision"), data.get("key")
        knows = data.get("knows", "")
        if type(revision) is not int or revision < 0 or not isinstance(knows, str):
            raise BadInput("answers_format", N_("答案的格式不对"))
        content = read_content(data.get("fields"), instrument=instrument)
        return cls(content, revision, read_key(key), knows[:LONGEST])


def read_key(key: object) -> str:
    """
    Give the key of one attempt.

    :raises BadInput: key_format.
    """
    if not isinstance(key, str) or not (0 < len(key) <= MAX_KEY and key.isascii()):
        raise BadInput("key_format", N_("请求编号须为 1 至 64 个英文字符"))
    return key
