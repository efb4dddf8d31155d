"""Checks of shells of satellites, of sensors and of interceptors alike."""

from __future__ import annotations

from opendome.scenario.grammar.refusal import Origin
from opendome.scenario.shells import Shell


def refuse_odd_shell(path: str, shell: Shell, origin: Origin) -> None:
    """Raise ScenarioError if the satellites of a shell do not fill its planes evenly."""
    if shell.total % shell.planes:
        words = f"allowed: what divides total, which is {shell.total}"
        below = next(n for n in range(shell.planes, 0, -1) if shell.total % n == 0)
        raise origin.refuse(f"{path}.planes", shell.planes, words, f"Take {below}, for one.")
    if shell.phasing >= shell.planes:
        words = f"allowed: whole numbers 0 to {shell.planes - 1}, as there are planes"
        raise origin.refuse(f"{path}.phasing", shell.phasing, words)
