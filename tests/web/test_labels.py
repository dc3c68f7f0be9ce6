"""Labels: read back by a reader, exact to the millimetre, nothing of a dose cut off unseen."""

import re

import pytest
import zxingcpp

from lims.codes import code_for
from lims.web.labels import PROFILES, QUIET_MODULES, Label, data_matrix_svg, labels_pdf, matrix_of

CODES = [code_for("C", number) for number in (0, 7, 31, 1_000, 999_999, 2**35)]
MM = 72 / 25.4


@pytest.mark.parametrize("code", CODES)
def test_the_code_is_read_back_from_its_modules(code):
    import numpy as np

    black = np.array(matrix_of(code))
    picture = (
        np.pad(np.where(black, 0, 255).astype(np.uint8), QUIET_MODULES, constant_values=255).repeat(6, 0).repeat(6, 1)
    )
    (read,) = zxingcpp.read_barcodes(picture)
    assert (read.text, read.format) == (code, zxingcpp.BarcodeFormat.DataMatrix)


def test_on_the_page_it_is_black_on_white_without_style():
    svg = data_matrix_svg(CODES[0])
    assert 'fill="#FFF"' in svg
    assert f'aria-label="code {CODES[0]}"' in svg
    assert "style=" not in svg
    assert "&lt;b&gt;" in data_matrix_svg("<b>")


def boxes(pdf):
    return [
        tuple(float(side) / MM for side in box) for box in re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", pdf)
    ]


@pytest.mark.parametrize(("profile", "size"), [("flask", (50, 25)), ("cryo", (25.4, 12.7)), ("sheet", (210, 297))])
def test_the_page_is_the_label_to_the_tenth_of_a_millimetre(profile, size):
    pdf = labels_pdf([Label(CODES[0], ("BT474 p41, T75",))], profile)
    (box,) = boxes(pdf)
    assert box == pytest.approx(size, abs=0.01)
    assert b"/PrintScaling /None" in pdf


def test_a_roll_has_a_page_per_label_and_a_sheet_one_per_24():
    labels = [Label(code) for code in CODES] * 5
    assert len(boxes(labels_pdf(labels, "flask"))) == 30
    assert len(boxes(labels_pdf(labels, "sheet"))) == 2
    assert len(boxes(labels_pdf(labels[:24], "sheet"))) == 1
    assert len(boxes(labels_pdf(labels[:24], "sheet", skip=1))) == 2


@pytest.mark.parametrize("profile", PROFILES)
def test_the_code_with_its_quiet_zone_fits_each_stock(profile):
    stock = PROFILES[profile]
    assert (14 + 2 * QUIET_MODULES) * stock.module <= stock.height
    assert stock.module >= 0.5  # what a bench imager reads from a frosted vial


def test_the_same_labels_are_the_same_file():
    labels = [Label(CODES[0], ("trastuzumab 10 µg/mL", "日本語", "x" * 200))]
    assert labels_pdf(labels, "cryo") == labels_pdf(labels, "cryo")
