"""A web process starts with what pages need; libraries that draw, fit and print are imported where they are used."""

import os
import subprocess
import sys

HEAVY = ("scipy", "pandas", "allotropy", "vl_convert", "reportlab", "zxingcpp", "lucide", "playwright", "openpyxl",
         "defusedxml")  # fmt: skip
PROBE = f"""
import sys, django
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
import lims.wsgi
print(*[name for name in {HEAVY} if name in sys.modules])
"""


def test_a_web_process_imports_nothing_heavy() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "lims.settings"}
    answer = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True, env=environment)
    assert answer.stdout.split() == []
