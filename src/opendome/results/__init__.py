"""What came of the runs: tables, their folder, estimates with intervals, and how they were made."""
