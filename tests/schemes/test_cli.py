"""The commands schemes, score and price as somebody types them."""

import json
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from tests.accounts.factories import make_account
from tests.schemes.own import make_programme, write_own
from voucher.access import Actor, Role
from voucher.accounts.queries import get_actor
from voucher.console import Doors
from voucher.schemes.cli import commands
from voucher.schemes.queries import get_instrument, get_programme

GBT = get_instrument("gbt-42195-2022", 1)
DOORS = Doors(
    open_home=nullcontext,
    find_actor=lambda name: Actor(key=name, name=name, channel="console:test"),
    confirm_person=lambda actor: None,
    translate=lambda refusal: refusal.sentence % refusal.facts,
)


@pytest.fixture(autouse=True)
def no_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Look for no home but where there is none."""
    monkeypatch.setenv("VOUCHER_HOME", str(tmp_path / "none"))


def run(*words: str, sent: str = "", doors: Doors = DOORS) -> Result:
    main = click.Group("voucher", commands={str(made.name): made for made in commands})
    return CliRunner().invoke(main, words, input=sent, obj=doors)


def make_answers(**more: Any) -> str:
    return json.dumps({"items": {item.id: item.maximum for item in GBT.items}, **more})


def test_score_gives_level_names_and_reasons():
    sent = make_answers(diagnoses=["F00-F03"], events={"fall": 1, "choking": 1}, coma=False)

    answer = json.loads(run("score", GBT.id, "--json", sent=sent).stdout)

    assert answer | {"points": {}, "steps": []} == {
        "total": 90,
        "initial": "0",
        "level": "1",
        "level_name": {"zh": "能力轻度受损（轻度失能）", "en": "Mild impairment"},
        "reasons": [
            {"rule": "diagnosis", "diagnoses": ["F00-F03"]},
            {"rule": "risk_events", "event_count": 2},
        ],
        "subtotals": {"B.1": 32, "B.2": 15, "B.3": 28, "B.4": 15},
        "points": {},
        "decimals": 0,
        "grades": {},
        "steps": [],
        "instrument": "gbt-42195-2022",
        "version": 1,
    }
    assert (len(answer["points"]), answer["points"]["B.2.4"]) == (26, 3)


def test_score_refuses_a_missing_item_with_exit_code_two():
    items = {item.id: item.maximum for item in GBT.items if item.id != "B.2.4"}

    result = run("score", GBT.id, "--json", sent=json.dumps({"items": items}))

    assert result.exit_code == 2
    assert json.loads(result.stdout) == {"error": "item_missing", "item": "B.2.4"}
    assert result.stderr == "缺少项目 B.2.4 [item_missing]\n"


def test_score_of_several_dimensions_tells_their_grades_and_every_step():
    ltci = get_instrument("ltci-2021", 1)
    items = {item.id: item.maximum for item in ltci.items} | {"C.1": 0, "C.2": 0, "C.3": 1}

    answer = json.loads(run("score", ltci.id, "--json", sent=json.dumps({"items": items})).stdout)

    assert (answer["total"], answer["level"]) == (100, "1")
    assert answer["grades"] == {"A": "0", "B": "0", "C": "3"}
    assert (len(answer["steps"]), answer["steps"][-1]) == (
        22,
        {
            "kind": "level",
            "id": "1",
            "points": None,
            "text": {"zh": "等级：轻度失能", "en": "Level: Mild disability"},
        },
    )


def test_two_answers_for_one_item_are_refused():
    sent = make_answers().replace('"B.2.4": 3', '"B.2.4": 3, "B.2.4": 1')

    result = run("score", GBT.id, "--json", sent=sent)

    assert result.exit_code == 2
    assert json.loads(result.stdout) == {"error": "json_dup", "field": "B.2.4"}


@pytest.mark.parametrize(
    "sent", ["", "[]", "4", "{", "null", "[" * 20_000, '{"a": "' + "x" * 100_000]
)
def test_input_that_is_no_object_is_refused(sent: str):
    result = run("score", GBT.id, "--json", sent=sent)

    assert (result.exit_code, json.loads(result.stdout)) == (2, {"error": "json_format"})


def test_score_of_an_unknown_instrument_fails():
    result = run("score", "barthel-2099", "--json", sent=make_answers())

    assert (result.exit_code, json.loads(result.stdout)["error"]) == (1, "scheme_unknown")


def test_price_divides_a_purchase():
    purchase = {
        "level": "3",
        "household": "",
        "service": "home",
        "price_fen": 30000,
        "other_payer_fen": 10000,
        "used_fen": 0,
    }

    answer = json.loads(run("price", "national-2026", "--json", sent=json.dumps(purchase)).stdout)

    assert answer == {
        "voucher_fen": 10000,
        "own_fen": 10000,
        "other_payer_fen": 10000,
        "reasons": [
            {"rule": "other_payer_first", "other_payer_fen": 10000, "base_fen": 20000},
            {
                "rule": "share",
                "service": "home",
                "basis_points": 5000,
                "price_type": "discounted",
            },
        ],
        "programme": "national-2026",
        "version": 1,
    }


def test_price_of_a_file_asks_for_the_household_where_the_programme_does():
    path = str(Path(__file__).parent / "files" / "hongkong-ccsv.toml")
    purchase = {"level": "severe", "service": "home", "price_fen": 437200, "chosen_fen": 437200}

    lacking = run("price", path, "--json", sent=json.dumps(purchase))
    answer = run("price", path, "--json", sent=json.dumps(purchase | {"household": "cat-1"}))

    assert (lacking.exit_code, json.loads(lacking.stdout)["error"]) == (2, "household_unknown")
    assert json.loads(answer.stdout)["own_fen"] == 21900


def test_price_refuses_a_service_nobody_knows():
    sent = json.dumps({"level": "3", "service": "swimming", "price_fen": 1})

    result = run("price", "national-2026", "--json", sent=sent)

    assert (result.exit_code, json.loads(result.stdout)["error"]) == (2, "service_unknown")


def test_list_names_the_bundled_schemes():
    answer = json.loads(run("schemes", "list", "--json").stdout)

    assert [(scheme["id"], scheme["kind"]) for scheme in answer["schemes"]] == [
        ("barthel", "instrument"),
        ("gbt-42195-2022", "instrument"),
        ("katz", "instrument"),
        ("lawton", "instrument"),
        ("ltci-2021", "instrument"),
        ("mzt-039-2013", "instrument"),
        ("beijing-2010", "programme"),
        ("jinjiang-age-bands", "programme"),
        ("national-2026", "programme"),
        ("shangcheng-six-classes", "programme"),
    ]


def test_show_tells_levels_items_and_confidence():
    answer = json.loads(run("schemes", "show", "jinjiang-age-bands", "--json").stdout)

    assert answer["confidence"] == "sample"
    assert [level["id"] for level in answer["levels"]] == [
        "60-69",
        "70-79",
        "80-89",
        "90-99",
        "100+",
    ]
    assert [item["id"] for item in answer["items"]] == ["services", "bath", "daycare"]


def test_check_passes_on_the_bundled_schemes():
    result = run("schemes", "check", "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["failures"] == []


def test_check_fails_on_a_wrong_example_and_says_where(tmp_path: Path):
    text = get_programme("national-2026", 1).text.replace("own_fen = 370000", "own_fen = 1", 1)
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")

    result = run("schemes", "check", str(path), "--json")

    assert result.exit_code == 1
    assert [failure["place"] for failure in json.loads(result.stdout)["failures"]] == [
        "price_examples[1]"
    ]


def test_check_of_an_unreadable_file_is_bad_input(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text("kind = programme", encoding="utf-8")

    result = run("schemes", "check", str(path), "--json")

    assert result.exit_code == 2
    assert json.loads(result.stdout) == {
        "error": "scheme_invalid",
        "file": str(path),
        "path": "",
        "line": 1,
    }


def test_check_of_a_folder_tells_every_fault_with_file_line_and_words(tmp_path: Path):
    text = get_programme("national-2026", 1).text
    wrong = text.replace("own_fen = 370000", "own_fen = 1", 1)
    broken = text.replace("rounding = {", "ronding = {")
    for name, content in (("a.toml", text), ("b.toml", wrong), ("c.toml", broken)):
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "a.toml").write_text(text.replace("version = 1", "version = 2", 1))

    result = run("schemes", "check", str(tmp_path), "--json")

    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["schemes"]) == (1, ["national-2026", "national-2026"])
    found = [(one["file"], one["line"], one["error"]) for one in answer["failures"]]
    example = wrong[: wrong.index("[[price_examples]]")].count("\n") + 1
    rounding = broken[: broken.index("ronding")].count("\n") + 1
    assert found == [
        (str(tmp_path / "b.toml"), example, "example_failed"),
        (str(tmp_path / "c.toml"), rounding, "scheme_invalid"),
    ]
    assert "是不是 rounding？" in answer["failures"][1]["message"]["zh"]
    shown = run("schemes", "check", str(tmp_path)).stdout
    assert f"{tmp_path / 'b.toml'}:{example} price_examples[1]" in shown


def test_a_scheme_is_adopted_by_two_people_at_the_command_line(app, home, monkeypatch, tmp_path):
    write_own(tmp_path / "own", "bands.toml", make_programme())
    monkeypatch.setenv("VOUCHER_HOME", str(home.path))
    monkeypatch.setenv("VOUCHER_SCHEMES", str(tmp_path / "own"))
    for name in ("one", "other"):
        make_account(name=name, role=Role.APPROVER)
    doors = replace(DOORS, find_actor=lambda name: get_actor(name=name, channel="console:test"))

    def answer(*words: str) -> dict[str, Any]:
        result = run("schemes", *words, "--json", doors=doors)
        return {"exit": result.exit_code, **json.loads(result.stdout)}

    path = str(tmp_path / "own" / "bands.toml")
    adopt = ("adopt", path, "--from", "2027-01-01", "--as", "one")
    made = answer(*adopt)
    assert (made["exit"], made["state"], made["file"]) == (0, "proposed", "bands.toml")
    assert answer("approve", "1", "--as", "one")["error"] == "self_approve"
    assert answer("approve", "1", "--as", "other")["state"] == "approved"
    assert (answer(*adopt)["exit"], answer(*adopt)["error"]) == (1, "scheme_known")
    listed = answer("list")
    assert [row["state"] for row in listed["adoptions"]] == ["approved"]
    assert ("jinjiang-age-bands", 2) in [(one["id"], one["version"]) for one in listed["schemes"]]


@pytest.mark.parametrize(
    "words", [("schemes", "list"), ("schemes", "show", "national-2026"), ("schemes", "check")]
)
def test_people_read_lines_instead_of_json(words: tuple[str, ...]):
    result = run(*words)

    assert (result.exit_code, result.stdout.startswith("{")) == (0, False)
