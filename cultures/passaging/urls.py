"""Addresses of cultures. A code is its culture's address, so a scanned label opens the page."""

from django.urls import path, register_converter

from cultures.passaging.views import list as listing
from lims.codes import tidy_code


class CultureCode:
    """C-7K4QX, however it was typed; "receive" is none."""

    regex = "[Cc]-[0-9A-Za-z]+"

    def to_python(self, text: str) -> str:
        return tidy_code(text)

    def to_url(self, code: str) -> str:
        return code


register_converter(CultureCode, "culture")

urlpatterns = [
    path("cultures/", listing.cultures, name="list"),
    path("cultures/cultures.csv", listing.cultures_csv, name="list_csv"),
]
