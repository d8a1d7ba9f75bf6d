"""Chinese is in the source; every sentence of it has its English."""

import io
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.structure.source import PACKAGE, ROOT

CATALOGUE = PACKAGE / "translations" / "en" / "LC_MESSAGES" / "messages.po"
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}


def extract() -> set[str]:
    """Give every sentence that is marked for translation."""
    return {
        message if isinstance(message, str) else message[0]
        for folder in (PACKAGE, ROOT / "templates")
        for _, _, message, _, _ in extract_from_dir(folder, METHODS, keywords=KEYWORDS)
    }


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def test_every_sentence_has_its_english(catalogue):
    missing = [
        sentence
        for sentence in sorted(extract())
        if not (found := catalogue.get(sentence)) or not found.string or found.fuzzy
    ]

    assert missing == []


def test_no_english_is_left_without_its_sentence(catalogue):
    assert {message.id for message in catalogue if message.id} - extract() == set()


def test_the_english_keeps_the_places_of_the_facts(catalogue):
    faults = [error for _, errors in catalogue.check() for error in errors]

    assert faults == []


def test_the_compiled_catalogue_is_the_source_compiled(catalogue):
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)

    assert Path(CATALOGUE).with_suffix(".mo").read_bytes() == compiled.getvalue()
