"""The home page and what stands around every page, in a real browser."""

import pytest

from tests.browsing import NARROW, WIDE, find_barriers, sign_in_at, take_picture


@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["360", "1440"])
def test_the_home_page_has_no_barriers(serve_town, browse, english, viewport):
    site = serve_town("founded")
    page = sign_in_at(browse(english=english, viewport=viewport), site, "worker")

    take_picture(page, f"home-{viewport['width']}-{'en' if english else 'zh'}")
    assert find_barriers(page) == []
