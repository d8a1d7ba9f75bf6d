"""
The description of the API, OpenAPI 3.1, built from what the operations themselves declare.

Served with a page to read it, in demo and test homes, and elsewhere only where VOUCHER_API_DOCS
says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, abort, current_app, jsonify, render_template
from werkzeug.wrappers import Response

from voucher.access import ANYONE, require
from voucher.bodies import JSON, KEY_HEADER, Field
from voucher.config import shows_api_docs

PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Operation:
    """
    One POST of the API: its body, its answer and the refusals one must be ready for.

    `refusals` gives, by status, the machine words; those every operation shares are added.
    """

    path: str
    name: str
    about: str
    fields: Sequence[Field]
    answer: Mapping[str, Any]
    refusals: Mapping[int, str] = field(default_factory=dict)
    numbers: Sequence[str] = ()
    needs_key: bool = False
    needs_token: bool = True


_SHARED = {
    400: "json_invalid json_dup json_number type field_unknown field_missing",
    413: "too_large",
    415: "media_type",
    422: "long",
    500: "fault",
    503: "busy",
}
_WITH_KEY = {400: "key_missing key_format", 409: "key_busy", 422: "key_reused"}
_WITH_TOKEN = {401: "not_allowed"}


def describe_api(operations: Sequence[Operation]) -> dict[str, Any]:
    """Give the whole description, as RFC 8259 JSON can hold it."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "养老服务券 · Elder-care vouchers",
            "version": "1",
            "description": (
                "金额为整数分；时间为 ISO 8601；拒绝时 application/problem+json（RFC 9457），"
                "error 为机器词。 · Amounts are whole fen, times ISO 8601; a refusal is problem "
                "details (RFC 9457) whose `error` is the machine word."
            ),
        },
        "servers": [{"url": "/"}],
        "paths": {operation.path: {"post": _describe(operation)} for operation in operations},
        "components": {
            "securitySchemes": {"till": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": _PROBLEM},
        },
    }


_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "error"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "error": {"type": "string"},
        "instance": {"type": "string"},
    },
}


def _describe(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.about,
        "parameters": _list_parameters(operation),
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": _describe_fields(operation.fields)}},
        },
        "responses": _list_answers(operation),
    }
    if operation.needs_token:
        described["security"] = [{"till": []}]
    return described


def _describe_fields(fields: Sequence[Field]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {one.name: one.describe() for one in fields},
        "required": [one.name for one in fields if one.required],
        "additionalProperties": False,
    }


def _list_parameters(operation: Operation) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
        }
        for name in operation.numbers
    ]
    if operation.needs_key:
        schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
        parameters.append({"name": KEY_HEADER, "in": "header", "required": True, "schema": schema})
    return parameters


def _list_answers(operation: Operation) -> dict[str, Any]:
    words: dict[int, list[str]] = {}
    for part in (
        _SHARED,
        _WITH_KEY if operation.needs_key else {},
        _WITH_TOKEN if operation.needs_token else {},
        operation.refusals,
    ):
        for status, named in part.items():
            words.setdefault(status, []).extend(named.split())
    problem = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    answers: dict[str, Any] = {
        "200": {"description": "OK", "content": {JSON: {"schema": dict(operation.answer)}}}
    }
    for status in sorted(words):
        answers[str(status)] = {"description": " ".join(words[status]), "content": problem}
    return answers


def make_blueprint(operations: Sequence[Operation]) -> Blueprint:
    """Make the two addresses at which the description is read, by programs and by people."""
    blueprint = Blueprint("openapi", __name__)
    described = describe_api(operations)

    @blueprint.get("/api/openapi.json")
    @require(ANYONE)
    def show_description() -> Response:
        """Give the description to programs."""
        _check_shown()
        return jsonify(described)

    @blueprint.get("/api/docs")
    @require(ANYONE)
    def show_page() -> str:
        """Give the description to people."""
        _check_shown()
        return render_template("api.html", api=described)

    return blueprint


def _check_shown() -> None:
    if not shows_api_docs(current_app.config["HOME"]):
        abort(404)
