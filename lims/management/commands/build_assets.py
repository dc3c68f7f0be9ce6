"""`manage.py build_assets`: the icon sprite and the chart library, made from pinned packages into var/build."""

import re
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from django.conf import settings
from django.core.management.base import BaseCommand

from lims.charts import bundle, theme
from lims.web import icons

_DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


class Command(BaseCommand):
    help = "Make the icon sprite and the chart library from the installed packages. Does nothing when they are current."

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BUILD_DIR) / "lims"
        folder.mkdir(parents=True, exist_ok=True)
        stamp = folder / ".stamp"  # hidden, so that it is not served
        wanted = stamp_of_sources()
        if stamp.exists() and stamp.read_text() == wanted:
            self.stdout.write("Icons and charts are current.")
            return
        (folder / "icons.svg").write_text(sprite(), encoding="utf-8")
        bundle.write_bundle(folder)
        stamp.write_text(wanted)
        self.stdout.write("Icons and charts are made.")


def stamp_of_sources() -> str:
    """Changes with the packages and with our lists."""
    modules = (icons, bundle, theme)
    ours = b"".join(Path(str(module.__file__)).read_bytes() for module in modules) + Path(__file__).read_bytes()
    packages = [f"{name} {version(name)}" for name in ("lucide", "vl-convert-python")]
    return "\n".join([*packages, sha256(ours).hexdigest()])


def sprite() -> str:
    """One SVG with a symbol per icon; line width and colour come from the page's stylesheet."""
    with files("lucide").joinpath("lucide.zip").open("rb") as packed, ZipFile(packed) as drawings:
        symbols = [_symbol(name, drawings.read(f"{drawing}.svg").decode()) for name, drawing in icons.ICONS.items()]
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'


def _symbol(name: str, drawing: str) -> str:
    match = _DRAWING.search(drawing)
    if match is None:
        raise ValueError(f"The drawing of {name} is not an SVG.")
    return f'<symbol id="{name}" viewBox="0 0 24 24">{" ".join(match[1].split())}</symbol>'
