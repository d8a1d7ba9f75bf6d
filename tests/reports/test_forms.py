"""What is typed and sent, read into values."""

from voucher.reports.forms import Edited, Question


def test_a_text_sent_back_by_a_browser_is_the_file_it_came_from():
    read = Edited.parse({"text": "a = 1\r\nb = 2\r\n", "file_name": "x.toml"}, {})

    assert read == Edited("x.toml", "a = 1\nb = 2\n")
    assert Edited.parse({"text": ""}, {}) is None


def test_an_address_asks_what_was_typed_and_nothing_else():
    question = Question.parse({"programme": " a ", "month": "2026-12", "proposed": "no"})

    assert question.as_address() == {"programme": "a", "month": "2026-12", "proposed": "no"}
    assert not question.counts_proposed
