"""Which schemes are bundled, and how one is found."""

from pathlib import Path

import pytest

from voucher.refusals import BadInput, NotFound
from voucher.schemes.queries import (
    END_OF_TIME,
    get_instrument,
    get_level,
    get_programme,
    get_scheme,
    get_service,
    list_bundled_schemes,
    load_schemes,
    open_programme,
)
from voucher.schemes.rules.checking import check_scheme


def test_these_schemes_are_bundled():
    assert [(scheme.id, scheme.version) for scheme in list_bundled_schemes()] == [
        ("barthel", 1),
        ("gbt-42195-2022", 1),
        ("katz", 1),
        ("lawton", 1),
        ("ltci-2021", 1),
        ("mzt-039-2013", 1),
        ("beijing-2010", 1),
        ("jinjiang-age-bands", 1),
        ("national-2026", 1),
        ("shangcheng-six-classes", 1),
    ]


@pytest.mark.parametrize("scheme", list_bundled_schemes(), ids=lambda scheme: scheme.id)
def test_every_bundled_scheme_passes_its_own_check(scheme):
    assert check_scheme(scheme) == ()


def test_a_scheme_is_found_by_id_whatever_it_is():
    assert get_scheme("gbt-42195-2022", END_OF_TIME) is get_instrument("gbt-42195-2022", 1)
    assert get_scheme("national-2026", END_OF_TIME) is get_programme("national-2026", 1)


@pytest.mark.parametrize("find", [get_instrument, get_programme, get_scheme])
def test_an_unknown_scheme_is_refused(find):
    with pytest.raises(NotFound) as refused:
        find("tomorrow-2099", END_OF_TIME)

    assert refused.value.word == "scheme_unknown"


def test_a_version_that_was_never_bundled_is_refused():
    with pytest.raises(NotFound):
        get_programme("national-2026", 2)


def test_a_level_comes_with_its_names():
    assert get_level(scale="gbt-42195-2022", version=1, level="4").name.as_json() == {
        "zh": "能力完全丧失（完全失能）",
        "en": "Complete impairment",
    }
    assert get_level(scale="jinjiang-age-bands", version=1, level="100+").name.en == (
        "Aged 100 and over"
    )


@pytest.mark.parametrize(
    ("scale", "level", "word"),
    [("gbt-42195-2022", "5", "level_unknown"), ("barthel-2099", "1", "scheme_unknown")],
)
def test_a_level_that_does_not_exist_is_refused(scale: str, level: str, word: str):
    with pytest.raises(NotFound) as refused:
        get_level(scale=scale, version=1, level=level)

    assert refused.value.word == word


def test_an_unknown_service_is_refused():
    with pytest.raises(BadInput) as refused:
        get_service("swimming")

    assert refused.value.word == "service_unknown"


def write_next_version(folder: Path) -> Path:
    text = get_programme("national-2026", 1).text.replace("version = 1", "version = 2", 1)
    path = folder / "national-2026.2.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_can_stand_for_an_id(tmp_path: Path):
    path = write_next_version(tmp_path)

    assert open_programme(str(path), on=END_OF_TIME).version == 2
    assert list(load_schemes([tmp_path]).programmes) == [("national-2026", 2)]


def test_a_programme_may_read_an_instrument_that_comes_with_it(tmp_path: Path):
    instrument = get_instrument("gbt-42195-2022", 1).text.replace("version = 1", "version = 7", 1)
    (tmp_path / "scale.toml").write_text(instrument, encoding="utf-8")
    path = write_next_version(tmp_path)
    path.write_text(
        path.read_text(encoding="utf-8").replace("scale_version = 1", "scale_version = 7"),
        encoding="utf-8",
    )

    (programme,) = load_schemes([tmp_path]).programmes.values()

    assert (programme.scale, programme.scale_version) == ("gbt-42195-2022", 7)


def test_two_files_of_one_version_are_refused(tmp_path: Path):
    path = write_next_version(tmp_path)
    (tmp_path / "again.toml").write_bytes(path.read_bytes())

    with pytest.raises(BadInput) as refused:
        load_schemes([tmp_path])

    assert refused.value.word == "scheme_invalid"


def test_a_file_in_another_encoding_is_refused_with_its_line(tmp_path: Path):
    path = tmp_path / "gbk.toml"
    path.write_bytes('kind = "programme"\nid = "评估"\n'.encode("gbk"))

    with pytest.raises(BadInput) as refused:
        load_schemes([path])

    assert (refused.value.word, refused.value.facts["line"]) == ("scheme_invalid", 2)


def test_a_file_that_does_not_exist_is_refused(tmp_path: Path):
    with pytest.raises(NotFound) as refused:
        open_programme(str(tmp_path / "none.toml"), on=END_OF_TIME)

    assert refused.value.word == "scheme_unknown"


def test_an_instruments_file_is_no_programme(tmp_path: Path):
    path = tmp_path / "scale.toml"
    path.write_text(get_instrument("gbt-42195-2022", 1).text, encoding="utf-8")

    with pytest.raises(NotFound):
        open_programme(str(path), on=END_OF_TIME)


def test_money_moves_only_by_an_adopted_programme_never_by_a_file(tmp_path: Path):
    path = write_next_version(tmp_path)

    with pytest.raises(NotFound) as refused:
        get_programme(str(path), 1)

    assert refused.value.word == "scheme_unknown"
