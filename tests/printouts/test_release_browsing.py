"""From the print to the signed release, as people see it in a browser."""

from tests.browsing import BOTH_READERS, find_barriers, sign_in_at, take_picture
from voucher.printouts.rules import read_community

FIRST = "run-000001-510104001001-01.pdf"


class Readers:
    """A worker in Chinese on a phone, and once more in English at a desk."""

    def __init__(self, site, browse):
        self.site, self.found = site, []
        self.pages = [
            sign_in_at(browse(english=english, viewport=viewport), site, "worker")
            for english, viewport in BOTH_READERS
        ]

    def look(self, state, path="/printouts/1"):
        """Look at a page as both: what bars the way is kept."""
        for page, (english, viewport) in zip(self.pages, BOTH_READERS, strict=True):
            page.goto(self.site.url + path)
            name = f"{state}-{'en' if english else 'zh'}-{viewport['width']}"
            take_picture(page, name)
            self.found.extend(f"{name} {fault}" for fault in find_barriers(page))
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


def test_a_fault_is_told_sound_paper_released_and_every_state_reads_well(serve_town, browse):
    site = serve_town("issued")
    readers = Readers(site, browse)
    worker, look = readers.pages[0], readers.look

    worker.goto(f"{site.url}/printouts/1")
    worker.get_by_role("button", name="打印").click()
    worker.get_by_text("正在打印：2 个社区中已完成 0 个").wait_for()
    site.work()
    worker.get_by_text("5 张全部读出，签名正确。").wait_for()
    look("passed")

    (site.home.printouts / FIRST).write_bytes(b"%PDF-1.7 torn")
    worker.get_by_role("button", name="再检查一遍").click()
    look("reading")
    site.work()
    # The pages fetch themselves anew: whoever goes elsewhere meanwhile is turned back.
    for page in readers.pages:
        page.locator("#progress").wait_for(state="detached")
    worker.get_by_text("1 个社区的纸有问题").wait_for()
    look("failed")
    look("findings", "/printouts/1/findings")
    worker.goto(f"{site.url}/printouts/1")
    worker.get_by_role("button", name="放行：1 个社区，1 张").dblclick()
    worker.get_by_text("已放行 1 个社区的 1 张券").first.wait_for()
    links = worker.locator("a[href*='/files/']").all_inner_texts()
    assert {read_community(name) for name in links} == {"510104002001"}

    worker.get_by_role("button", name="重新打印").click()
    worker.locator("#progress").wait_for()
    site.work()
    worker.get_by_role("button", name="放行：1 个社区，4 张").click()
    worker.get_by_role("link", name="下载全部（ZIP）").wait_for()
    look("released")
    assert readers.found == []
