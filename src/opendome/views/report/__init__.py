"""The report of a campaign: one page, complete in itself, that needs no network and no program."""

from __future__ import annotations

import os
from pathlib import Path

from opendome.results.result import open_campaign
from opendome.views.report.page import report_page

REPORT = "report.html"


def write_report(campaign_dir: str | Path) -> Path:
    """Write ``report.html`` into the folder of a campaign, finished or not; give back its path."""
    campaign = open_campaign(campaign_dir)
    page = report_page(campaign)
    path = campaign.folder / REPORT
    temporary = path.with_name(f".tmp-{os.getpid()}-{REPORT}")
    try:
        temporary.write_text(page, encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path
