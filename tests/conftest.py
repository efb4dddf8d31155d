"""For every test: a law is judged by its answer, never by the wall clock of a busy machine.

Hypothesis would fail an example that takes 200 ms, and a test whose examples are slow to make. Here
the first example of a law may compile kernels for a minute, and others wait for their turn on a
shared machine: that says nothing of the law. What hangs is ended by the timeout of pytest, and how
long things take is measured by ``benchmarks``.

A shell that starts tests in the background lets them, and all that they start, ignore Ctrl-C; some
of them are about just that, so it is heeded again.
"""

import signal

from hypothesis import HealthCheck, settings

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", patient)
settings.register_profile("every_change", patient, derandomize=True)
settings.load_profile("every_change")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
