"""Holds requests and answers against bol's own OpenAPI documents.

The documents are bol's and not part of this repository; put `offers-v11.json`, `retailer-v10.json` and `shared-v10.json`
in `../shared/bol-api` beside it. Without them the tests that need them are skipped and say so.

    @openapi.needs_documents
    def test_...():
        assert openapi.request_faults("POST", "/retailer/offers", openapi.V11, body=b"{...}") == []
        assert openapi.response_faults("GET", "/retailer/orders", 200, openapi.V10, body=b"{}") == [...]
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

ANY_ADDRESS = re.compile(".*")
FOLDER = Path(__file__).resolve().parents[2] / "shared" / "bol-api"
V10 = "application/vnd.retailer.v10+json"
V11 = "application/vnd.retailer.v11+json"
_NAMES = ("offers-v11.json", "retailer-v10.json", "shared-v10.json")

needs_documents = pytest.mark.skipif(
    not all((FOLDER / name).exists() for name in _NAMES),
    reason="bol's OpenAPI documents are not in ../shared/bol-api beside this repository",
)

_formats = FormatChecker(formats=["uuid", "date"])


def _is_moment(text: object) -> bool:
    return not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None


_formats.checks("date-time", raises=ValueError)(_is_moment)


def request_faults(
    method: str,
    path: str,
    media_type: str,
    *,
    body: bytes | None = None,
    query: Iterable[tuple[str, str]] = (),
) -> list[str]:
    """Say what the document objects to in a request; empty when nothing."""
    document, operation = _operation(method, path, media_type)
    faults = list(_query_faults(document, operation, list(query)))
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return faults if body is None else [*faults, "a body where none belongs"]
    if media_type not in content:
        return [*faults, f"media type {media_type} instead of {', '.join(content)}"]
    return faults + _body_faults(document, content[media_type]["schema"], body)


def response_faults(
    method: str, path: str, status: int, media_type: str, body: bytes | None, *, required: bool = True
) -> list[str]:
    """Say what the document objects to in an answer; empty when nothing.

    bol itself leaves out empty lists and null fields that its documents require: pass `required=False` to allow that.
    """
    document, operation = _operation(method, path, media_type)
    answer = operation["responses"].get(str(status))
    if answer is None:
        return [f"status {status} is not one of {', '.join(operation['responses'])}"]
    content = _resolve(document, answer).get("content", {})
    if not content:
        return [] if not body else [f"a body with status {status}, which has none"]
    if media_type not in content:
        return [f"media type {media_type} instead of {', '.join(content)}"]
    faults = _body_faults(document, content[media_type]["schema"], body)
    return faults if required else [fault for fault in faults if "is a required property" not in fault]


def _body_faults(document: dict[str, Any], schema: dict[str, Any], body: bytes | None) -> list[str]:
    if not body:
        return ["no body"]
    found = json.loads(body, parse_float=Decimal)
    rooted = {**_strict(schema), "components": _strict(document["components"])}
    errors = Draft202012Validator(rooted, format_checker=_formats).iter_errors(found)
    return [f"{error.json_path}: {error.message}" for error in errors]


def _query_faults(
    document: dict[str, Any], operation: dict[str, Any], query: Sequence[tuple[str, str]]
) -> Iterator[str]:
    parameters = [_resolve(document, parameter) for parameter in operation.get("parameters", [])]
    known = {parameter["name"]: parameter for parameter in parameters if parameter["in"] == "query"}
    given = {name for name, _ in query}
    for name, parameter in known.items():
        if parameter.get("required") and name not in given:
            yield f"query: {name} is missing"
    for name, text in query:
        yield from _value_faults(name, text, known[name]["schema"]) if name in known else [f"query: {name}?"]


def _value_faults(name: str, text: str, schema: dict[str, Any]) -> Iterator[str]:
    one = schema["items"] if schema.get("type") == "array" else schema
    value = json.loads(text) if one.get("type") in {"integer", "boolean", "number"} else text
    for error in Draft202012Validator(_strict(one), format_checker=_formats).iter_errors(value):
        yield f"query: {name}: {error.message}"


def _operation(method: str, path: str, media_type: str) -> tuple[dict[str, Any], dict[str, Any]]:
    document = _document(_name(path, media_type))
    segments = path.strip("/").split("/")
    fitting = [template for template in document["paths"] if _fits(template.strip("/").split("/"), segments)]
    if not fitting:
        raise LookupError(f"bol documents no {path}")
    # Two templates may share an address and differ in their methods, as those of a return and an RMA do.
    spoken = [template for template in fitting if method.lower() in document["paths"][template]]
    if not spoken:
        raise LookupError(f"bol documents no {method} {' or '.join(fitting)}")
    template = min(spoken, key=lambda found: found.count("{"))
    return document, document["paths"][template][method.lower()]


def _fits(template: Sequence[str], segments: Sequence[str]) -> bool:
    return len(template) == len(segments) and all(
        ours.startswith("{") or ours == theirs for ours, theirs in zip(template, segments, strict=True)
    )


def _name(path: str, media_type: str) -> str:
    if path.startswith("/shared/"):
        return "shared-v10.json"
    return "offers-v11.json" if ".v11+" in media_type else "retailer-v10.json"


@functools.cache
def _document(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / name).read_text("utf-8"))
    return document


def _resolve(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    for part in node["$ref"].removeprefix("#/").split("/"):
        document = document[part]
    return document


def _strict(node: Any) -> Any:
    """Turn an OpenAPI 3.0 schema into a JSON schema: `nullable` becomes a type, examples go."""
    if isinstance(node, list):
        return [_strict(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    schema = {key: _strict(value) for key, value in node.items() if key not in {"nullable", "example"}}
    if node.get("nullable") is True:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema


def sample(method: str, path: str, status: int, media_type: str) -> bytes:
    """Make up an answer with every field the document knows, one entry per list."""
    document, operation = _operation(method, path, media_type)
    answer = _resolve(document, operation["responses"][str(status)])
    return json.dumps(_sample(document, answer["content"][media_type]["schema"])).encode()


def _sample(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    schema = _resolve(document, schema)
    if "oneOf" in schema:
        return _sample(document, schema["oneOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "array":
        return [_sample(document, schema["items"])]
    if "properties" in schema:
        return {name: _field_sample(document, name, field) for name, field in schema["properties"].items()}
    if "minimum" in schema:
        return schema["minimum"]
    return _SAMPLES.get(schema.get("format", ""), _SAMPLES[schema["type"]])


def _field_sample(document: dict[str, Any], name: str, schema: dict[str, Any]) -> Any:
    # The v11 document calls a moment a string; only its name tells.
    return _SAMPLES["date-time"] if name.endswith("DateTime") else _sample(document, schema)


_SAMPLES: dict[str, Any] = {
    "date": "2026-11-21",
    "date-time": "2026-11-21T12:00:00+01:00",
    "uuid": "13722de8-8182-d161-5422-4a0a1caab5c8",
    "boolean": True,
    "integer": 24,
    "number": 12.5,
    "string": "text",
}
