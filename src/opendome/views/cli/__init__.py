"""The program ``opendome``: reads the command line, calls one command, turns errors into words.

Exit codes: 0 done, 1 the work failed or was stopped, 2 what was asked for is wrong. Nothing heavy
is imported before a command needs it, so that help comes at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper

from opendome.errors import OpenDomeError
from opendome.views.cli.parser import read_arguments

DONE, FAILED, WRONG = 0, 1, 2
DEBUG = "OPENDOME_DEBUG"  # environment variable: 1 shows the traceback of an unexpected error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and give its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a console that lacks a sign gets a question mark
            stream.reconfigure(errors="replace")
    try:
        return _run(sys.argv[1:] if arguments is None else list(arguments))
    except KeyboardInterrupt as stop:
        return _fail(FAILED, str(stop) or "stopped.")
    except BrokenPipeError:  # who read our output has gone, as with: opendome catalog | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OpenDomeError as problem:
        return _fail(WRONG, str(problem))
    except Exception as problem:
        if os.environ.get(DEBUG):
            raise
        return _fail(FAILED, _unexpected(problem))


def _run(arguments: list[str]) -> int:
    try:
        given = read_arguments(arguments)
    except SystemExit as stop:  # argparse has printed help, a version, or what is wrong
        return WRONG if stop.code else DONE
    command = import_module(f"opendome.views.cli.{given.command}")
    code: int = command.act(given)
    sys.stdout.flush()
    return code


def _fail(code: int, sentence: str) -> int:
    sys.stderr.write(f"opendome: {sentence}\n")
    return code


def _unexpected(problem: Exception) -> str:
    if isinstance(problem, OSError) and problem.strerror:
        where = f"{problem.filename}: " if problem.filename else ""
        what = f"{where}{problem.strerror}."
    else:
        said = " ".join(str(problem).split())
        what = f"unexpected {type(problem).__name__}{': ' if said else ''}{said}."
    return f"{what} Set {DEBUG}=1 to see where."
