"""
Pages of the people who sign in, for the administrator.

GET  /accounts/      the list, also as a workbook
GET  /accounts/new   POST /accounts/new            the first password is shown once
GET  /accounts/<id>                                one account, and what can be done with it
POST /accounts/<id>/duty                           another role or area
POST /accounts/<id>/first-password                 a new first password, shown once
POST /accounts/<id>/stop   POST /accounts/<id>/start
POST /accounts/<id>/second-factor                  take a lost one off
"""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import Role, require
from voucher.accounts import policy, rules
from voucher.accounts.forms import Duty
from voucher.accounts.operations import keeping
from voucher.accounts.operations.recording import record_list_export
from voucher.accounts.queries import (
    AccountRow,
    describe_area,
    find_area_code,
    get_account,
    list_accounts,
    list_areas,
)
from voucher.db import transaction
from voucher.listing import Column, read_wanted, send_workbook
from voucher.refusals import N_, Refusal
from voucher.replies import perform_once

blueprint = Blueprint("staff", __name__, url_prefix="/accounts")

Page = str | tuple[str, int] | Response


def _state_title(row: AccountRow) -> str:
    state = rules.describe_state(
        is_active=row.is_active, locked_until=row.locked_until, now=clock.now()
    )
    return gettext(rules.STATE_TITLES[state])


COLUMNS: tuple[Column[AccountRow], ...] = (
    Column(N_("账号"), lambda row: row.name, sort="name"),
    Column(N_("角色"), lambda row: gettext(rules.ROLE_TITLES[row.role]), sort="role"),
    Column(N_("辖区"), lambda row: row.area or gettext("全区")),
    Column(N_("状态"), _state_title),
    Column(
        N_("两步验证"),
        lambda row: gettext("已启用") if row.has_second_factor else gettext("未设置"),
    ),
    Column(N_("建立时间"), lambda row: row.made_at, sort="made"),
)


@blueprint.get("/")
@require(policy.LIST_ACCOUNTS)
def show_list() -> str | Response:
    """Show who signs in here, or give the list as a workbook."""
    sorts = [column.sort for column in COLUMNS if column.sort]
    wanted = read_wanted(request.args, sorts=sorts, filters=("q", "role", "state"))
    found = list_accounts(wanted=wanted)
    if wanted.is_export:
        with transaction():
            record_list_export(actor=g.actor, rows=len(found.rows), now=clock.now())
        return send_workbook(name=gettext("登录账号"), columns=COLUMNS, rows=found.rows)
    return render_template(
        "accounts/list.html", slice=found, columns=COLUMNS, roles=_list_roles(), wanted=wanted
    )


@blueprint.get("/new")
@require(policy.ADD_ACCOUNT)
def ask_new() -> str:
    """Ask for the name, role and area of a new account."""
    return _show_new(Duty("", "", ""), None)


@blueprint.post("/new")
@require(policy.ADD_ACCOUNT)
def add() -> Page:
    """Make the account and show its first password, this once."""
    form = Duty.parse(request.form)
    now = clock.now()
    told: list[str] = []

    def deed() -> dict[str, Any]:
        made = keeping.add_account(
            actor=g.actor, name=form.name, role=form.read_role(), area=form.area or None, now=now
        )
        # Told to this request alone: what is stored for its twin holds no password.
        told.append(made.first_password)
        return {"account": made.account.id}

    try:
        answer = perform_once(
            actor=g.actor,
            route="staff.add",
            client_key=request.form.get("client_key", ""),
            request={"name": form.name, "role": form.role, "area": form.area},
            now=now,
            deed=deed,
        )
    except Refusal as refusal:
        return _show_new(form, refusal), refusal.status
    return _show_first_password(answer["account"], told[0] if told else "")


@blueprint.get("/<int:account_id>")
@require(policy.LIST_ACCOUNTS)
def show(account_id: int) -> str:
    """Show one account and what can be done with it."""
    return _show_account(account_id, None)


@blueprint.post("/<int:account_id>/duty")
@require(policy.CHANGE_DUTY)
def change_duty(account_id: int) -> Page:
    """Give the account another role or area; it acts on the person's next click."""
    form = Duty.parse(request.form)

    def deed() -> None:
        keeping.change_duty(
            actor=g.actor,
            account_id=account_id,
            role=form.read_role(),
            area=form.area or None,
            now=clock.now(),
        )

    return _perform(account_id, deed, gettext("角色和辖区已更改，立即生效。"), form)


@blueprint.post("/<int:account_id>/first-password")
@require(policy.RENEW_PASSWORD)
def renew(account_id: int) -> Page:
    """Give a new first password and show it, this once."""
    name = get_account(account_id=account_id).name
    try:
        with transaction():
            made = keeping.renew_first_password(actor=g.actor, name=name, now=clock.now())
    except Refusal as refusal:
        return _show_account(account_id, refusal), refusal.status
    return _show_first_password(account_id, made.first_password)


@blueprint.post("/<int:account_id>/stop")
@require(policy.STOP_ACCOUNT)
def stop(account_id: int) -> Page:
    """Stop the account; whoever sits there with it is outside at once."""

    def deed() -> None:
        keeping.stop_account(actor=g.actor, account_id=account_id, now=clock.now())

    return _perform(account_id, deed, gettext("账号已停用，已登录的也立即退出。"))


@blueprint.post("/<int:account_id>/start")
@require(policy.START_ACCOUNT)
def start(account_id: int) -> Page:
    """Let the account sign in again."""

    def deed() -> None:
        keeping.start_account(actor=g.actor, account_id=account_id, now=clock.now())

    return _perform(account_id, deed, gettext("账号已恢复，可以登录。"))


@blueprint.post("/<int:account_id>/second-factor")
@require(policy.TAKE_OFF_SECOND_FACTOR)
def take_off_second_factor(account_id: int) -> Page:
    """Take off the second factor of somebody who lost his telephone."""
    name = get_account(account_id=account_id).name

    def deed() -> None:
        keeping.take_off_second_factor(actor=g.actor, name=name, now=clock.now())

    return _perform(account_id, deed, gettext("两步验证已取消，请本人登录后重新设置。"))


def _perform(
    account_id: int, deed: Callable[[], None], done: str, form: Duty | None = None
) -> Page:
    try:
        with transaction():
            deed()
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return _show_account(account_id, refusal, form), refusal.status
    flash(done)
    return redirect(url_for("staff.show", account_id=account_id))


def _show_account(account_id: int, refusal: Refusal | None, form: Duty | None = None) -> str:
    account = get_account(account_id=account_id)
    now = clock.now()
    state = rules.describe_state(
        is_active=account.is_active, locked_until=account.locked_until, now=now
    )
    return render_template(
        "accounts/account.html",
        account=account,
        area=describe_area(account.division_id),
        role_title=rules.ROLE_TITLES[account.role],
        state_title=rules.STATE_TITLES[state],
        form=form or Duty(account.name, account.role, find_area_code(account.division_id)),
        roles=_list_roles(),
        areas=_list_areas(),
        is_own=account.id == g.actor.account_id,
        refusal=refusal,
    )


def _show_new(form: Duty, refusal: Refusal | None) -> str:
    return render_template(
        "accounts/new.html", form=form, refusal=refusal, roles=_list_roles(), areas=_list_areas()
    )


def _show_first_password(account_id: int, password: str) -> str:
    return render_template(
        "accounts/first_password.html",
        account=get_account(account_id=account_id),
        password=password,
        days=rules.FIRST_PASSWORD_LIFE.days,
        host=current_app.config["HOME"].host.lower(),
    )


def _list_roles() -> list[tuple[str, str]]:
    return [(str(role), gettext(rules.ROLE_TITLES[role])) for role in Role if role != Role.CONSOLE]


def _list_areas() -> list[tuple[str, str]]:
    return [("", gettext("全区")), *list_areas()]
