"""Files sent through the browser, as a person sends them."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from tests.accounts.factories import make_account, sign_in
from tests.divisions.factories import found_district
from tests.pages import read_token
from voucher.access import Role
from voucher.db import db
from voucher.uploads import Upload

ROSTER = "/residents/import"
FLOWS = (ROSTER, "/assessments/import", "/departures/import", "/shops/import")
_KEY = re.compile(r'name="client_key" value="([^"]+)"')
_COUNT = re.compile(r'<dt>([^<]+)</dt><dd class="number">([\d,]+)')
_ROW = re.compile(r"<tr>(<td>.*?)</tr>", re.DOTALL)


def enter_district(client: FlaskClient, *, role: Role = Role.WORKER) -> Any:
    """Found a district, sign a person in, and give the command line's own account."""
    console = found_district()
    make_account(role=role)
    sign_in(client)
    return console


def send(
    client: FlaskClient, content: bytes, *, to: str = ROSTER, name: str = "名单.xlsx", **fields: str
) -> TestResponse:
    """Send a file as its form does."""
    return send_form(client, content, to=to, name=name, csrf_token=read_token(client, to), **fields)


def send_form(
    client: FlaskClient, content: bytes, *, to: str, name: str, **fields: str
) -> TestResponse:
    """Send a form put together here: the test client's own would write it to a temporary file."""
    edge = b"--edge\r\nContent-Disposition: form-data; name="
    parts = [edge + f'"{field}"\r\n\r\n{value}\r\n'.encode() for field, value in fields.items()]
    file = edge + f'"file"; filename="{name}"\r\n\r\n'.encode() + content
    body = b"".join(parts) + file + b"\r\n--edge--\r\n"
    return client.post(to, data=body, content_type="multipart/form-data; boundary=edge")


def preview(client: FlaskClient, content: bytes, *, to: str = ROSTER, **fields: str) -> str:
    """Send a sound file and give the address of its preview."""
    db.session.rollback()
    sent = send(client, content, to=to, **fields)
    assert sent.status_code == 303, sent.get_data(as_text=True)
    assert sent.location is not None
    return str(sent.location)


def show(client: FlaskClient, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200, page.get_data(as_text=True)
    return page.get_data(as_text=True)


def confirm(client: FlaskClient, address: str, *, key: str = "") -> TestResponse:
    """Confirm a preview with the key its page carries, or with another."""
    found = _KEY.search(show(client, address))
    assert found is not None
    return client.post(
        address,
        data={"csrf_token": read_token(client, address), "client_key": key or found[1]},
    )


def read_counts(page: str) -> dict[str, int]:
    """Give the counts of a page by their titles."""
    return {title: int(number.replace(",", "")) for title, number in _COUNT.findall(page)}


def read_rows(page: str) -> list[list[str]]:
    """Give the rows of the list that a preview shows, as text."""
    return [
        [re.sub(r"<[^>]+>", "|", cell) for cell in re.findall(r"<td>(.*?)</td>", row, re.DOTALL)]
        for row in _ROW.findall(page)
    ]


def read_book(answer: TestResponse) -> dict[str, list[list[Any]]]:
    """Give the rows of every sheet of a workbook that was sent."""
    assert answer.status_code == 200
    book = CalamineWorkbook.from_filelike(BytesIO(answer.get_data()))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def list_uploads() -> list[Upload]:
    db.session.rollback()
    return list(db.session.query(Upload).order_by(Upload.made_at))


def list_kept(folder: Path) -> list[Path]:
    """Give the files that lie among the uploads of a home."""
    return sorted((folder / "uploads").iterdir())
