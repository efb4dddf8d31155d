"""Benchmarks of OpenDome: ``python -m benchmarks`` measures, prints a table, and can write JSON."""
