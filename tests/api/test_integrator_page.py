"""What docs/integrator.md tells an integrator to write does work."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from drf_spectacular.generators import SchemaGenerator

from cultures.passaging.models import Count
from tests import lab
from tests.api.conftest import a_count, machine

PAGE = (Path(settings.BASE_DIR) / "docs" / "integrator.md").read_text(encoding="utf-8")


@pytest.fixture
def post_count() -> Callable[..., Any]:
    made: dict[str, Any] = {}
    exec(re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1], made)
    made["time"] = type("Clock", (), {"sleep": staticmethod(lambda pause_s: None)})
    return made["post_count"]


@pytest.mark.django_db(transaction=True)
def test_the_snippet_posts_a_count_once_however_often_it_runs(live_server, post_count):
    key = machine().headers["Authorization"].split()[1]
    culture = lab.growing()
    first, again = (post_count(live_server.url, key, "run-17", a_count(culture.code)) for _ in range(2))
    assert first == again
    assert first["state"] == "saved"
    assert Count.objects.count() == 1
    with pytest.raises(ValueError, match="key_reused"):
        post_count(live_server.url, key, "run-17", a_count(culture.code, live_per_ml=1))


def test_the_snippet_tries_again_and_gives_up_at_last(post_count):
    with pytest.raises(OSError, match="refused"):
        post_count("http://127.0.0.1:9", "sub_x", "run-1", {})


def test_every_address_stands_on_the_page():
    described = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    last_words = {path.rstrip("/").rpartition("/")[2] for path in described if not path.endswith("}/")}
    missing = {word for word in last_words if f"{word}{'' if '.' in word else '/'}`" not in PAGE}
    assert missing == set()
