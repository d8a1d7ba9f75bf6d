"""
Pages of printouts: asking for a print, its progress, its files.

GET  /printouts/<run>               the manifest, and what can be done with it; XLSX too
POST /printouts/<run>               have the worker print one's part of the run
GET  /printouts/<run>/progress      how far the printing is, asked for every second
GET  /printouts/<run>/files/<file>  one file
GET  /printouts/<run>/files.zip     all of one's files of the run, or of one street
"""

import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import gettext

from voucher import clock
from voucher.access import require
from voucher.codes import show_serial
from voucher.config import Home
from voucher.db import transaction
from voucher.listing import Column, Wanted, read_wanted, send_workbook, slice_rows
from voucher.pages import say
from voucher.periods import CHINA
from voucher.printouts import policy
from voucher.printouts.operations.asking import find_fault, record_download
from voucher.printouts.queries.files import (
    Printed,
    check_files_released,
    check_whole,
    list_given_up,
    list_printed,
)
from voucher.printouts.queries.preflights import gather_standings, slice_findings
from voucher.printouts.queries.sheets import describe_office
from voucher.printouts.rules import (
    PREFLIGHT_JOB,
    PRINT_JOB,
    STANDING_TITLES,
    is_handover_list,
)
from voucher.printouts.tasks.asking import ask_print
from voucher.printouts.views.standing import (
    FINDING_COLUMNS,
    describe_standings,
    tell_advice,
    tell_fault,
)
from voucher.progress import Progress, find_progress
from voucher.refusals import N_, NotFound, Refusal
from voucher.vouchers.models import IssueRun
from voucher.vouchers.operations.custody import PRINTABLE_STATES
from voucher.vouchers.queries.runs import find_last_sign, get_run, list_communities_of_run
from voucher.vouchers.views.wording import name_run

blueprint = Blueprint("printouts", __name__, url_prefix="/printouts")

PIECE = 256 * 1024


def _name_kind(file: Printed) -> str:
    return gettext("发放签收表") if is_handover_list(file.name) else gettext("券")


COLUMNS: tuple[Column[Printed], ...] = (
    Column(N_("文件"), lambda file: file.name),
    Column(N_("内容"), _name_kind),
    Column(N_("状态"), lambda file: gettext(STANDING_TITLES[file.state])),
    Column(N_("街道"), lambda file: file.street),
    Column(N_("社区"), lambda file: file.community),
    Column(N_("页数"), lambda file: file.pages, is_number=True),
    Column(N_("券数"), lambda file: file.vouchers, is_number=True),
    Column(N_("大小（KB）"), lambda file: -(-file.size_bytes // 1024), is_number=True),
    Column(N_("校验值 SHA-256"), lambda file: file.sha256),
    Column(N_("打印人"), lambda file: file.made_by),
    Column(N_("打印时间"), lambda file: file.made_at),
    Column(N_("检查时间"), lambda file: file.preflight.made_at if file.preflight else ""),
    Column(N_("放行人"), lambda file: (file.preflight and file.preflight.released_by) or ""),
    Column(N_("放行时间"), lambda file: (file.preflight and file.preflight.released_at) or ""),
    Column(N_("下载人"), lambda file: "、".join(file.taken_by)),
)
# The worst that was found stands on the page itself, the rest on a page of its own.
MOST_FINDINGS = 10


@blueprint.get("/<int:run_id>")
@require(policy.SEE_FILES)
def show(run_id: int) -> Any:
    """Show what was printed of a run, and ask for a print."""
    run = get_run(actor=g.actor, run_id=run_id)
    if request.args.get("format") == "xlsx":
        return send_workbook(name=f"files-{run_id}", columns=COLUMNS, rows=_list_files(run_id))
    return show_run_files(run, None)


@blueprint.post("/<int:run_id>")
@require(policy.PRINT_RUN)
def ask(run_id: int) -> Any:
    """Have the worker print one's part of the run; what cannot be printed is said at once."""
    try:
        ask_print(actor=g.actor, run_id=run_id, office=describe_office(find_home()))
    except Refusal as refusal:
        return show_run_files(get_run(actor=g.actor, run_id=run_id), refusal), refusal.status
    flash(gettext("已要求打印，后台正在生成文件。"))
    return redirect(url_for("printouts.show", run_id=run_id))


@blueprint.get("/<int:run_id>/progress")
@require(policy.SEE_FILES)
def show_progress(run_id: int) -> Response:
    """Tell how far the work is; once it is over, have the whole page fetched anew."""
    run = get_run(actor=g.actor, run_id=run_id)
    printing, reading = _find_progress(run, PRINT_JOB), _find_progress(run, PREFLIGHT_JOB)
    answer = make_response(
        render_template("printouts/show_progress.html", run=run, printing=printing, reading=reading)
    )
    if printing.is_over and reading.is_over:
        answer.headers["HX-Refresh"] = "true"
    return answer


@blueprint.get("/<int:run_id>/files/<int:file_id>")
@require(policy.DOWNLOAD)
def download(run_id: int, file_id: int) -> Any:
    """Give one file of the manifest, if it is still what the manifest says."""
    get_run(actor=g.actor, run_id=run_id)
    files = [file for file in _list_files(run_id) if file.id == file_id]
    if not files:
        raise NotFound("file_unknown", N_("没有这个文件，或您无权查看"))
    try:
        _take(run_id, files, files[0].name)
    except Refusal as refusal:
        return _turn_back(run_id, refusal)
    answer = send_file(
        files[0].path,
        mimetype="application/pdf",
        as_attachment=True,
        download_name=files[0].name,
        conditional=False,
        etag=False,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/<int:run_id>/files.zip")
@require(policy.DOWNLOAD)
def download_all(run_id: int) -> Any:
    """Give all one's files of a run, or of one street, packed while they are sent."""
    get_run(actor=g.actor, run_id=run_id)
    street = request.args.get("street", "")
    files = [file for file in _list_files(run_id) if street in ("", file.street_code)]
    if not files:
        raise NotFound("file_unknown", N_("没有这个文件，或您无权查看"))
    # What nobody has signed for stays out; when that is everything, it is said.
    files = [file for file in files if file.state == "released"] or files
    name = f"run-{run_id:06d}{f'-{street}' if street else ''}.zip"
    try:
        _take(run_id, files, name)
    except Refusal as refusal:
        return _turn_back(run_id, refusal)
    answer = Response(_pack(files), content_type="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _take(run_id: int, files: Sequence[Printed], name: str) -> None:
    check_files_released(files=files)
    check_whole(files=files)
    with transaction():
        record_download(
            actor=g.actor,
            run_id=run_id,
            file_ids=[file.id for file in files],
            part=name,
            now=clock.now(),
        )


def _turn_back(run_id: int, refusal: Refusal) -> Any:
    flash(say(refusal), "refused")
    return redirect(url_for("printouts.show", run_id=run_id))


class _Pipe:
    """A file that a ZIP is written to and that is emptied as it is sent; it cannot seek."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Do nothing: what is written is sent by whoever empties the pipe."""

    def close(self) -> None:
        """Do nothing: there is nothing to close."""

    def empty(self) -> bytes:
        content, self.pieces = b"".join(self.pieces), []
        return content


def _pack(files: Sequence[Printed]) -> Iterator[bytes]:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.name, file.made_at.astimezone(CHINA).timetuple()[:6])
            with file.path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as out:
                while piece := source.read(PIECE):
                    out.write(piece)
                    yield pipe.empty()
    yield pipe.empty()


def find_home() -> Home:
    """Give the home this application serves."""
    home: Home = current_app.config["HOME"]
    return home


def _list_files(run_id: int) -> list[Printed]:
    return list_printed(actor=g.actor, run_id=run_id, folder=find_home().printouts)


def _find_progress(run: IssueRun, job: str) -> Progress:
    return find_progress(
        job=job,
        subject_id=run.id,
        last_sign_at=find_last_sign(run_id=run.id),
        now=clock.now(),
        parts=[place.id for place in list_communities_of_run(actor=g.actor, run_id=run.id)],
    )


def _find_fault(run: IssueRun) -> Refusal | None:
    """Find anew why a community could not be drawn, with the names that no event keeps."""
    if not list_given_up(actor=g.actor, run_id=run.id):
        return None
    found = find_fault(actor=g.actor, run_id=run.id, office=describe_office(find_home()))
    return found or Refusal("print_again", N_("有社区没有打印成，原因已经消除，请重新打印"))


def show_run_files(run: IssueRun, refusal: Refusal | None) -> str:
    """Show what was printed of a run, where it stands and what comes next."""
    files = _list_files(run.id)
    overview = describe_standings(gather_standings(files))
    wanted = read_wanted(request.args if request.method == "GET" else type(request.args)())
    streets = sorted({(file.street_code, file.street) for file in files})
    return render_template(
        "printouts/show.html",
        run=run,
        name=name_run(run),
        refusal=refusal or _find_fault(run),
        printing=_find_progress(run, PRINT_JOB),
        reading=_find_progress(run, PREFLIGHT_JOB),
        overview=overview,
        findings=slice_findings(
            actor=g.actor, preflight_ids=overview.failed_ids, wanted=Wanted(size=MOST_FINDINGS)
        ),
        finding_columns=FINDING_COLUMNS,
        tell_fault=tell_fault,
        tell_advice=tell_advice,
        show_serial=show_serial,
        titles=STANDING_TITLES,
        is_printable=run.state in PRINTABLE_STATES,
        files=slice_rows(files, wanted=wanted),
        columns=COLUMNS,
        name_kind=_name_kind,
        gone=sum(not file.is_there for file in files),
        may_preflight=policy.PREFLIGHT.allows(g.actor),
        may_release=policy.RELEASE.allows(g.actor),
        streets=streets if len(streets) > 1 else [],
        may_print=policy.PRINT_RUN.allows(g.actor),
        may_download=policy.DOWNLOAD.allows(g.actor),
    )
