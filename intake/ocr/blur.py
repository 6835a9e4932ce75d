"""Blurred photographs: how wide the edges are, and how they are drawn together again."""

from __future__ import annotations

import math

import cv2
import numpy as np

from intake.ocr.picture import Grey

BLURRED = 0.21
"""Steepest edges of a page, as a share of its contrast per pixel at 20 px letter height: scans .27 and more, blurred
photographs .14 and less."""
LETTERS_SMALLER = 0.8
AMOUNT = 2.0
OWN_SMOOTHING_PX = 1.0


def sharpened(grey: Grey) -> Grey:
    """A blurred picture made smaller and sharper (unsharp mask as wide as its blur); a sharp one as it is."""
    slope = steepest_edge(grey)
    if not 0 < slope < BLURRED:
        return grey
    width_px = math.sqrt(max(0.25, 1 / (2 * math.pi * slope * slope) - OWN_SMOOTHING_PX**2)) * LETTERS_SMALLER
    small = cv2.resize(grey, None, fx=LETTERS_SMALLER, fy=LETTERS_SMALLER, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), width_px)
    return np.asarray(cv2.addWeighted(small, 1 + AMOUNT, soft, -AMOUNT, 0), np.uint8)


def steepest_edge(grey: Grey) -> float:
    """The slope of the steepest edges, contrast = 1 per pixel, after a light smoothing against noise; 0.0 without ink.

    Source: an edge blurred by a Gaussian of width s has the slope 1 / (s √(2π)).
    """
    smooth = np.asarray(cv2.GaussianBlur(grey, (0, 0), OWN_SMOOTHING_PX), np.uint8)
    contrast = _percentile(smooth, 0.5) - _percentile(smooth, 0.005)
    if contrast <= 0 or smooth.shape[1] < 3:
        return 0.0
    steps = np.asarray(cv2.absdiff(smooth[:, 2:], smooth[:, :-2]), np.uint8)
    return _percentile(steps, 0.995) / 2 / contrast


def _percentile(grey: Grey, share: float) -> float:
    counts = np.cumsum(cv2.calcHist([grey], [0], None, [256], [0, 256]))
    return float(np.searchsorted(counts, share * counts[-1]))
