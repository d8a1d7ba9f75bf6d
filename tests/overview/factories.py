"""A town with somebody who calls. People are invented."""

from datetime import date

from sqlalchemy import select

from tests.accounts.factories import make_account, sign_in
from tests.pages import post
from tests.vouchers.factories import add_resident, get_code, get_voucher
from voucher.access import Role
from voucher.audit.models import Event
from voucher.codes import read_print_code, show_typed_code
from voucher.db import db, transaction
from voucher.residents.models import Resident
from voucher.residents.queries import PHONE_COLUMN, index_phone
from voucher.sealing import seal
from voucher.text import pinyin_sort_key

PHONE = "13900000001"
BORN = date(1941, 1, 1)
MISS = "overview.miss_call"


def add_caller(town, *, name="王秀英", phone=PHONE, place=0, situation=("独居",), born=BORN):
    """Write somebody with a telephone and the sorting key of the name; give the row's number."""
    resident_id = add_resident(
        born=born, community_id=town.communities[place], name=name, situation=situation
    )
    with transaction():
        resident = db.session.get_one(Resident, resident_id)
        resident.name_key = pinyin_sort_key(name)
        if phone:
            resident.phone_sealed = seal(phone, column=PHONE_COLUMN, row=resident.public_id)
            resident.phone_index = index_phone(phone)
    return resident_id


def open_desk(client, *, name="desk", area=None):
    """Sign in as the information desk."""
    make_account(name=name, role=Role.DESK, area=area)
    assert sign_in(client, name=name) == 302


def look_up(client, text):
    return post(client, "/desk", text=text)


def prove(client, text=PHONE, *, resident="resident00000001", **said):
    return post(client, "/desk/answer", text=text, resident=resident, **said)


def list_events(*actions):
    """Give the events of these actions as they were written: action, subject, facts."""
    db.session.rollback()
    rows = db.session.scalars(select(Event).where(Event.action.in_(actions)).order_by(Event.id))
    found = [(row.action, row.subject_kind, row.subject_id, row.facts) for row in rows]
    # A read left open would keep the site's writer waiting.
    db.session.rollback()
    return found


def read_paper():
    """Give the serial and the typed code on the first voucher's live print."""
    voucher = get_voucher()
    paper = voucher.serial, show_typed_code(read_print_code(get_code(voucher)))
    # A read left open would keep the site's writer waiting.
    db.session.rollback()
    return paper
