import os
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from cultures.passaging.errors import CultureNotGrowing, NotAPhoto, PhotoTooLarge
from cultures.passaging.models import Photo
from cultures.passaging.services.photos import clean_photo
from tests.lab import FRIDAY, growing, observed, split

pytestmark = pytest.mark.django_db
GPS, ORIENTATION, MAKE = 0x8825, 0x0112, 0x010F


def picture(size: tuple[int, int] = (40, 20), kind: str = "JPEG", *, mode: str = "RGB", **options: object) -> BytesIO:
    image = Image.new(mode, size, color=90 if mode != "RGB" else (200, 30, 90))
    file = BytesIO()
    image.save(file, kind, **options)
    file.seek(0)
    return file


def with_exif(*, orientation: int = 1) -> BytesIO:
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = orientation, "Secret camera"
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(0x8769)[0x9003] = "2026:03:02 10:11:12"
    exif.get_ifd(0x8769)[0x9011] = "+02:00"
    return picture(exif=exif, comment=b"taken at home")


def upload(file: BytesIO) -> SimpleUploadedFile:
    return SimpleUploadedFile("../../etc/passwd.jpg", file.getvalue())


def test_a_photo_is_kept_without_where_it_was_taken():
    observation = observed(growing(), None, photo=upload(with_exif()))
    stored = Path(observation.photo.file.path)
    kept = stored.read_bytes()
    assert b"Secret" not in kept
    assert b"taken at home" not in kept
    assert not Image.open(BytesIO(kept)).getexif()
    assert stored.parent == Path(settings.MEDIA_ROOT) / "photos"
    assert stored.stem == observation.photo.sha256


def test_the_time_it_was_taken_is_kept():
    assert clean_photo(with_exif()).taken_at == datetime(2026, 3, 2, 8, 11, 12, tzinfo=UTC)
    assert clean_photo(picture()).taken_at is None


def test_a_photo_is_turned_upright():
    photo = clean_photo(with_exif(orientation=6))
    assert (photo.width_px, photo.height_px) == (20, 40)


def test_the_same_picture_is_stored_once():
    one, other = (observed(growing(), 50, photo=upload(picture())) for _ in range(2))
    assert one.photo == other.photo
    assert Photo.objects.count() == 1


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_png_and_tiff_are_taken_too(kind: str):
    assert clean_photo(picture(kind=kind)).jpeg.startswith(b"\xff\xd8")


def test_sixteen_bits_of_grey_do_not_turn_white():
    half = Image.new("I;16", (32, 32), color=4000)
    half.paste(Image.new("I;16", (16, 32), color=1000), (0, 0))
    file = BytesIO()
    half.save(file, "TIFF")
    file.seek(0)
    grey = Image.open(BytesIO(clean_photo(file).jpeg)).convert("L")
    assert grey.getpixel((2, 2)) < 80
    assert grey.getpixel((29, 29)) > 240


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"<svg onload=alert(1)>", b"%PDF-1.7", b"\xff\xd8\xff", os.urandom(2000),
     picture().getvalue()[:200], picture(kind="PNG").getvalue()[:60], picture(kind="GIF", mode="L").getvalue()],
)  # fmt: skip
def test_what_is_no_picture_is_refused(content: bytes):
    with pytest.raises(NotAPhoto):
        clean_photo(BytesIO(content))


def test_a_file_too_large_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(settings, "PHOTO_MAX_BYTES", 100)
    with pytest.raises(PhotoTooLarge):
        clean_photo(picture((400, 400)))


@pytest.mark.parametrize("size", [(10_000, 6_000), (19_000, 10_000)])
def test_a_picture_that_would_burst_is_refused_unopened(size: tuple[int, int]):
    with pytest.raises(PhotoTooLarge):
        clean_photo(picture(size, "PNG", mode="1"))


def test_a_refused_observation_leaves_no_photo():
    parent = growing()
    split(parent)
    with pytest.raises(CultureNotGrowing):
        observed(parent, 50, at=FRIDAY.replace(month=6), photo=upload(picture((9, 9))))
    assert not Photo.objects.exists()
