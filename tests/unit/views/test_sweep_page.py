from __future__ import annotations

import re
from pathlib import Path

import pytest

from opendome.views.report import write_report
from tests.unit.campaign.fake_cells import sweep
from tests.unit.campaign.fake_leaks import DURATION, P_KILL, STEP, leaks


@pytest.mark.compiled
def test_every_figure_says_how_it_was_made(tmp_path: Path):
    found = leaks(tmp_path / "out", factors=[STEP, DURATION], runs=4,
                  uncertain={**P_KILL, "draws": 3}, title="Waiting <costs>")  # fmt: skip
    page = write_report(tmp_path / "out").read_text(encoding="utf-8")
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", page)
    assert len(captions) == 4
    for words in captions:
        assert "Assumes a tracked picture, flown shots, catalog numbers at their nominal" in words
        assert "Seed 1; 108 runs in 27 cells" in words
        assert f"hash {found.note['scenario_hash'][:12]}" in words
        assert "opendome sweep out/design.json --out out-again" in words
    assert "Waiting &lt;costs&gt;" in page
    assert "<costs>" not in page
    assert not re.search(r'(src|href)="(?!#|data:)', page)
    assert "Sensitivity indices" in page or "first order" in page
    assert "3 draws of gbi.p_kill" in page
    assert "Add tables: [engagements] to the design" in page
    assert "defended against icbm liquid" in page


@pytest.mark.compiled
def test_a_sweep_of_failed_cells_and_one_of_nothing_have_pages(tmp_path: Path):
    sweep(tmp_path / "failed", refused=7)
    page = write_report(tmp_path / "failed").read_text(encoding="utf-8")
    assert "cell 6: 7 threats are refused" in page
    leaks(tmp_path / "plain", runs=1)
    page = write_report(tmp_path / "plain").read_text(encoding="utf-8")
    assert "Nothing was varied." in page
