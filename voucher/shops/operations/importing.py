"""Importing shops and their prices: proposed, never in force by the importer alone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.db import db
from voucher.divisions.queries import Community, list_communities
from voucher.divisions.rules.communities import Place, build_gazetteer
from voucher.refusals import N_, BadInput
from voucher.schemes import queries as schemes
from voucher.shops.models import Shop, ShopService
from voucher.shops.operations.changing import add_shop, change_prices, change_shop
from voucher.shops.rules.judged import Judged, Row, RowNote
from voucher.shops.rules.service_rows import SERVICE_LAYOUT, ServiceRow, judge_services
from voucher.shops.rules.shop_rows import SHOP_LAYOUT, Register, ShopRow, judge_shops
from voucher.workbooks.faults import RejectedRow
from voucher.workbooks.headers import Assignment
from voucher.workbooks.reading import read_sheets
from voucher.workbooks.tables import Table, open_table

SHEET_LAYOUTS = (SHOP_LAYOUT, SERVICE_LAYOUT)


@dataclass(frozen=True, slots=True)
class ShopBook:
    """The two sheets of a workbook from outside, proved harmless and not yet judged."""

    shops: Table
    services: Table


@dataclass(slots=True)
class Tally:
    """
    What became of a sheet's rows.

    `absent` counts what is known and not in the sheet: shops, which stay, or services, which end.
    """

    rejections: Sequence[RejectedRow]
    warnings: Sequence[RowNote]
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    absent: int = 0


@dataclass(slots=True)
class ShopImport:
    """What an import did to shops and to prices, and what its event says of it."""

    shops: Tally
    services: Tally
    changes: dict[str, Any] = field(default_factory=dict)


def read_shop_book(
    *, content: bytes, assignments: Mapping[int, Assignment] | None = None
) -> ShopBook:
    """
    Open a shops workbook without judging it.

    `assignments` are the headers its sender pointed out, by the number of the sheet from 0.

    :raises BadInput: sheet_missing, or any word of a file the workbooks refuse.
    """
    sheets = read_sheets(content=content, number=2)
    if len(sheets) < 2:
        raise BadInput("sheet_missing", N_("缺少第二个工作表“服务与价格”，请用模板填写"))
    shops, services = (
        open_table(sheet=sheet, layout=layout, assignment=(assignments or {}).get(number))
        for number, (sheet, layout) in enumerate(zip(sheets, SHEET_LAYOUTS, strict=True))
    )
    return ShopBook(shops=shops, services=services)


def import_shops(*, actor: Actor, book: ShopBook, now: datetime, today: date) -> ShopImport:
    """
    Take the shops and prices of a workbook; the same workbook again changes nothing.

    New shops are proposed. A changed price is a new dated row; a changed bank account waits for a
    second person. A service that its shop no longer lists ends today, unless any row of the sheet
    was sent back, for that one may have been meant.

    :raises BadInput: formula, cell_error, merged, rows or no_rows; then nothing was written.
    """
    # Locked, so that nobody approves an account while it is being replaced.
    known = {shop.code: shop for shop in db.session.scalars(select(Shop).with_for_update())}
    places = list_communities(actor=actor)
    shops = _judge_shops(book, actor, known, places)
    services = _judge_services(book, actor, known, shops)
    done = ShopImport(_start(shops), _start(services))
    _write_shops(done, shops.accepted, actor, known, places, now, today)
    _write_prices(done, services.accepted, known, today)
    record_event(
        actor=actor,
        action="shops.import_shops",
        subject_kind="district",
        subject_id="shops",
        now=now,
        facts=done.changes,
    )
    return done


def rehearse_shops(*, actor: Actor, book: ShopBook, now: datetime, today: date) -> ShopImport:
    """
    Tell what `import_shops` would do: it is done and taken back, so that nothing stays written.

    :raises BadInput: as import_shops.
    """
    with db.session.begin_nested() as attempt:
        done = import_shops(actor=actor, book=book, now=now, today=today)
        attempt.rollback()
    return done


def _start(judged: Judged[Row]) -> Tally:
    return Tally(rejections=judged.rejected, warnings=judged.warnings)


def _judge_shops(
    book: ShopBook, actor: Actor, known: dict[str, Shop], places: list[Community]
) -> Judged[ShopRow]:
    register = Register(
        elsewhere={shop.code for shop in known.values() if not actor.covers(shop.community_id)},
        licences={shop.licence: shop.code for shop in known.values()},
    )
    return judge_shops(
        rows=book.shops.data_rows(),
        columns=book.shops.header.columns,
        gazetteer=build_gazetteer(Place(place.code, place.name, place.street) for place in places),
        register=register,
    )


def _judge_services(
    book: ShopBook, actor: Actor, known: dict[str, Shop], shops: Judged[ShopRow]
) -> Judged[ServiceRow]:
    within = {shop.code for shop in known.values() if actor.covers(shop.community_id)}
    judged = judge_services(
        rows=book.services.data_rows(),
        columns=book.services.header.columns,
        shops=within | {row.code for row in shops.accepted},
        services={service.code: service.name.zh for service in schemes.list_services()},
    )
    priced = {row.code for row in judged.accepted}
    shops.warnings.extend(
        RowNote(row.row, "service_missing") for row in shops.accepted if row.code not in priced
    )
    return judged


def _write_shops(
    done: ShopImport,
    rows: Sequence[ShopRow],
    actor: Actor,
    known: dict[str, Shop],
    places: list[Community],
    now: datetime,
    today: date,
) -> None:
    ids = {place.code: place.id for place in places}
    within = {shop.code for shop in known.values() if actor.covers(shop.community_id)}
    done.shops.absent = len(within - {row.code for row in rows})
    for row in rows:
        shop, community_id = known.get(row.code), ids[row.community_code]
        if shop is None:
            known[row.code] = add_shop(actor=actor, row=row, community_id=community_id, now=now)
            done.shops.added += 1
            done.changes[row.code] = "added"
            continue
        changes = change_shop(
            actor=actor, shop=shop, row=row, community_id=community_id, now=now, today=today
        )
        done.shops.updated += bool(changes)
        done.shops.unchanged += not changes
        if changes:
            done.changes[row.code] = changes


def _write_prices(
    done: ShopImport, rows: Sequence[ServiceRow], known: dict[str, Shop], today: date
) -> None:
    tally = done.services
    present: dict[int, dict[str, ShopService]] = defaultdict(dict)
    for service in db.session.scalars(select(ShopService).where(ShopService.to_date.is_(None))):
        present[service.shop_id][service.service] = service
    by_shop: dict[str, list[ServiceRow]] = defaultdict(list)
    for row in rows:
        by_shop[row.code].append(row)
    for code, listed in by_shop.items():
        changes = change_prices(
            shop_id=known[code].id,
            present=present[known[code].id],
            rows=listed,
            ends_others=not tally.rejections,
            today=today,
        )
        tally.added += sum(before is None for before, _ in changes.values())
        tally.absent += sum(after is None for _, after in changes.values())
        tally.updated += sum(None not in change for change in changes.values())
        tally.unchanged += sum(row.service not in changes for row in listed)
        if changes:
            done.changes[f"{code}.prices"] = changes
