"""The report in a real browser without a window: its program runs, and it asks for nothing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from opendome.views.report import write_report
from tests.unit.views.fabricated import CITY, ICBM, write_campaign

BROWSER = next(
    (p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None
)
pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine"),
]

# Half-way through a replay: what is drawn then, left in the title for the test to read.
PROBE = """
<script>
window.addEventListener("load", function () {
  var slider = document.getElementById("time");
  var whole = document.getElementById("clock").textContent;
  slider.value = 500;
  slider.dispatchEvent(new Event("input"));
  var half = document.querySelectorAll(".trail").length;
  var clock = document.getElementById("clock").textContent;
  var badly = [].filter.call(document.querySelectorAll(".head"), function (head) {
    return !isFinite(parseFloat(head.getAttribute("cx")));
  }).length;
  slider.value = 1000;
  slider.dispatchEvent(new Event("input"));
  var shown = document.querySelector("circle.impact, .kill");
  shown.dispatchEvent(new PointerEvent("pointermove", {bubbles: true, clientX: 5, clientY: 5}));
  document.title = "PROBE" + JSON.stringify({
    whole: whole, half: half, clock: clock, badly: badly,
    end: document.querySelectorAll(".trail").length,
    isOpen: !document.getElementById("replay").hidden,
    asked: performance.getEntriesByType("resource").map(function (r) { return r.name; }),
    tip: document.getElementById("tip").textContent,
    wide: document.documentElement.scrollWidth > window.innerWidth
  }) + "PROBE";
});
</script>
"""


def browse(folder: Path, url: Path, *options: str) -> subprocess.CompletedProcess[str]:
    assert BROWSER is not None
    return subprocess.run(
        [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--hide-scrollbars",
            f"--user-data-dir={folder / 'profile'}",
            *options,
            url.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )


@pytest.fixture(scope="module", params=["city", "icbm"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    scenario = {"city": CITY, "icbm": ICBM}[request.param]
    return write_report(write_campaign(folder / "campaign", scenario, runs=8))


@pytest.mark.parametrize("size", ["1200,900", "500,900"])
def test_the_replay_runs_and_the_page_fits(report: Path, tmp_path: Path, size: str):
    page = tmp_path / "probe.html"
    html = report.read_text(encoding="utf-8")
    page.write_text(html.replace("</body>", PROBE + "</body>"), encoding="utf-8")
    found = browse(tmp_path, page, "--dump-dom", f"--window-size={size}")
    probe = re.search("<title>PROBE(.*?)PROBE</title>", found.stdout)
    assert probe is not None, found.stderr
    seen = json.loads(probe[1])
    assert seen["isOpen"]
    assert seen["whole"] == "whole raid"
    assert re.fullmatch(r"\d+:\d\d", seen["clock"])
    assert seen["half"] > 0
    assert seen["badly"] == 0
    assert seen["end"] == 0
    assert len(seen["tip"]) > 10
    assert not seen["wide"]
    assert [name for name in seen["asked"] if not name.startswith("data:")] == []


def test_it_is_seen_and_it_prints(report: Path, tmp_path: Path):
    picture, print_ = tmp_path / "page.png", tmp_path / "page.pdf"
    browse(tmp_path, report, "--window-size=1200,2400", f"--screenshot={picture}")
    assert picture.stat().st_size > 60_000  # a blank page has a few kilobytes
    browse(tmp_path, report, "--no-pdf-header-footer", f"--print-to-pdf={print_}")
    pages = len(re.findall(rb"/Type\s*/Page\b", print_.read_bytes()))
    assert 3 <= pages <= 14
