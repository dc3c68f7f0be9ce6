"""More than anybody can mean: refused before it is read, and in flat memory."""

import resource
import struct
import zlib
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import RequestFactory
from PIL import Image

from cultures.passaging.models import Observation, Photo
from cultures.passaging.services.photos import MOST_PIXELS
from lims.instruments.models import Delivery
from tests import lab

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
MEGABYTE = 1_000_000


@pytest.fixture
def bench() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(lab.technician())
    return client


class Endless(BytesIO):
    """A body of any length that would be noticed if anybody read it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.taken += size or 0
        return b"x" * max(size or 0, 0)


def observe_page() -> str:
    return f"/cultures/{lab.growing().code}/observe/"


@pytest.mark.parametrize("length", [18 * MEGABYTE, 2_000 * MEGABYTE, 10**40])
@pytest.mark.parametrize("path", ["/sign-in/", "/api/v1/instruments/counts/", "observe"])
def test_a_body_beyond_a_photo_is_refused_unread(bench, path, length):
    body = Endless()
    factory = {"wsgi.input": body, "CONTENT_LENGTH": str(length)}
    kind = "multipart/form-data; boundary=x" if path == "observe" else "application/json"
    answer = bench.generic("POST", observe_page() if path == "observe" else path, b"", kind, **factory)
    assert answer.status_code == 413
    assert body.taken == 0


def test_a_body_without_its_length_is_no_body(bench):
    body = Endless()
    answer = bench.generic("POST", "/sign-out/", b"", "application/x-www-form-urlencoded", **{
        "wsgi.input": body, "CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"})  # fmt: skip
    assert answer.status_code < 500
    assert body.taken == 0


def test_a_length_that_is_none_is_no_fault_of_ours(bench):
    for said in ("-1", "abc", "1e9", "１２"):
        assert bench.generic("POST", "/look", b"", CONTENT_LENGTH=said).status_code < 500


@pytest.mark.parametrize("how_many", [501, 100_000])
def test_too_many_fields_are_refused(bench, how_many):
    answer = bench.post(
        observe_page(), "&".join(f"f{n}=" for n in range(how_many)), "application/x-www-form-urlencoded"
    )
    assert answer.status_code == 413
    assert not Observation.objects.exists()


def test_too_many_fields_of_a_form_with_files_are_refused(bench):
    answer = bench.post(observe_page(), {f"f{n}": "x" for n in range(600)})
    assert answer.status_code == 413


def test_too_many_files_are_refused(bench):
    files = {f"f{n}": SimpleUploadedFile(f"{n}.jpg", b"x") for n in range(101)}
    assert bench.post(observe_page(), files).status_code == 413


@pytest.mark.parametrize("name", ["daughters", "drugs"])
@pytest.mark.parametrize("rows", ["1001", "99999999999", "-1", "", "x"])
def test_more_rows_than_a_form_has_are_refused(bench, name, rows):
    culture = lab.growing()
    sent = {f"{name}-TOTAL_FORMS": rows, f"{name}-INITIAL_FORMS": "0", "at": ""}
    with lab.nothing_written():
        assert bench.post(f"/cultures/{culture.code}/passage/", sent).status_code == 422


# --- photos ----------------------------------------------------------------------------------------------------------


def png(width: int, height: int) -> bytes:
    """A picture that says it is very large, and is not: nothing of it follows."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\x00" * 10_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(
        b"IDAT", rows
    ) + chunk(b"IEND", b"")  # fmt: skip


def jpeg(size: tuple[int, int] = (40, 30)) -> bytes:
    kept = BytesIO()
    Image.new("RGB", size, "teal").save(kept, "JPEG")
    return kept.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
XXE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><svg>&e;</svg>'
NOT_PHOTOS = {
    "drawing.svg": SVG,
    "drawing.jpg": SVG,
    "entities.png": XXE,
    "page.jpg": b"<html><script>alert(1)</script></html>",
    "script.jpg": b"#!/bin/sh\nrm -rf /\n",
    "archive.jpg": b"PK\x03\x04" + b"\x00" * 100,
    "animation.gif": b"GIF89a" + b"\x00" * 100,
    "vector.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "half.jpg": jpeg()[:200],
    "head.png": png(10, 10)[:40],
    "empty.jpg": b"",
    "nul.jpg": b"\x00" * 1000,
    "bomb.png": png(60_000, 60_000),
    "longest.png": png(2**31 - 1, 1),
}


@pytest.mark.parametrize("name", NOT_PHOTOS)
def test_what_is_no_photo_is_refused_and_leaves_nothing(bench, name):
    page = observe_page()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with lab.nothing_written():
        answer = bench.post(page, {"tapped": "50", "photo": SimpleUploadedFile(name, NOT_PHOTOS[name], "image/jpeg")})
    assert answer.status_code == 422
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) < 400_000  # kB
    assert not Photo.objects.exists()


def test_a_file_that_is_a_photo_and_a_script_is_kept_as_a_photo_alone(bench):
    both = jpeg() + b"<script>alert(1)</script><?php system($_GET['c']); ?>PK\x03\x04"
    answer = bench.post(observe_page(), {"photo": SimpleUploadedFile("../../etc/x.html", both, "text/html")})
    assert answer.status_code == 303
    kept = Photo.objects.get()
    assert kept.file.name == f"photos/{kept.sha256}.jpg"
    content = kept.file.read()
    assert content.startswith(b"\xff\xd8\xff")
    assert b"script" not in content
    assert b"PK\x03\x04" not in content


def test_a_photo_just_within_the_pixels_stays_within_memory(bench):
    side = int(MOST_PIXELS**0.5) - 1
    answer = bench.post(observe_page(), {"photo": SimpleUploadedFile("large.jpg", jpeg((side, side)), "image/jpeg")})
    assert answer.status_code == 303
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1_500_000  # kB


# --- machines --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400),
        (b"[" * 900_000, 400),
        (b'{"note": "' + b"x" * 1_000_001 + b'"}', 413),
        (b"{" + b",".join(b'"f%d":1' % n for n in range(80_000)) + b"}", 400),
    ],
)
def test_json_beyond_measure_is_refused(bench, body, status):
    culture = lab.growing()
    answer = bench.post(f"/api/v1/cultures/{culture.code}/discard/", body, "application/json")
    assert answer.status_code == status, answer.content[:200]
    assert not Delivery.objects.exists()


def test_the_limits_leave_room_for_what_is_meant(settings):
    assert settings.PHOTO_MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE < 20 * MEGABYTE
    assert RequestFactory().post("/", {"photo": SimpleUploadedFile("p.jpg", jpeg())}).FILES["photo"].size < MEGABYTE
