"""A roster of an office, brought in by a person in a real browser."""

import time
from pathlib import Path

import pytest

from tests.browsing import (
    BOTH_READERS,
    READERS,
    find_barriers,
    sign_in_at,
    take_picture,
)
from tests.doors.town import DIVISIONS, ROSTER_TITLES
from tests.shops.factories import make_book, service_row, shop_row
from voucher.residents.rules.id_numbers import check_character
from voucher.workbooks.writing import write_workbook

STREET, COMMUNITY = DIVISIONS[1][1], DIVISIONS[2][1]
OTHER = (DIVISIONS[3][1], DIVISIONS[4][1])
MANY = 5_000


def make_row(sequence: int, *, name: str = "周福生", place: tuple[str, ...] = (STREET, COMMUNITY)):
    month, place_in_month = divmod(sequence, 900)
    body = f"5101041940{month % 12 + 1:02d}15{place_in_month:03d}"
    number = body + check_character(body)
    return [name, number, f"1380000{sequence:04d}", *place, f"新街{sequence}号", "", ""]


def write_file(folder: Path, name: str, rows: list[list[str]], titles=ROSTER_TITLES) -> Path:
    path = folder / name
    path.write_bytes(write_workbook(sheets=[("花名册", titles, rows)]))
    return path


def write_roster(folder: Path) -> Path:
    """Write a roster with somebody moved, somebody changed, somebody new, somebody faulty."""
    moved = ["王秀英", "510104194101010021", "13900000002", *OTHER, "示例路2号", "独居", ""]
    moved[1] = moved[1][:17] + check_character(moved[1][:17])
    faulty = ["", make_row(7)[1][:-1], "", STREET, "没有的社区", "", "", ""]
    return write_file(folder, "名单.xlsx", [moved, make_row(1), make_row(2), faulty])


def look_at(page, name: str) -> None:
    take_picture(page, name)
    assert find_barriers(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name


@pytest.mark.parametrize(READERS, BOTH_READERS, ids=["zh-360", "en-1440"])
def test_every_page_of_an_import_has_no_barriers(serve_town, browse, tmp_path, english, viewport):
    site = serve_town("founded")
    page = sign_in_at(browse(english=english, viewport=viewport), site, "worker")
    name = f"{viewport['width']}-{'en' if english else 'zh'}"
    page.goto(f"{site.url}/residents/import")
    look_at(page, f"choose-{name}")
    wrong = tmp_path / "错.xlsx"
    wrong.write_bytes(b"%PDF")
    page.set_input_files("#file", wrong)
    page.locator("main form button").click()
    page.locator("#refused").wait_for()
    look_at(page, f"refused-{name}")
    titles = ("老人名字", "证件", *ROSTER_TITLES[2:])
    page.set_input_files("#file", write_file(tmp_path, "改名.xlsx", [make_row(1)], titles))
    page.locator("main form button").click()
    page.wait_for_url("**/columns")
    look_at(page, f"columns-{name}")
    page.goto(f"{site.url}/residents/import")
    page.set_input_files("#file", write_roster(tmp_path))
    page.locator("main form button").click()
    page.locator(".tabs").wait_for()
    look_at(page, f"preview-{name}")
    for word in ("moved", "added", "absent"):
        page.goto(f"{page.url.split('?')[0]}?list={word}")
        look_at(page, f"preview-{word}-{name}")
    page.locator("main form button").click()
    page.wait_for_url("**/done")
    look_at(page, f"done-{name}")
    page.goto(f"{site.url}/assessments/import?choice=barthel")
    look_at(page, f"choose-scale-{name}")


def test_renamed_titles_are_pointed_out_and_the_import_is_done_once(serve_town, browse, tmp_path):
    site = serve_town("founded")
    page = sign_in_at(browse(), site, "worker")
    titles = ("老人名字", "证件", *ROSTER_TITLES[2:])
    path = write_file(tmp_path, "改名.xlsx", [make_row(1), make_row(2)], titles)
    page.goto(f"{site.url}/residents/import")
    page.set_input_files("#file", path)
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_label("姓名").select_option("0")
    page.get_by_label("身份证号").select_option("1")
    page.get_by_role("button", name="按此核对").click()

    page.get_by_role("button", name="确认导入").dblclick()

    page.wait_for_url("**/done")
    assert page.locator("dl.counts div").all_inner_texts()[1].split() == ["新增", "2"]
    page.go_back()
    page.reload()
    assert page.get_by_role("button", name="确认导入").count() == 0


def test_a_dropped_file_is_taken_and_one_too_large_is_told_before_it_is_sent(
    serve_town, browse, tmp_path
):
    site = serve_town("founded")
    page = sign_in_at(browse(), site, "worker")
    page.goto(f"{site.url}/shops/import")
    content = make_book([shop_row("S0009")], [service_row("S0009", "haircut", 30)])
    page.evaluate(
        """bytes => {
          const moved = new DataTransfer();
          moved.items.add(new File([new Uint8Array(bytes)], "商户.xlsx"));
          document.querySelector("[data-drop]").dispatchEvent(
            new DragEvent("drop", {dataTransfer: moved, bubbles: true, cancelable: true}));
        }""",
        list(content),
    )
    page.evaluate("document.getElementById('file').dataset.most = '10'")
    page.locator("#file").dispatch_event("change")
    assert page.evaluate("document.getElementById('file').validationMessage").startswith("文件超过")
    page.evaluate("document.getElementById('file').dataset.most = '31457280'")
    page.locator("#file").dispatch_event("change")

    page.get_by_role("button", name="上传并核对").click()

    page.get_by_role("heading", name="核对：商户.xlsx").wait_for()
    assert "新商户" in page.locator("dl.counts").inner_text()
    assert find_barriers(page) == []


def test_while_the_server_works_the_page_says_so(serve_town, browse, tmp_path):
    site = serve_town("founded")
    page = sign_in_at(browse(), site, "worker")
    page.goto(f"{site.url}/residents/import")
    page.set_input_files("#file", write_roster(tmp_path))
    page.evaluate(
        "document.addEventListener('submit', event => { event.preventDefault(); }, {once: true})"
    )

    page.get_by_role("button", name="上传并核对").click()

    assert "正在检查…" in page.locator("[data-progress-words]").inner_text()


def test_five_thousand_rows_are_previewed(serve_town, browse, tmp_path):
    site = serve_town("founded")
    page = sign_in_at(browse(), site, "worker")
    people = [make_row(sequence) for sequence in range(1, MANY + 1)]
    page.goto(f"{site.url}/residents/import")
    page.set_input_files("#file", write_file(tmp_path, "全区.xlsx", people))

    started = time.perf_counter()
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_role("button", name="确认导入").wait_for()
    seconds = time.perf_counter() - started

    print(f"{MANY} rows: painted after {seconds:.2f} s")  # noqa: T201 - a figure for people
    assert page.locator("dl.counts div").first.inner_text().split() == ["总行数", "5,000"]
