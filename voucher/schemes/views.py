"""
Pages of schemes.

GET  /schemes/                 list            GET  /schemes/<id>/<version>    any scheme
GET  /schemes/own              the folder      GET  /schemes/own/file?file=    preview one file
POST /schemes/own              propose one     GET  /schemes/own/<id>          what it changes
POST /schemes/own/<id>/approve                 POST /schemes/own/<id>/withdraw
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from difflib import unified_diff
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.config import find_schemes_path
from voucher.divisions.rules.provinces import PROVINCE_TITLES
from voucher.listing import Column, read_wanted, send_workbook, slice_rows
from voucher.pages import select_language
from voucher.periods import next_month
from voucher.refusals import N_, BadInput, NotFound, Refusal
from voucher.replies import perform_once
from voucher.schemes import operations, policy, queries
from voucher.schemes.forms import (
    NewAdoption,
    list_candidates,
    pick_candidate,
    read_adopted_file,
)
from voucher.schemes.rules import titles
from voucher.schemes.rules.adopting import (
    CONFIDENCE_TITLES,
    KIND_TITLES,
    STATE_TITLES,
    AdoptionState,
)
from voucher.schemes.rules.candidates import Candidate, list_faults, read_candidate
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.loading import Scheme, load_catalogue

blueprint = Blueprint("schemes", __name__, url_prefix="/schemes")

Page = tuple[str, int] | Response


@dataclass(frozen=True, slots=True)
class Listed:
    """One version of a scheme in the list; `counts` while it is the one that counts today."""

    scheme: Scheme
    since: date
    is_own: bool
    counts: bool

    @property
    def kind(self) -> str:
        """Give the kind by its word."""
        return "instrument" if isinstance(self.scheme, Instrument) else "programme"


COLUMNS: tuple[Column[Listed], ...] = (
    Column(N_("名称"), lambda row: row.scheme.name.say(select_language()), "name"),
    Column(N_("种类"), lambda row: gettext(KIND_TITLES[row.kind]), "kind"),
    Column(N_("代码"), lambda row: row.scheme.id, "id"),
    Column(N_("版本"), lambda row: row.scheme.version, is_number=True),
    Column(N_("施行日期"), lambda row: row.since, "since"),
    Column(N_("来自"), lambda row: gettext(N_("本区") if row.is_own else N_("系统自带")), "origin"),
    Column(N_("现在"), lambda row: _say_whether_it_counts(row)),
    Column(N_("把握"), lambda row: gettext(CONFIDENCE_TITLES[row.scheme.confidence])),
)
SORTS: Mapping[str, Callable[[Listed], Any]] = {
    "name": lambda row: row.scheme.name.say(select_language()),
    "kind": lambda row: row.kind,
    "id": lambda row: (row.scheme.id, row.scheme.version),
    "since": lambda row: row.since,
    "origin": lambda row: row.is_own,
}


def _say_whether_it_counts(row: Listed) -> str:
    if row.counts:
        return gettext("现行")
    return gettext("尚未施行") if row.since > clock.today() else gettext("已有新版")


@blueprint.get("/")
@require(policy.LIST_SCHEMES)
def show_list() -> str | Response:
    """List every version of every scheme, bundled or the district's own, and what waits."""
    wanted = read_wanted(request.args, sorts=tuple(SORTS))
    rows = _list_versions()
    if wanted.sort:
        rows.sort(key=SORTS[wanted.sort], reverse=wanted.is_descending)
    found = slice_rows(rows, wanted=wanted)
    if wanted.is_export:
        return send_workbook(name=gettext("方案"), columns=COLUMNS, rows=found.rows)
    waiting = [row for row in queries.list_adoptions() if row.state == AdoptionState.PROPOSED]
    return _render(
        "list", slice=found, columns=COLUMNS, waiting=waiting, say_counts=_say_whether_it_counts
    )


def _list_versions() -> list[Listed]:
    today = clock.today()
    counting = (*queries.list_instruments(on=today), *queries.list_programmes(on=today))
    newest = {id(one) for one in counting}
    versions = [(one, one.effective_from, False) for one in queries.list_bundled_schemes()]
    versions += [(one, since, True) for one, since in queries.list_adopted_schemes()]
    return [Listed(one, since, own, id(one) in newest) for one, since, own in versions]


@blueprint.get("/<scheme_id>/<int:version>")
@require(policy.LIST_SCHEMES)
def show(scheme_id: str, version: int) -> str:
    """Show a scheme as tables beside its source, and whether its examples come out."""
    scheme = queries.get_scheme(scheme_id, version)
    own = {(one.id, one.version): since for one, since in queries.list_adopted_schemes()}
    since = own.get((scheme.id, scheme.version))
    checked = Candidate(f"{scheme.id}.toml", scheme.text, scheme, list_faults(scheme))
    return _render("show", candidate=checked, scheme=scheme, since=since)


@blueprint.get("/own")
@require(policy.LIST_SCHEMES)
def show_own() -> str:
    """Show the files of the district's folder, what is wrong with each, and what was adopted."""
    candidates: tuple[Candidate, ...] = ()
    refusal = None
    try:
        candidates = list_candidates(find_schemes_path())
    except (BadInput, NotFound) as missing:
        refusal = missing
    return _render(
        "own", candidates=candidates, refusal=refusal, adoptions=queries.list_adoptions()
    )


@blueprint.get("/own/file")
@require(policy.LIST_SCHEMES)
def show_candidate() -> str:
    """Show one file of the folder as it would be, its faults, and the form that proposes it."""
    typed = {"effective_from": next_month(clock.today().replace(day=1)).isoformat()}
    return _show_candidate(request.args.get("file", ""), typed, None)


def _show_candidate(file: str, typed: Mapping[str, str], refusal: Refusal | None) -> str:
    candidate = pick_candidate(list_candidates(find_schemes_path()), file)
    return _render(
        "candidate",
        candidate=candidate,
        scheme=candidate.scheme,
        typed=typed,
        refusal=refusal,
        today=clock.today().isoformat(),
    )


@blueprint.post("/own")
@require(policy.PROPOSE_SCHEME)
def propose() -> Page:
    """Propose a file of the folder; it counts once another person approved it."""
    try:
        new = NewAdoption.parse(request.form)
        text = pick_candidate(list_candidates(find_schemes_path()), new.file).text

        def deed() -> dict[str, Any]:
            proposed = operations.propose_scheme(
                actor=g.actor, text=text, today=clock.today(), now=clock.now(), **asdict(new)
            )
            return {"adoption": proposed.id}

        done = _once("schemes.propose", deed, **asdict(new))
    except NotFound:
        raise
    except Refusal as refusal:
        shown = _show_candidate(request.form.get("file", ""), request.form, refusal)
        return shown, refusal.status
    flash(gettext("已提交，请另一位审核人批准"))
    return redirect(url_for("schemes.show_adoption", adoption_id=done["adoption"]))


def _once(route: str, deed: Callable[[], dict[str, Any]], **typed: object) -> dict[str, Any]:
    return perform_once(
        actor=g.actor,
        route=route,
        client_key=request.form.get("client_key", ""),
        request=typed,
        now=clock.now(),
        deed=deed,
    )


@blueprint.get("/own/<int:adoption_id>")
@require(policy.LIST_SCHEMES)
def show_adoption(adoption_id: int) -> str:
    """Show a proposal: what it is, what approving it changes, and who may."""
    return _show_adoption(adoption_id, None)


def _show_adoption(adoption_id: int, refusal: Refusal | None) -> str:
    row = queries.get_adoption(adoption_id)
    candidate = read_candidate(
        file=row.file, text=row.content, within_reach=queries.map_instruments()
    )
    before = _find_before(row)
    return _render(
        "adoption",
        row=row,
        candidate=candidate,
        scheme=candidate.scheme,
        before=before,
        changes=_list_changes(before.text, row.content) if before else (),
        refusal=refusal,
        today=clock.today(),
    )


def _find_before(row: Any) -> Scheme | None:
    """Find the version that counts now under the same id, if there is one."""
    try:
        found = queries.get_scheme(row.scheme, clock.today())
    except NotFound:
        return None
    return found if found.version != row.version else None


def _list_changes(before: str, after: str) -> Sequence[str]:
    """Give the lines that differ, those taken away with `-`, those that come with `+`."""
    return list(unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))[2:]


@blueprint.post("/own/<int:adoption_id>/approve")
@require(policy.APPROVE_SCHEME)
def approve(adoption_id: int) -> Page:
    """Put a scheme that another person proposed in force from its day on."""
    text = read_adopted_file(find_schemes_path(), queries.get_adoption(adoption_id).file)

    def deed() -> dict[str, Any]:
        adoption = operations.approve_scheme(
            actor=g.actor,
            adoption_id=adoption_id,
            text=text,
            today=clock.today(),
            now=clock.now(),
        )
        return {"day": adoption.effective_from.isoformat()}

    try:
        done = _once("schemes.approve", deed, adoption=adoption_id)
    except Refusal as refusal:
        return _show_adoption(adoption_id, refusal), refusal.status
    flash(gettext("已批准，从 %(day)s 起施行", day=done["day"]))
    return redirect(url_for("schemes.show_adoption", adoption_id=adoption_id))


@blueprint.post("/own/<int:adoption_id>/withdraw")
@require(policy.WITHDRAW_SCHEME)
def withdraw(adoption_id: int) -> Page:
    """Take a proposal back before anybody approved it."""

    def deed() -> dict[str, Any]:
        operations.withdraw_scheme(actor=g.actor, adoption_id=adoption_id, now=clock.now())
        return {}

    try:
        _once("schemes.withdraw", deed, adoption=adoption_id)
    except Refusal as refusal:
        return _show_adoption(adoption_id, refusal), refusal.status
    flash(gettext("已撤回"))
    return redirect(url_for("schemes.show_own"))


def _number(examples: Sequence[Any]) -> list[tuple[int, Any]]:
    return list(enumerate(examples, start=1))


def _render(name: str, *, candidate: Candidate | None = None, **values: Any) -> str:
    return render_template(
        f"schemes/{name}.html",
        candidate=candidate,
        failed={fault.place for fault in candidate.faults} if candidate else set(),
        numbered=_number,
        policy=policy,
        titles=titles,
        confidences=CONFIDENCE_TITLES,
        kinds=KIND_TITLES,
        states=STATE_TITLES,
        services=load_catalogue(),
        provinces=PROVINCE_TITLES,
        **values,
    )
