"""A flow: what one kind of file is, what it would do and does; said by the domain it belongs to."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from voucher.access import Action, Actor
from voucher.imports.queries import KeptPreview
from voucher.imports.rules import Listing, Preview
from voucher.pages import say_in_both
from voucher.refusals import N_, Refusal
from voucher.workbooks.faults import Fault
from voucher.workbooks.headers import Assignment, Layout
from voucher.workbooks.reading import read_first_sheet
from voucher.workbooks.returning import list_returned_rows
from voucher.workbooks.tables import Table, open_table
from voucher.workbooks.writing import write_workbook

FAULTS = "faults"
PERSON = (N_("行"), N_("姓名"), N_("身份证号"))
FAULTY_PEOPLE = Listing(
    FAULTS,
    N_("有错的行"),
    N_("这些行不导入。请下载后逐行改正，再传一次。"),
    (*PERSON, N_("错在哪里")),
    is_fault=True,
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A file under way: judged on a day, with the headers its sender pointed out, by sheet."""

    actor: Actor
    content: bytes
    on: date
    now: datetime
    choice: str = ""
    assignments: Mapping[int, Assignment] = field(default_factory=dict)

    def open_first(self, layout: Layout) -> Table:
        """
        Open the first sheet.

        :raises BadInput: what the workbook's reading raises.
        """
        sheet = read_first_sheet(content=self.content)
        return open_table(sheet=sheet, layout=layout, assignment=self.assignments.get(0))


@dataclass(frozen=True, slots=True)
class Flow:
    """
    One kind of file.

    `counts` gives the title of each count, in order; those in `work` mean that there is something
    to import. `preview` writes nothing. `prepare` judges, and what it gives writes, inside a
    transaction, and tells the counts. `example` is a row by field of each sheet. `steps` lead on.
    Where there are several ways to fill in such a file, `choices` gives their names and `choose`
    the flow of one; `choice` is the one it was chosen for.
    """

    kind: str
    action: Action
    title: str
    lead: str
    back: tuple[str, str]
    sheets: Sequence[str]
    layouts: Callable[[], Sequence[Layout]]
    counts: Mapping[str, str]
    work: Collection[str]
    listings: Sequence[Listing]
    preview: Callable[[Sent], Preview]
    prepare: Callable[[Sent], Callable[[], dict[str, int]]]
    give_back: Callable[[Sent, KeptPreview], bytes]
    example: Sequence[Mapping[str, str]]
    steps: Sequence[tuple[str, str]]
    asks_day: bool = True
    choice: str = ""
    choices: Callable[[], Mapping[str, str]] = dict
    choose: Callable[[str], "Flow"] | None = None

    def vary(self, choice: str) -> "Flow":
        """
        Give the flow of one choice, "" for the usual one.

        :raises NotFound: where there is no such choice.
        """
        return self.choose(choice) if self.choose else self

    def find_listing(self, word: str) -> Listing | None:
        """Give a list by its word."""
        return next((one for one in self.listings if one.word == word), None)


def say_fault(fault: Fault) -> str:
    """Put a fault into words, in both languages: the file may be corrected by somebody else."""
    return say_in_both(Refusal(fault.word, fault.sentence, **fault.facts))


def make_giver(
    layout: Callable[[], Layout], *, text_fields: Sequence[str]
) -> Callable[[Sent, KeptPreview], bytes]:
    """Make what gives the faulty rows of a file's first sheet back as a workbook."""

    def give_back(sent: Sent, preview: KeptPreview) -> bytes:
        returned = list_returned_rows(
            table=sent.open_first(layout()),
            rejected=preview.list_rejected(FAULTS),
            text_fields=text_fields,
            say=say_fault,
        )
        return write_workbook(sheets=[returned])

    return give_back


def write_template(flow: Flow) -> bytes:
    """Make a blank workbook to fill in: the right titles, text columns, an invented example."""
    layouts = flow.layouts()
    blank = [
        (name, list_template_titles(layout), ())
        for name, layout in zip(flow.sheets, layouts, strict=True)
    ]
    example = []
    for layout, row in zip(layouts, flow.example, strict=True):
        example += [list_template_titles(layout), [row.get(field, "") for field in layout.words]]
    return write_workbook(sheets=[*blank, ("填写示例", ("此表为虚构示例，不会导入",), example)])


def list_template_titles(layout: Layout) -> list[str]:
    """Give the title each column of a template has."""
    return [words[0] for words in layout.words.values()]
