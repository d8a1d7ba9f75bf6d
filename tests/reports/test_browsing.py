"""An official in a browser: two programmes, an edited file, the workbook."""

from tests.browsing import BOTH_READERS, find_barriers, sign_in_at, take_picture
from tests.reports.factories import AGE_BANDS, edit, write_edited

RESULT = "/reports/simulation/result?month=2026-12&programme="
PAGES = {
    "ask": "/reports/simulation",
    "alone": f"{RESULT}{AGE_BANDS}",
    "pair": f"{RESULT}{AGE_BANDS}&against=national-2026",
    "refused": f"{RESULT}nothing",
}


def test_an_official_learns_what_an_edited_programme_costs(serve_town, browse, tmp_path):
    site = serve_town("founded")
    page = sign_in_at(browse(), site, "approver")
    text = edit(AGE_BANDS, ("face_fen = 3000", "face_fen = 4500"))

    page.goto(f"{site.url}/reports/simulation")
    page.get_by_label("A：现在的方案").select_option(AGE_BANDS)
    page.get_by_label("或者：B 用修改过的方案文件").set_input_files(write_edited(tmp_path, text))
    page.get_by_role("button", name="测算").click()

    verdict = page.locator(".verdict")
    assert verdict.inner_text() == "改用 B，每月最多多花 15.00 元；1 人增加，0 人减少"
    assert find_barriers(page) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="导出 Excel").click()
    assert download.value.suggested_filename == "方案测算-2026-12.xlsx"


def test_its_pages_are_for_everybody_on_every_screen(serve_town, browse):
    site = serve_town("founded")
    for english, viewport in BOTH_READERS:
        page = sign_in_at(browse(english=english, viewport=viewport), site, "approver")
        for name, path in PAGES.items():
            page.goto(f"{site.url}{path}")
            take_picture(page, f"simulation-{name}-{viewport['width']}")

            assert find_barriers(page) == [], name
            assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], name
