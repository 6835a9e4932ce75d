"""Pictures are mended where it helps and left alone where it does not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from intake.ocr.blur import BLURRED, sharpened, steepest_edge
from intake.ocr.ink import find_ink
from intake.ocr.mending import lay_upright, mend, upside_down
from intake.ocr.picture import Picture, open_picture
from intake.ocr.sheet import find_sheet
from intake.ocr.specks import clean
from intake.ocr.upright import lies_sideways, skew_deg

Grey = NDArray[np.uint8]


def page(rows: int = 14) -> Grey:
    sheet = Image.new("L", (1240, 1754), 255)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(26)
    for row in range(rows):
        text = f"Row {row}: the quick engineer reads eleven dusty meters"
        pen.text((130, 150 + 55 * row), text, fill=10, font=font)
    return np.asarray(sheet)


def turned(grey: Grey, degrees: float) -> Grey:
    """Clockwise by so many degrees."""
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    return np.asarray(cv2.warpAffine(grey, matrix, (width, height), borderValue=255), np.uint8)


@pytest.mark.parametrize("degrees", [-9.0, -2.0, 0.0, 0.6, 4.0, 10.0])
def test_skew_is_measured_to_a_third_of_a_degree(degrees: float) -> None:
    assert skew_deg(find_ink(turned(page(), degrees))) == pytest.approx(degrees, abs=0.3)


def test_a_few_scattered_letters_do_not_make_a_skew() -> None:
    grey = np.full((1754, 1240), 255, np.uint8)
    places = np.random.default_rng(11).integers((100, 100), (1100, 1600), (25, 2))
    for x, y in places:
        cv2.putText(grey, "n", (int(x), int(y)), cv2.FONT_HERSHEY_SIMPLEX, 1, 0, 2)
    assert skew_deg(find_ink(grey)) == 0.0


@pytest.mark.parametrize("skew", [-6.0, 0.0, 6.0])
def test_lines_that_run_upwards_are_told_from_lines_across(skew: float) -> None:
    grey = turned(page(), skew)
    assert not lies_sideways(find_ink(grey))
    assert lies_sideways(find_ink(np.ascontiguousarray(np.rot90(grey))))


def test_letters_are_brought_to_one_height_whatever_the_resolution() -> None:
    for factor in (0.5, 1.0, 2.0):
        grey = np.asarray(cv2.resize(page(), None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
        mended = mend(lay_upright(Picture(grey)))
        assert find_ink(mended.grey).letter_height / find_ink(mended.grey).scale == pytest.approx(20, abs=3)


def test_the_way_back_leads_to_the_upright_page_from_every_mending() -> None:
    grey = turned(page(), 3.0)
    dot = (400.0, 900.0)
    mended = mend(lay_upright(Picture(grey)))
    for stage, expected in ((mended, dot), (upside_down(mended), (1240 - dot[0], 1754 - dot[1]))):
        there = np.linalg.inv(stage.back) @ np.array([expected[0] / 1240, expected[1] / 1754, 1])
        back = stage.back @ there
        assert back[:2] / back[2] == pytest.approx([expected[0] / 1240, expected[1] / 1754])
    centre = np.linalg.inv(mended.back) @ np.array([0.5, 0.3, 1])
    flipped = np.linalg.inv(upside_down(mended).back) @ np.array([0.5, 0.7, 1])
    height, width = mended.grey.shape
    assert np.allclose(mended.letters + upside_down(mended).letters, [width, height])
    assert flipped[:2] / flipped[2] == pytest.approx([width, height] - centre[:2] / centre[2])


def test_an_empty_page_has_nothing_to_mend() -> None:
    assert len(mend(lay_upright(Picture(np.full((1754, 1240), 244, np.uint8)))).letters) == 0


def test_specks_go_and_full_stops_stay() -> None:
    ink = np.zeros((400, 400), np.uint8)
    cv2.putText(ink, "stop.", (50, 200), cv2.FONT_HERSHEY_SIMPLEX, 2, 1, 5)
    ink[300:307, 200:207] = 1
    clear = np.where(ink > 0, 0, 255).astype(np.uint8)
    specks = np.random.default_rng(3).random(ink.shape) < 0.01
    speckled = np.where((ink > 0) | specks, 0, 255).astype(np.uint8)
    cleaned = clean(speckled, 30.0)
    assert (cleaned != clear).mean() < 0.002
    assert (cleaned[300:307, 200:207] == 0).all()
    assert (speckled != clear).mean() > 0.009


def test_a_clean_page_is_not_touched() -> None:
    grey = np.where(page() < 128, 0, 255).astype(np.uint8)
    assert clean(grey, 18.0) is grey
    sharp = page()
    assert sharpened(sharp) is sharp
    assert steepest_edge(sharp) > BLURRED


def test_a_scanners_line_goes_and_the_letters_it_crosses_stay() -> None:
    grey = np.where(page() < 128, 0, 255).astype(np.uint8)
    lined = grey.copy()
    lined[:, 700:702] = 0
    cleaned = clean(lined, 18.0)
    assert (cleaned != grey).sum() < 0.25 * (lined != grey).sum()


def test_a_blurred_page_gets_sharper() -> None:
    blurred = np.asarray(cv2.GaussianBlur(page(), (0, 0), 3.5), np.uint8)
    assert steepest_edge(blurred) < BLURRED
    assert steepest_edge(sharpened(blurred)) > 1.5 * steepest_edge(blurred)


def test_the_sheet_of_a_photograph_is_found_under_a_shadow_and_a_scan_has_none() -> None:
    corners = np.array([[90, 70], [1130, 120], [1180, 1660], [60, 1640]], np.float32)
    flat = np.array([[0, 0], [1240, 0], [1240, 1754], [0, 1754]], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, corners)
    photo = cv2.warpPerspective(page(), matrix, (1240, 1754), borderValue=60).astype(float)
    photo[1100:] *= 0.5
    found = find_sheet(photo.astype(np.uint8))
    assert found is not None
    assert np.abs(found - corners).max() < 15
    assert find_sheet(page()) is None


def test_pixels_that_are_not_square_are_stretched_from_resolution_or_from_a_fax_machines_width() -> None:
    flat = Image.fromarray(page()).resize((1728, 1145)).convert("1")
    assert open_picture(flat, (204.0, 98.0)).grey.shape == (round(1145 * 204 / 98), 1728)
    assert open_picture(flat).grey.shape == (round(1145 * 204 / 98), 1728)
    assert open_picture(page(), 150.0).grey.shape == (1754, 1240)


def test_a_stored_orientation_is_applied() -> None:
    stored = Image.fromarray(page()).transpose(Image.Transpose.ROTATE_90)
    exif = stored.getexif()
    exif[0x0112] = 6
    stored.info["exif"] = exif.tobytes()
    assert open_picture(stored).grey.shape == (1754, 1240)
