"""What is asked of a printout, as typed values."""

from collections.abc import Mapping

from voucher.pages import load_english
from voucher.printouts.drawing.fields import Say

LANGUAGES = ("zh", "en", "both")


def choose_speakers(language: str) -> Mapping[str, Say]:
    """Give what says a text in each language asked for: Chinese, unless English or both."""
    speakers: dict[str, Say] = {"zh": str, "en": load_english().gettext}
    wanted = ("zh", "en") if language == "both" else ("en",) if language == "en" else ("zh",)
    return {name: speakers[name] for name in wanted}
