"""Labels: a DataMatrix that holds just the code, the code in letters, and a few lines for people; exact to the mm."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from django.utils.html import format_html
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

QUIET_MODULES = 2  # white border; the standard asks for one, worn scanners like two
POINTS_PER_MM = 72 / 25.4
LEADING = 1.22  # line height over type size
MOST_SHRUNK = 0.65  # a long line is set smaller, down to this share of its size
Matrix = list[list[bool]]


@dataclass(frozen=True)
class Label:
    """One label. Four short lines fit: line and passage, vessel and date, drug and dose, person."""

    code: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Profile:
    """A kind of label stock; lengths in mm. A roll has one label per page, a sheet `columns` x `rows`."""

    title: str
    width: float
    height: float
    module: float
    code_pt: float
    line_pt: float
    page: tuple[float, float] | None = None
    columns: int = 1
    rows: int = 1
    padding: float = 1.0

    @property
    def page_size(self) -> tuple[float, float]:
        return self.page or (self.width, self.height)

    @property
    def per_page(self) -> int:
        return self.columns * self.rows


PROFILES = {
    "flask": Profile("Flask, 50 × 25 mm roll", 50, 25, module=1.0, code_pt=12, line_pt=8, padding=1.5),
    "cryo": Profile("Cryovial or small flask, 25.4 × 12.7 mm roll", 25.4, 12.7, module=0.55, code_pt=6.5, line_pt=4.8),
    "sheet": Profile(
        "A4 sheet of 24, 70 × 37 mm",
        70,
        37,
        module=1.3,
        code_pt=14,
        line_pt=9,
        page=(210, 297),
        columns=3,
        rows=8,
        padding=4,
    ),
}


def matrix_of(code: str) -> Matrix:
    """The modules of the DataMatrix without its quiet zone; True is black."""
    import zxingcpp  # only where labels are made

    image = zxingcpp.write_barcode_to_image(
        zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.DataMatrix), scale=1, add_quiet_zones=False
    )
    pixels = memoryview(image)  # type: ignore[arg-type]  # zxingcpp's image offers the buffer, untyped
    height, width = pixels.shape[:2]  # type: ignore[index]  # an image has two dimensions
    return [[pixels[row, column] == 0 for column in range(width)] for row in range(height)]


def _runs(matrix: Matrix) -> Iterator[tuple[int, int, int]]:
    """Black runs as (row, first column, length): fewer shapes, and no hairlines between neighbours."""
    for number, row in enumerate(matrix):
        start = None
        for column, black in enumerate([*row, False]):
            if black and start is None:
                start = column
            elif not black and start is not None:
                yield number, start, column - start
                start = None


def data_matrix_svg(code: str) -> SafeString:
    """The code as SVG: black on white in every theme, with its quiet zone."""
    matrix = matrix_of(code)
    side = len(matrix) + 2 * QUIET_MODULES
    path = "".join(
        f"M{first + QUIET_MODULES} {row + QUIET_MODULES}h{length}v1h-{length}z" for row, first, length in _runs(matrix)
    )
    return format_html(
        '<svg class="matrix" viewBox="0 0 {0} {0}" shape-rendering="crispEdges" role="img" aria-label="code {1}">'
        '<rect width="{0}" height="{0}" fill="#FFF"/><path d="{2}" fill="#000"/></svg>',
        side,
        code,
        path,
    )


def labels_pdf(labels: Sequence[Label], profile: str = "flask", *, skip: int = 0) -> bytes:
    """The labels as PDF, to be printed at 100 %. `skip` leaves out the places of a sheet that are used already."""
    from reportlab.pdfgen.canvas import Canvas  # only where labels are made

    stock = PROFILES[profile]
    page = tuple(side * POINTS_PER_MM for side in stock.page_size)
    file = BytesIO()
    canvas = Canvas(file, pagesize=page, invariant=1)
    canvas.setTitle("Labels")
    canvas.setViewerPreference("PrintScaling", "None")
    for place, label in enumerate(labels, start=skip % stock.per_page):
        if place and place % stock.per_page == 0:
            canvas.showPage()
        _draw(canvas, stock, label, place % stock.per_page)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def _draw(canvas: "Canvas", stock: Profile, label: Label, place: int) -> None:
    column, row = place % stock.columns, place // stock.columns
    left = (stock.page_size[0] - stock.columns * stock.width) / 2 + column * stock.width
    top = stock.page_size[1] - (stock.page_size[1] - stock.rows * stock.height) / 2 - row * stock.height
    matrix = matrix_of(label.code)
    side = len(matrix) * stock.module
    code_left, code_top = left + stock.padding, top - (stock.height - side) / 2
    for line, first, length in _runs(matrix):
        x, y = code_left + first * stock.module, code_top - (line + 1) * stock.module
        _box(canvas, x, y, length * stock.module, stock.module)
    text_left = code_left + side + QUIET_MODULES * stock.module
    _write(canvas, stock, label, text_left, top, left + stock.width - stock.padding - text_left)


def _box(canvas: "Canvas", *mm: float) -> None:
    canvas.rect(*(length * POINTS_PER_MM for length in mm), stroke=0, fill=1)


def _write(canvas: "Canvas", stock: Profile, label: Label, left: float, top: float, width: float) -> None:
    sizes = [stock.code_pt, *[stock.line_pt] * len(label.lines)]
    room = stock.height * POINTS_PER_MM
    shrink = min(1.0, (room - 2) / (sum(sizes) * LEADING))
    y = top * POINTS_PER_MM - (room - sum(sizes) * LEADING * shrink) / 2
    for text, size in zip([label.code, *label.lines], sizes, strict=True):
        face = "Courier-Bold" if text is label.code else "Helvetica"
        y -= size * LEADING * shrink
        fitted, points = _fit(canvas, printable(text), face, size * shrink, width * POINTS_PER_MM)
        canvas.setFont(face, points)
        canvas.drawString(left * POINTS_PER_MM, y + size * 0.22, fitted)


def printable(text: str) -> str:
    """The PDF's own faces know Western European signs (µ, ×, ²), no more."""
    return text.encode("cp1252", "replace").decode("cp1252")


def _fit(canvas: "Canvas", text: str, face: str, size: float, width: float) -> tuple[str, float]:
    """The text and its size: a long line is set smaller, for a dose cut short would be a wrong dose; then cut."""
    smaller = min(size, size * width / max(canvas.stringWidth(text, face, size), 0.1))
    smaller = max(smaller, size * MOST_SHRUNK)
    if canvas.stringWidth(text, face, smaller) <= width + 0.01:
        return text, smaller
    while text and canvas.stringWidth(f"{text}…", face, smaller) > width:
        text = text[:-1]
    return f"{text.rstrip()}…", smaller
