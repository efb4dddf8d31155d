"""What is said of the time that is left."""

from __future__ import annotations

from contextlib import contextmanager

from opendome.views.cli import voice


def test_what_had_to_be_compiled_says_nothing_of_the_time_left(monkeypatch, capsys):
    now, callbacks = [0.0], []

    @contextmanager
    def watch(callback):
        callbacks.append(callback)
        yield

    monkeypatch.setattr(voice.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(voice, "watch_compilation", watch)
    with voice.shown_progress("scenarios") as report:
        report(0, 4)
        callbacks[0]("a kernel")
        now[0] = 270.0
        report(1, 4)  # nothing is known of those that need no compiler
        now[0] = 290.0
        report(2, 4)
    said = capsys.readouterr().err.splitlines()
    assert said[-2] == "opendome: 1 of 4 scenarios done ..."
    assert said[-1] == "opendome: 2 of 4 scenarios done, about 40 s left ..."
