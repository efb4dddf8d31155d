"""The one decorator of the kernels, and where their machine code is kept.

Numba's own cache looks only at the file of the function. Ours lies in a folder named after a hash
of that file, of every kernel file it imports, of the constants and of Numba's version, so that a
change anywhere below a kernel gives it a new, empty cache.

A door that shows progress while kernels compile asks for it with ``watch_compilation``.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar, overload

import numba
from numba.core import config, event

F = TypeVar("F", bound=Callable[..., Any])

settings: Any = config  # Numba fills this module as it is imported

Inline = Literal["never", "always"]
KERNELS = Path(__file__).parent
IMPORT = re.compile(r"^\s*from opendome\.kernels(?:\.(\w+) import|\s+import (.+))", re.MULTILINE)


def cache_folder() -> Path:
    """Folder that holds the compiled kernels of every version (it may not exist yet).

    ``OPENDOME_CACHE_DIR`` moves it; otherwise the user's cache folder.
    """
    own = os.environ.get("OPENDOME_CACHE_DIR")
    if own:
        return Path(own) / "opendome" / "kernels"
    user = os.environ.get("XDG_CACHE_HOME")
    return (Path(user) if user else Path.home() / ".cache") / "opendome" / "kernels"


def imported_kernels(source: str) -> list[str]:
    """Names of the kernel files that a source text imports."""
    names: set[str] = set()
    for module, listed in IMPORT.findall(source):
        found = [module] if module else re.findall(r"\w+", listed)
        names.update(name for name in found if (KERNELS / f"{name}.py").is_file())
    return sorted(names)


@functools.cache
def source_hash(path: Path) -> str:
    """Hash of a kernel file and of all that its machine code depends on."""
    texts: dict[Path, str] = {}
    waiting = [path, KERNELS.parent / "constants.py"]
    while waiting:
        file = waiting.pop()
        if file not in texts:
            texts[file] = file.read_text(encoding="utf-8")
            waiting.extend(KERNELS / f"{name}.py" for name in imported_kernels(texts[file]))
    digest = hashlib.sha256(numba.__version__.encode())
    for file in sorted(texts):
        digest.update(f"\0{file.name}\0{texts[file]}".encode())
    return digest.hexdigest()[:16]


@functools.cache
def writable_cache(path: Path) -> str | None:
    """Cache folder for one kernel file, or None where nothing can be written."""
    try:
        folder = cache_folder() / source_hash(path)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return str(folder)
    except (OSError, RuntimeError):
        return None


def cold_kernels() -> list[str]:
    """Names of the kernel files of which no machine code is cached: they compile when called."""
    cold = []
    for path in sorted(KERNELS.glob("[a-z]*.py")):
        folder = cache_folder() / source_hash(path)
        if "@jit" in path.read_text(encoding="utf-8") and not any(folder.rglob("*.nbc")):
            cold.append(path.stem)
    return cold


@overload
def jit(function: F) -> F: ...
@overload
def jit(*, inline: Inline = "never") -> Callable[[F], F]: ...
def jit(function: F | None = None, *, inline: Inline = "never") -> F | Callable[[F], F]:
    """Compile a kernel: cached, releases the interpreter lock, division by zero gives inf or NaN.

    Use bare, or as ``@jit(inline='always')`` for a body that must stand inside its caller's loop
    (lane tiles). The type of the function stays what it was.
    """

    def compiled(function: F) -> F:
        folder = writable_cache(Path(function.__code__.co_filename))
        before = settings.CACHE_DIR
        settings.CACHE_DIR = folder or before
        try:
            wrapped: Any = numba.njit(
                cache=folder is not None, error_model="numpy", nogil=True, inline=inline
            )
            return wrapped(function)  # type: ignore[no-any-return]
        finally:
            settings.CACHE_DIR = before

    return compiled if function is None else compiled(function)


class _Watch(event.Listener):
    """Says the name of each kernel whose compilation begins."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say

    def on_start(self, event: Any) -> None:
        """Called by Numba for a real compilation, not when code is read from the cache."""
        self.say(event.data["dispatcher"].py_func.__name__)

    def on_end(self, event: Any) -> None:
        """Called by Numba at its end."""


@contextmanager
def watch_compilation(say: Callable[[str], None]) -> Iterator[None]:
    """Within, call ``say`` with the name of each kernel that has to be compiled, as it begins."""
    with event.install_listener("numba:compile", _Watch(say)):
        yield
