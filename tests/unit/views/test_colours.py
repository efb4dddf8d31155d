"""Colours of the report: readable in light, dark and print, and apart for the colour-blind."""

from __future__ import annotations

import itertools
import re
from importlib import resources

import numpy as np
import pytest
from numpy.typing import NDArray

CSS = (resources.files("opendome.views") / "report" / "page.css").read_text(encoding="utf-8")
SCHEMES = {
    "light": CSS.split("@media (prefers-color-scheme: dark)")[0],
    "dark": CSS.split("@media (prefers-color-scheme: dark)")[1].split("* {")[0],
    "print": CSS.split("@media print")[1],
}
TEXT = ("ink", "soft", "accent", "leaked", "intercepted")
GRAPHICS = ("leaked", "intercepted", "harmless", "hit")  # failed and missed are hollow

# Simulation of colour blindness on linear RGB: Machado, Oliveira and Fernandes, IEEE Trans.
# Vis. Comp. Graphics 15 (2009), severity 1.0.
SIGHT = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    ),
}  # fmt: skip


def linear(colour: str) -> NDArray[np.float64]:
    """Linear RGB of #rrggbb (IEC 61966-2-1)."""
    value = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.2, 1 to 21."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    low, high = sorted(float(linear(c) @ weights) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Oklab of linear RGB (Ottosson, A perceptual color space for image processing, 2020)."""
    to_lms = np.array(
        [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
         [0.0883024619, 0.2817188376, 0.6299787005]]
    )  # fmt: skip
    to_lab = np.array(
        [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
         [0.0259040371, 0.7827717662, -0.8086757660]]
    )  # fmt: skip
    return to_lab @ np.cbrt(to_lms @ np.clip(rgb, 0, 1))


def colours(scheme: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", SCHEMES[scheme]))


def test_published_contrasts():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_words_stand_out(scheme: str):
    found = colours(scheme)
    for name in TEXT:
        assert contrast(found[name], found["paper"]) >= 4.5, name
    for ground in ("sea", "land"):
        assert contrast(found["ink"], found[ground]) >= 7
        assert contrast(found["soft"], found[ground]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
def test_lines_stand_out(scheme: str):
    found = colours(scheme)
    for name, ground in itertools.product(GRAPHICS, ("paper", "land", "sea")):
        assert contrast(found[name], found[ground]) >= 3.0, (name, ground)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_outcomes_are_told_apart(scheme: str, sight: str):
    found = colours(scheme)
    seen = {name: lab(SIGHT[sight] @ linear(found[name])) for name in GRAPHICS}
    for one, other in itertools.combinations(GRAPHICS, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 0.06, (one, other)
    assert np.linalg.norm(seen["leaked"] - seen["intercepted"]) > 0.15
