"""The report of a campaign, a comparison or a sweep: one page that needs no network."""

from __future__ import annotations

import os
from pathlib import Path

from opendome.campaign.compare import is_comparison, open_comparison
from opendome.campaign.effects import write_answers
from opendome.campaign.packs import is_sweep
from opendome.campaign.sweep import open_sweep
from opendome.results.result import open_campaign
from opendome.views.report.comparison import comparison_page
from opendome.views.report.ground import footprints_in
from opendome.views.report.page import report_page
from opendome.views.report.sweep import sweep_page

REPORT = "report.html"


def write_report(directory: str | Path) -> Path:
    """Write ``report.html`` into the folder of a campaign, finished or not; give back its path.

    Into the folder of a comparison go its page and those of its campaigns; into that of a sweep
    also ``estimates``, ``effects`` and ``footprints``, as CSV and Parquet.
    """
    if is_sweep(directory):
        sweep = open_sweep(directory)
        write_answers(sweep)
        footprints = footprints_in(sweep.folder, sweep.note["scenario"])
        return _write(sweep.folder, sweep_page(sweep, footprints))
    if not is_comparison(directory):
        campaign = open_campaign(directory)
        return _write(campaign.folder, report_page(campaign))
    found = open_comparison(directory)
    for campaign in found.campaigns:
        _write(campaign.folder, report_page(campaign))
    return _write(found.folder, comparison_page(found))


def _write(folder: Path, page: str) -> Path:
    path = folder / REPORT
    temporary = path.with_name(f".tmp-{os.getpid()}-{REPORT}")
    try:
        temporary.write_text(page, encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path
