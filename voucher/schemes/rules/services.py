"""The service catalogue: what vouchers can be spent on, and in which setting it takes place."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from voucher.refusals import N_
from voucher.schemes.rules.reading import Table, read_table
from voucher.schemes.rules.values import Words


class Setting(StrEnum):
    """Where a service takes place; a programme may set its share by it."""

    COUNTER = "counter"
    HOME = "home"
    DAYCARE = "daycare"
    INSTITUTION = "institution"
    SHORT_STAY = "short_stay"
    ASSESSMENT = "assessment"


@dataclass(frozen=True, slots=True)
class Service:
    """One service. `number` stands in tokens: 1 to 255, assigned once, never used again."""

    number: int
    code: str
    name: Words
    setting: Setting


Catalogue = Mapping[str, Service]


def load_services(*, text: str, file: str) -> Catalogue:
    """
    Read the catalogue, in file order by code.

    :raises BadInput: scheme_invalid.
    """
    top = read_table(text=text, file=file)
    services = [_read_service(table) for table in top.tables("services", least=1)]
    top.finish()
    top.refuse_repeats("services", (service.number for service in services))
    top.refuse_repeats("services", (service.code for service in services))
    return {service.code: service for service in services}


def _read_service(table: Table) -> Service:
    service = Service(
        number=table.whole("number", least=1, most=255),
        code=table.text("code"),
        name=table.words("name"),
        setting=table.choice("setting", Setting),
    )
    if not (service.code.isascii() and service.code.isidentifier()):
        table.refuse(
            N_("%(file)s 第 %(line)s 行 %(path)s：代码只能用小写英文字母和下划线"), key="code"
        )
    table.finish()
    return service
