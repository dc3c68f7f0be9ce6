"""The description of the interface is whole and true: every address is in it, and the answers are as it says."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from api.schema import OF_INSTRUMENTS
from tests.api.conftest import signed_in

UNDESCRIBED = {"api/v1/schema/", "api/v1/docs/"}  # the description itself


@pytest.fixture(scope="module")
def schema() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


def addresses(patterns, prefix: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += addresses(pattern.url_patterns, path)
        else:
            found.append((path, pattern))
    return found


def test_the_schema_is_made_without_a_warning_and_is_valid(capsys):
    GENERATOR_STATS.reset()
    made = SchemaGenerator().get_schema(request=None, public=True)
    validate_schema(made)
    GENERATOR_STATS.emit_summary()
    assert (GENERATOR_STATS._warn_cache, GENERATOR_STATS._error_cache) == ({}, {}), capsys.readouterr().err


def test_every_address_of_the_machines_is_described(schema):
    machines = [path for path, _ in addresses(get_resolver().url_patterns) if path.startswith("api/v1/")]
    described = sum(1 for _ in schema["paths"])
    assert len(machines) == described + len(UNDESCRIBED), sorted(machines)


def test_every_operation_says_how_it_refuses_and_which_post_needs_a_key(schema):
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            assert "default" in operation["responses"], (method, path)
            keys = [one["required"] for one in operation.get("parameters", []) if one["name"] == "Idempotency-Key"]
            assert keys == ([path in OF_INSTRUMENTS] if method == "post" else []), (method, path)


def test_the_page_for_people_is_served_from_here_alone(db):
    answer = signed_in("AM").get("/api/v1/docs/")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "swagger-ui-bundle.js" in page
    assert "http://" not in page
    assert "https://" not in page
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self';" in policy + ";"
    assert "unsafe-inline" not in policy.split("style-src")[0]


def test_the_page_for_people_asks_to_sign_in(client, db):
    assert client.get("/api/v1/docs/").status_code == 302
    assert client.get("/api/v1/schema/").status_code == 401
