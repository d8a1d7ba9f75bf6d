"""
The pages every kind of file has, below the address of its blueprint.

GET  /                     choose a file       POST /                     send it
GET  /template.xlsx        a blank workbook
GET  /<upload_id>/columns  which column is which    POST the same         say so
GET  /<upload_id>          the preview         POST /<upload_id>          confirm: import it
GET  /<upload_id>/returned.xlsx  the faulty rows
GET  /<upload_id>/done     what was done, and what to do next
"""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.config import Home
from voucher.db import db, transaction
from voucher.imports.forms import (
    SentFile,
    load_assignments,
    read_assignments,
    store_assignments,
)
from voucher.imports.operations import finish_import, keep_preview, record_list_sent
from voucher.imports.queries import KeptPreview, find_preview
from voucher.imports.views.flows import Flow, Sent, write_template
from voucher.imports.views.showing import (
    choose_listing,
    send_list,
    show_choice,
    show_columns,
    show_preview,
)
from voucher.listing import XLSX, Wanted, read_wanted, send_file_content
from voucher.periods import local_date
from voucher.refusals import BadInput, Refusal
from voucher.replies import perform_once
from voucher.uploads import Upload, get_upload, keep_upload, read_upload, upload_unknown

ROUTES = (
    ("GET", "", "ask_file"),
    ("POST", "", "take_file"),
    ("GET", "/template.xlsx", "send_template"),
    ("GET", "/<upload_id>/columns", "ask_columns"),
    ("POST", "/<upload_id>/columns", "take_columns"),
    ("GET", "/<upload_id>", "show"),
    ("POST", "/<upload_id>", "confirm"),
    ("GET", "/<upload_id>/returned.xlsx", "send_returned"),
    ("GET", "/<upload_id>/done", "show_done"),
)


def add_pages(blueprint: Blueprint, flow: Flow) -> None:
    """Give a blueprint the pages of a flow, each under the flow's own action."""
    pages = ImportPages(flow)
    for method, rule, endpoint in ROUTES:
        view = require(flow.action)(getattr(pages, endpoint))
        blueprint.add_url_rule(rule, endpoint, view, methods=[method])


def find_folder() -> Path:
    """Give the folder of the home where uploads lie sealed."""
    home: Home = current_app.config["HOME"]
    return home.path / "uploads"


class ImportPages:
    """The pages of one flow."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow

    def ask_file(self) -> str:
        """Ask for a file: limits, columns, a template."""
        flow = self.flow.vary(request.args.get("choice", ""))
        return show_choice(flow, on=local_date(clock.now()).isoformat())

    def take_file(self) -> Response | tuple[str, int]:
        """Judge a file and keep it sealed with what it would do; a faulty one is not kept."""
        now = clock.now()
        form = SentFile.parse(request.form, request.files, today=local_date(now))
        flow = self.flow.vary(form.choice)
        try:
            day = form.check()
            sent = Sent(g.actor, form.content, on=day, now=now, choice=flow.choice)
            upload_id = self._take(form, sent)
        except Refusal as refusal:
            return show_choice(flow, on=form.on, refusal=refusal), refusal.status
        # Where there is no preview yet, the page of the preview leads on to the columns.
        return redirect(url_for(".show", upload_id=upload_id), 303)

    def send_template(self) -> Response:
        """Send a blank workbook with the right titles."""
        flow = self.flow.vary(request.args.get("choice", ""))
        name = f"{gettext(flow.title)}.xlsx"
        return send_file_content(content=write_template(flow), name=name, kind=XLSX)

    def ask_columns(self, upload_id: str) -> str:
        """Show the first rows as they are and ask which column is which."""
        upload, sent = self._open(upload_id)
        return show_columns(self.flow.vary(sent.choice), upload=upload, sent=sent)

    def take_columns(self, upload_id: str) -> Response | tuple[str, int]:
        """Judge the file by the columns that were pointed out."""
        upload, sent = self._open(upload_id)
        flow = self.flow.vary(sent.choice)
        try:
            assignments = read_assignments(request.form, flow.layouts())
            sent = replace(sent, assignments=assignments)
            preview = flow.preview(sent)
        except Refusal as refusal:
            page = show_columns(flow, upload=upload, sent=sent, refusal=refusal)
            return page, refusal.status
        with transaction():
            upload = self._get(upload_id, sent.now)
            upload.mapping = {**upload.mapping, "sheets": store_assignments(assignments)}
            keep_preview(
                actor=g.actor, upload=upload, preview=preview, folder=find_folder(), now=sent.now
            )
        return redirect(url_for(".show", upload_id=upload_id), 303)

    def show(self, upload_id: str) -> Response | str:
        """Show what the file would do: counts, and one list after the other."""
        upload = self._get(upload_id, clock.now())
        preview = find_preview(actor=g.actor, upload=upload, folder=find_folder())
        if preview is None:
            return redirect(url_for(".ask_columns", upload_id=upload_id))
        wanted = read_wanted(request.args, filters=("list",))
        if wanted.is_export and (listing := choose_listing(self.flow, preview, wanted)):
            with transaction():
                record_list_sent(actor=g.actor, upload=upload, word=listing.word, now=clock.now())
            return send_list(preview=preview, listing=listing, wanted=wanted)
        return show_preview(self.flow, upload=upload, preview=preview, wanted=wanted)

    def send_returned(self, upload_id: str) -> Response:
        """Send the faulty rows as they came, each with its faults, to be sent again."""
        upload, sent = self._open(upload_id)
        preview = self._preview(upload)
        content = self.flow.give_back(sent, preview)
        with transaction():
            record_list_sent(actor=g.actor, upload=upload, word="returned", now=sent.now)
        name = gettext("退回的行")
        return send_file_content(content=content, name=f"{name}.xlsx", kind=XLSX)

    def confirm(self, upload_id: str) -> Response | tuple[str, int]:
        """Import the file, once, by what is true now."""
        upload, sent = self._open(upload_id)
        preview = self._preview(upload)
        try:
            if "done" not in upload.mapping:
                self._import(upload_id, sent)
        except Refusal as refusal:
            wanted = Wanted(filters={"list": request.form.get("list", "")})
            page = show_preview(
                self.flow, upload=upload, preview=preview, wanted=wanted, refusal=refusal
            )
            return page, refusal.status
        return redirect(url_for(".show_done", upload_id=upload_id), 303)

    def show_done(self, upload_id: str) -> Response | str:
        """Say what was really done, and what to do next."""
        upload = self._get(upload_id, clock.now())
        if "done" not in upload.mapping:
            return redirect(url_for(".show", upload_id=upload_id))
        done, expected = upload.mapping["done"], self._preview(upload).counts
        return render_template(
            "imports/done.html",
            flow=self.flow,
            upload=upload,
            done=done,
            expected=expected,
            is_otherwise=any(done.get(word, count) != count for word, count in expected.items()),
        )

    def _take(self, form: SentFile, sent: Sent) -> str:
        """Keep a file that can be read, or whose header its sender can point out."""
        try:
            preview = self.flow.preview(sent)
        except BadInput as refusal:
            if refusal.word != "header":
                raise
            preview = None
        folder = find_folder()
        with transaction():
            upload = keep_upload(
                actor=g.actor,
                kind=self.flow.kind,
                name=form.name,
                content=form.content,
                mapping={"on": sent.on.isoformat(), "choice": sent.choice, "sheets": {}},
                folder=folder,
                now=sent.now,
            )
            if preview:
                keep_preview(
                    actor=g.actor, upload=upload, preview=preview, folder=folder, now=sent.now
                )
            return upload.id

    def _import(self, upload_id: str, sent: Sent) -> None:
        write = self.flow.prepare(sent)

        def deed() -> dict[str, Any]:
            upload = self._get(upload_id, sent.now)
            db.session.refresh(upload, with_for_update=True)
            if "done" not in upload.mapping:
                finish_import(upload=upload, done=write())
            return {"upload": upload_id}

        perform_once(
            actor=g.actor,
            route=f"imports.{self.flow.kind}",
            client_key=request.form.get("client_key", ""),
            request={"upload": upload_id},
            now=sent.now,
            deed=deed,
        )

    def _get(self, upload_id: str, now: datetime) -> Upload:
        return get_upload(actor=g.actor, kind=self.flow.kind, upload_id=upload_id, now=now)

    def _preview(self, upload: Upload) -> KeptPreview:
        found = find_preview(actor=g.actor, upload=upload, folder=find_folder())
        if found is None:
            raise upload_unknown()
        return found

    def _open(self, upload_id: str) -> tuple[Upload, Sent]:
        now = clock.now()
        upload = self._get(upload_id, now)
        return upload, Sent(
            actor=g.actor,
            content=read_upload(upload=upload, folder=find_folder()),
            on=date.fromisoformat(upload.mapping["on"]),
            now=now,
            choice=upload.mapping.get("choice", ""),
            assignments=load_assignments(upload.mapping["sheets"]),
        )
