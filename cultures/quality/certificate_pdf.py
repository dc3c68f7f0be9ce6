"""A certificate on paper: A4, black on white, as many pages as it takes."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from cultures.quality.certificate import Certificate, Evidence, Line, Section
from lims.accounts.models import User
from lims.clock import lab_time
from lims.lab.models import LabSettings
from lims.web.labels import printable

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

MM = 72 / 25.4
MARGIN = 18 * MM
PADDING = 6  # of the frame, in points: with it the words begin at the margin
LABEL_MM = 34
SAYS = (
    "This certificate says how the culture stood as of the moment it was printed. It follows from the records of the "
    "laboratory, and a later sample, correction or trace may change it: print it again before you rely on it."
)


def certificate_pdf(certificate: Certificate, by: User) -> bytes:
    """Uncompressed: its words can be found in it."""
    from reportlab.lib.pagesizes import A4  # only where paper is made
    from reportlab.platypus import SimpleDocTemplate

    file = BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=MARGIN - PADDING,
        rightMargin=MARGIN - PADDING,
        topMargin=MARGIN - PADDING,
        bottomMargin=MARGIN + 12 * MM,
        title=f"Certificate of {certificate.culture.code}",
        author=printable(LabSettings.current().lab_name),
        pageCompression=0,
        invariant=1,
    )
    foot = _foot(certificate, by)
    document.build(Paper(certificate).parts, onFirstPage=foot, onLaterPages=foot)
    return file.getvalue()


def _foot(certificate: Certificate, by: User) -> Any:
    when = lab_time(certificate.as_of)
    printed = f"Printed by {by} ({by.initials}), {when:%d %b %Y, %H:%M} {when.tzname()}"

    def draw(canvas: "Canvas", document: Any) -> None:
        canvas.saveState()
        canvas.setFont("Helvetica", 8)
        canvas.line(MARGIN, MARGIN + 6 * MM, document.pagesize[0] - MARGIN, MARGIN + 6 * MM)
        canvas.drawString(MARGIN, MARGIN + 2 * MM, printable(f"{certificate.culture.code}. {printed}"))
        canvas.drawRightString(document.pagesize[0] - MARGIN, MARGIN + 2 * MM, f"page {document.page}")
        canvas.restoreState()

    return draw


class Paper:
    """The flow of a certificate: head, what is grave, then the sections."""

    def __init__(self, certificate: Certificate) -> None:
        from reportlab.lib.styles import ParagraphStyle

        def style(name: str, face: str, size: float, **more: Any) -> Any:
            return ParagraphStyle(name, fontName=face, fontSize=size, leading=size * 1.32, **more)

        self.title = style("title", "Helvetica-Bold", 19)
        self.what = style("what", "Helvetica", 11, spaceAfter=3)
        self.head = style("head", "Helvetica-Bold", 11.5, spaceBefore=11, spaceAfter=3)
        self.text = style("text", "Helvetica", 9.5)
        self.strong = style("strong", "Helvetica-Bold", 9.5)
        self.label = style("label", "Helvetica", 9, textColor="#444444")
        self.small = style("small", "Helvetica", 8, textColor="#444444", spaceBefore=14)
        self.parts = list(self._parts(certificate))

    def _parts(self, certificate: Certificate) -> Any:
        when = lab_time(certificate.as_of)
        yield self._words(f"Certificate of culture {certificate.culture.code}", self.title)
        yield self._words(
            f"{certificate.culture.line} p{certificate.culture.passage_number}, {LabSettings.current().lab_name}",
            self.what,
        )
        yield self._words(f"As of {when:%d %b %Y, %H:%M} {when.tzname()}", self.what)
        if certificate.grave:
            yield from self._grave(certificate.grave)
        else:
            yield self._words("Nothing is missing, overdue or kept apart.", self.strong)
        for section in certificate.sections:
            yield from self._section(section)
        yield self._words(SAYS, self.small)

    def _grave(self, said: Sequence[str]) -> Any:
        yield self._words("To be known before these cells are used", self.head)
        for text in said:
            yield self._words(f"\u2022 {text}", self.strong)

    def _section(self, section: Section) -> Any:
        from reportlab.platypus import HRFlowable, KeepTogether

        head = [
            HRFlowable(width="100%", thickness=1.2, color="#000000", spaceBefore=10, spaceAfter=0),
            self._words(section.title, self.head),
        ]
        lines = [self._words(line.text, self._of(line)) for line in section.lines]
        facts = [self._table(section.facts)] if section.facts else []
        yield KeepTogether([*head, *lines, *facts])
        for evidence in section.evidence:
            yield KeepTogether([self._evidence(evidence)])

    def _of(self, line: Line) -> Any:
        return self.strong if line.grave else self.text

    def _evidence(self, evidence: Evidence) -> Any:
        return self._table([("Sample code", evidence.title), *evidence.facts])

    def _table(self, facts: Sequence[tuple[str, str]]) -> Any:
        from reportlab.platypus import Table

        rows = [[self._words(label, self.label), self._words(value, self.text)] for label, value in facts]
        look = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
            ("LINEBELOW", (0, 0), (-1, -1), 0.3, "#BBBBBB"),
        ]
        width = 210 * MM - 2 * MARGIN
        return Table(rows, colWidths=[LABEL_MM * MM, width - LABEL_MM * MM], style=look, spaceBefore=3)

    def _words(self, text: str, style: Any) -> Any:
        from reportlab.platypus import Paragraph

        return Paragraph(escape(printable(text)), style)
