"""Pictures under the microscope, kept as clean JPEGs: turned upright, and without camera, owner or place."""

import hashlib
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

from cultures.passaging.errors import NotAPhoto, PhotoTooLarge
from cultures.passaging.models import Photo
from lims.clock import lab_zone

FORMATS = ("JPEG", "PNG", "TIFF")
MOST_PIXELS = 50_000_000
JPEG_QUALITY = 90
EXIF_IFD, TAKEN, TAKEN_OFFSET = 0x8769, 0x9003, 0x9011


@dataclass(frozen=True)
class CleanPhoto:
    jpeg: bytes
    width_px: int
    height_px: int
    taken_at: datetime | None


def clean_photo(upload: BinaryIO) -> CleanPhoto:
    """Decode what was uploaded and encode it anew, so that nothing but the picture is kept.

    Raises PhotoTooLarge before decoding, and NotAPhoto for all that no decoder makes sense of.
    """
    content = upload.read(settings.PHOTO_MAX_BYTES + 1)
    if len(content) > settings.PHOTO_MAX_BYTES:
        megabytes = settings.PHOTO_MAX_BYTES // 1_000_000
        raise PhotoTooLarge(f"more than {megabytes} MB", f"{megabytes} MB")
    try:
        image = Image.open(BytesIO(content), formats=FORMATS)
        pixels = image.width * image.height
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        pixels = MOST_PIXELS + 1
    except Exception as error:  # decoders of hostile files fail in every way there is
        raise NotAPhoto() from error
    if pixels > MOST_PIXELS:
        raise PhotoTooLarge("too many pixels", f"{MOST_PIXELS // 1_000_000} million")
    try:
        upright = ImageOps.exif_transpose(_in_eight_bits(image)).convert("RGB")
        taken_at = _taken_at(image)
    except Exception as error:
        raise NotAPhoto() from error
    bare = Image.frombytes("RGB", upright.size, upright.tobytes())  # no comment, profile or EXIF comes along
    jpeg = BytesIO()
    bare.save(jpeg, "JPEG", quality=JPEG_QUALITY)
    return CleanPhoto(jpeg.getvalue(), bare.width, bare.height, taken_at)


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Microscope cameras write 12 or 16 bits of grey; plain conversion would make them white."""
    image.load()
    if not image.mode.startswith("I"):
        return image
    grey = image.convert("I")
    _, brightest = cast(tuple[float, float], grey.getextrema())
    scaled = grey.point(lambda level: level * (255 / max(brightest, 1))).convert("L")
    scaled.info = image.info
    return scaled


def _taken_at(image: Image.Image) -> datetime | None:
    """The camera's time when it is plain; a camera that names no zone stands in the lab."""
    exif = image.getexif().get_ifd(EXIF_IFD)
    with suppress(ValueError, TypeError, OverflowError):
        written = str(exif.get(TAKEN, "")).strip("\x00 ")
        if offset := str(exif.get(TAKEN_OFFSET, "")).strip("\x00 "):
            return datetime.strptime(written + offset, "%Y:%m:%d %H:%M:%S%z")
        return datetime.strptime(written, "%Y:%m:%d %H:%M:%S").replace(tzinfo=lab_zone())
    return None


def keep_photo(photo: CleanPhoto) -> Photo:
    """The file first, the row last: what fails in between leaves a file nobody names, never a row without its file."""
    digest = hashlib.sha256(photo.jpeg).hexdigest()
    name = f"photos/{digest}.jpg"
    write_whole(Path(default_storage.path(name)), photo.jpeg)
    kept, _ = Photo.objects.get_or_create(
        sha256=digest,
        defaults={
            "file": name,
            "width_px": photo.width_px,
            "height_px": photo.height_px,
            "taken_at": photo.taken_at,
        },
    )
    return kept


def write_whole(path: Path, content: bytes) -> None:
    """A reader sees the whole file or none."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".unfinished-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(unfinished, 0o644)
        os.replace(unfinished, path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
