"""The decorator's cache: keyed on what a kernel depends on, moved and given up when it must be."""

from pathlib import Path

import pytest
from numba.core.event import RecordingListener, install_listener

from opendome.kernels import _jit
from opendome.kernels._jit import cache_folder, cold_kernels, imported_kernels, source_hash


@pytest.fixture
def kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of three kernels, top -> middle -> bottom, with a cache of its own."""
    folder = tmp_path / "opendome" / "kernels"
    folder.mkdir(parents=True)
    (folder.parent / "constants.py").write_text("ONE = 1.0\n")
    (folder / "bottom.py").write_text("@jit\ndef f(x): return x\n")
    (folder / "middle.py").write_text("from opendome.kernels import bottom\n")
    (folder / "top.py").write_text("from opendome.kernels.middle import g\n")
    monkeypatch.setattr(_jit, "KERNELS", folder)
    monkeypatch.setenv("OPENDOME_CACHE_DIR", str(tmp_path / "cache"))
    source_hash.cache_clear()
    return folder


def test_imports_are_found_in_the_source(kernels: Path) -> None:
    text = "from opendome.kernels import bottom, middle\nfrom opendome.kernels.top import h\n"
    assert imported_kernels(text) == ["bottom", "middle", "top"]
    assert imported_kernels("from opendome.kernels._jit import jit\nimport math\n") == []


@pytest.mark.parametrize("changed", ["bottom.py", "middle.py", "../constants.py"])
def test_a_change_below_a_kernel_changes_its_hash(kernels: Path, changed: str) -> None:
    before = source_hash(kernels / "top.py")
    source_hash.cache_clear()
    (kernels / changed).write_text((kernels / changed).read_text() + "# another line\n")
    assert source_hash(kernels / "top.py") != before


def test_a_change_above_a_kernel_does_not(kernels: Path) -> None:
    before = source_hash(kernels / "bottom.py")
    source_hash.cache_clear()
    (kernels / "top.py").write_text("from opendome.kernels.middle import g, h\n")
    assert source_hash(kernels / "bottom.py") == before


def test_the_cache_can_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENDOME_CACHE_DIR", str(tmp_path / "own"))
    assert cache_folder() == tmp_path / "own" / "opendome" / "kernels"
    monkeypatch.delenv("OPENDOME_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    assert cache_folder() == tmp_path / "user" / "opendome" / "kernels"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "opendome" / "kernels"


def test_without_a_writable_cache_kernels_still_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("OPENDOME_CACHE_DIR", str(tmp_path / "file"))
    _jit.writable_cache.cache_clear()

    @_jit.jit
    def twice(x: float) -> float:
        return 2.0 * x

    assert twice(4.0) == 8.0
    _jit.writable_cache.cache_clear()


def test_cold_kernels_are_those_without_machine_code(kernels: Path) -> None:
    assert cold_kernels() == ["bottom"]
    folder = cache_folder() / source_hash(kernels / "bottom.py")
    folder.mkdir(parents=True)
    (folder / "f.nbc").write_bytes(b"")
    assert cold_kernels() == []


@pytest.mark.compiled
def test_a_listener_hears_of_compilations_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENDOME_CACHE_DIR", str(tmp_path))
    _jit.writable_cache.cache_clear()

    @_jit.jit
    def thrice(x: float) -> float:
        return 3.0 * x

    heard = RecordingListener()
    with install_listener("numba:compile", heard):
        assert thrice(1.0) == 3.0
        n_heard = len(heard.buffer)
        assert thrice(2.0) == 6.0
    _jit.writable_cache.cache_clear()
    names = [event.data["dispatcher"].py_func.__name__ for _, event in heard.buffer]
    assert names == ["thrice"] * n_heard
    assert n_heard == 2  # its start and its end
    assert list(tmp_path.rglob("*.nbc"))


@pytest.mark.compiled
def test_division_by_zero_gives_infinity() -> None:
    @_jit.jit
    def inverse(x: float) -> float:
        return 1.0 / x

    assert inverse(0.0) == float("inf")
