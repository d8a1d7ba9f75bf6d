"""The description of the API: whole, true, and shown only where configuration says so."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conftest import make_home
from tests.redemptions.tills import open_town
from voucher.app import create_app
from voucher.config import Kind
from voucher.db import db
from voucher.entrances import API_OPERATIONS
from voucher.openapi import describe_api
from voucher.redemptions.checks import CHECKS as REDEMPTION_CHECKS

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def test_every_route_of_the_api_is_described_and_no_other(app):
    routes = {
        rule.rule.replace("<int(min=1, max=9223372036854775807):redemption_id>", "{redemption_id}")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
    }

    assert set(describe_api(API_OPERATIONS)["paths"]) == routes


def test_the_description_is_read_by_programs_and_people(client):
    description, page = client.get("/api/openapi.json"), client.get("/api/docs")

    assert description.get_json()["openapi"] == "3.1.0"
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    for path in description.get_json()["paths"]:
        assert f"POST {path}" in text
    assert "://" not in text.replace("http://www.w3.org", "")


@pytest.mark.parametrize(("setting", "status"), [(None, 404), ("1", 200)])
def test_a_live_home_shows_its_api_only_when_told_to(
    tmp_path, migrated_sqlite, monkeypatch, setting, status
):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{migrated_sqlite}")
    if setting:
        monkeypatch.setenv("VOUCHER_API_DOCS", setting)
    home = make_home(tmp_path / "live", kind=Kind.LIVE)
    client = create_app(home).test_client()

    for path in ("/api/openapi.json", "/api/docs"):
        answer = client.get(path, base_url=f"https://{home.host.lower()}")

        assert answer.status_code == status


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_whatever_a_client_sends_is_answered_as_described(app, home, mode):
    town = open_town(home)
    codes = st.sampled_from([*town.scanned.values(), *town.typed.values()])
    headers = {"Authorization": f"Bearer {town.token}"}

    for found in schemathesis.openapi.from_wsgi("/api/openapi.json", app).get_all_operations():
        operation = found.ok()

        @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(mode), code=codes, is_known=st.booleans())
        def send(case, code, is_known):
            db.session.rollback()
            if is_known and isinstance(case.body, dict) and "code" in case.body:
                case.body["code"] = code
            answer = case.call(headers=headers)
            case.validate_response(answer, checks=CHECKS)

        send()
    db.session.rollback()
    assert [check().breaches for check in REDEMPTION_CHECKS.values()] == [[]] * 3
