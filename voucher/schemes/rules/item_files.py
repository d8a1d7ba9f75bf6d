"""Reads the voucher items of a programme: kinds, shares and grants that fit each other."""

from collections.abc import Sequence

from voucher.refusals import N_
from voucher.schemes.rules.conditions import Samples
from voucher.schemes.rules.pricing import find_share
from voucher.schemes.rules.programmes import (
    WHOLE_BASIS_POINTS,
    GrantRule,
    Kind,
    Share,
    VoucherItem,
)
from voucher.schemes.rules.reading import Table
from voucher.schemes.rules.services import Catalogue, Setting
from voucher.schemes.rules.values import Confidence, Words

NO_WORDS = Words(zh="", en="")
FEN_A_YUAN = 100
# Two bytes of a token hold a discount's cap in whole yuan, four hold a face value in fen.
MAX_CAP_FEN = 65_535 * FEN_A_YUAN
MAX_FACE_FEN = 100_000 * FEN_A_YUAN
MAX_USES = 1_000


def read_items(top: Table, samples: Samples, catalogue: Catalogue) -> tuple[VoucherItem, ...]:
    """Take the items of a programme; the samples of `level` are its levels."""
    level_ids = samples["level"]
    items = [_read_item(t, level_ids, samples, catalogue) for t in top.tables("items", least=1)]
    top.refuse_repeats("items", (item.id for item in items))
    return tuple(items)


def _read_item(
    table: Table, level_ids: Sequence[str], samples: Samples, catalogue: Catalogue
) -> VoucherItem:
    kind = table.choice("kind", Kind)
    item = VoucherItem(
        id=table.text("id"),
        kind=kind,
        name=table.words("name"),
        terms=table.words("terms", NO_WORDS),
        services=table.texts_among("services", catalogue),
        shares=tuple(_read_share(t, level_ids, catalogue) for t in table.tables("shares")),
        grants=tuple(
            _read_grant(t, kind, level_ids, samples) for t in table.tables("grants", least=1)
        ),
    )
    if not item.services:
        table.refuse(N_("%(file)s 的 %(path)s：至少写一项服务"), key="services")
    _check_shares(table, item, catalogue)
    table.finish()
    return item


def _read_share(table: Table, level_ids: Sequence[str], catalogue: Catalogue) -> Share:
    share = Share(
        services=table.texts_among("services", catalogue, ()),
        settings=tuple(Setting(word) for word in table.texts_among("settings", Setting, ())),
        levels=table.texts_among("levels", level_ids, ()),
        basis_points=table.whole("basis_points", most=WHOLE_BASIS_POINTS),
    )
    if bool(share.services) is bool(share.settings):
        table.refuse(N_("%(file)s 的 %(path)s：services 和 settings 写且只写一项"))
    table.finish()
    return share


def _check_shares(table: Table, item: VoucherItem, catalogue: Catalogue) -> None:
    """Refuse shares on other kinds; a discount needs one for each granted level and service."""
    if item.kind is not Kind.DISCOUNT:
        if item.shares:
            table.refuse(N_("%(file)s 的 %(path)s：只有折扣券写分担比例"), key="shares")
        return
    granted = {level for grant in item.grants for level in grant.levels}
    for level in sorted(granted):
        for code in item.services:
            if find_share(item=item, service=catalogue[code], level=level) is None:
                table.refuse(
                    N_("%(file)s 的 %(path)s：%(level)s 级的服务 %(service)s 没有分担比例"),
                    key="shares",
                    level=level,
                    service=code,
                )


def _read_grant(table: Table, kind: Kind, level_ids: Sequence[str], samples: Samples) -> GrantRule:
    has_condition = table.has("when")
    grant = GrantRule(
        levels=table.texts_among("levels", level_ids),
        when=table.condition("when", samples) if has_condition else None,
        name=table.words("name") if has_condition else None,
        face_fen=_read_fen(table, "face_fen", MAX_FACE_FEN) if kind is Kind.AMOUNT else 0,
        uses=table.whole("uses", least=1, most=MAX_USES) if kind is Kind.COUNT else 1,
        cap_fen=0 if kind is Kind.AMOUNT else _read_fen(table, "cap_fen", MAX_CAP_FEN),
        partial=table.flag("partial", False) if kind is Kind.AMOUNT else kind is Kind.DISCOUNT,
        offline=table.flag("offline", False),
        confidence=table.choice("confidence", Confidence),
    )
    _check_grant(table, kind, grant)
    table.finish()
    return grant


def _read_fen(table: Table, key: str, most: int) -> int:
    return table.whole(key, least=1, most=most)


def _check_grant(table: Table, kind: Kind, grant: GrantRule) -> None:
    if not grant.levels:
        table.refuse(N_("%(file)s 的 %(path)s：至少写一个等级"), key="levels")
    if kind is Kind.DISCOUNT and grant.cap_fen % FEN_A_YUAN:
        table.refuse(N_("%(file)s 的 %(path)s：折扣券的上限应为整元"), key="cap_fen")
    # Offline a till takes a whole face value or a single use: it cannot know what is left.
    if grant.offline and (kind is Kind.DISCOUNT or grant.uses > 1):
        table.refuse(
            N_("%(file)s 的 %(path)s：只有储值券和一次的次数券可以离线使用"), key="offline"
        )
