"""The program with a stand-in for the simulation, for tests that need a process of their own.

Usage: python -m tests.doors.cli_with_fake SECONDS_PER_BATCH ARGUMENTS...
"""

from __future__ import annotations

import sys
from pathlib import Path

from opendome.campaign import runner
from opendome.views import cli
from opendome.views.cli import run
from tests.unit.campaign.fake_simulation import simulate


def write_nothing(folder: Path) -> Path:
    """Stand-in for the report."""
    path = Path(folder) / "report.html"
    path.write_text("<p>a page</p>")
    return path


if __name__ == "__main__":
    slow = float(sys.argv[1])
    runner.simulation_engine = lambda: runner.Engine(lambda _: {"slow": slow}, simulate)
    run.write_report = write_nothing  # type: ignore[assignment]
    sys.exit(cli.main(sys.argv[2:]))
