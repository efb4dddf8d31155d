"""A sweep on a cluster of two nodes, made on the loopback of this machine; needs the extra ray.

Ray rewrites 127.0.0.1 to the machine's own address, so the nodes are 127.0.0.2 and 127.0.0.3.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.campaign.fake_cells import sweep
from tests.unit.campaign.test_runner import ENVIRONMENT, bytes_of

pytest.importorskip("ray")
pytestmark = [pytest.mark.nightly, pytest.mark.timeout(600)]

HEAD, NODE, PORT = "127.0.0.2", "127.0.0.3", 26379
SCRIPT = """
import sys
from functools import partial
from pathlib import Path
from opendome.campaign import ray_cluster
from opendome.campaign.cells import Cells
from opendome.campaign.runner import Engine, Place
from opendome.campaign.sweep import run_sweep
from opendome.scenario.load_design import load_design
from tests.unit.campaign.fake_cells import FakeCompile, design
from tests.unit.campaign.fake_simulation import simulate

start = partial(ray_cluster.start, address=sys.argv[1])
place = Place(start, ray_cluster.map_unordered, ray_cluster.stop, is_near=False)
cells = Cells.of(load_design(design()))
engine = Engine(FakeCompile(slow=0.3, marks=sys.argv[3]), simulate)
said = lambda done, total: print(done, flush=True)
print(run_sweep(engine, cells, Path(sys.argv[2]), 2, said, place).failed)
"""


class Cluster:
    """A head and another node, one processor each."""

    def __init__(self, folder: Path) -> None:
        token = folder / "token"
        token.write_text(uuid.uuid4().hex)
        self.environment = {
            **ENVIRONMENT,
            "PYTHONPATH": os.pathsep.join([str(Path.cwd()), ENVIRONMENT["PYTHONPATH"]]),
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN_PATH": str(token),
            "RAY_USAGE_STATS_ENABLED": "0",
            "OPENDOME_RAY_NODE_IP": HEAD,
        }
        self.address = f"{HEAD}:{PORT}"
        self.head = self._begin(
            "--head", f"--node-ip-address={HEAD}", f"--port={PORT}", "--include-dashboard=false",
            f"--temp-dir=/tmp/ray-{os.getpid()}",
        )  # fmt: skip
        self._until(1)
        self.node = self._begin(f"--address={self.address}", f"--node-ip-address={NODE}")
        self._until(2)

    def run(self, out: Path) -> subprocess.Popen[str]:
        """A sweep in a process of its own; cells leave marks with the process that built them."""
        marks = out.with_name("marks")
        marks.mkdir()
        return subprocess.Popen(
            [sys.executable, "-c", SCRIPT, self.address, str(out), str(marks)],
            env=self.environment, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a node at once, with all that it started."""
        for pid in _descendants(process.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.wait()

    def _begin(self, *words: str) -> subprocess.Popen[bytes]:
        ray = str(Path(sys.executable).with_name("ray"))
        return subprocess.Popen(
            [ray, "start", *words, "--num-cpus=1", "--block", "--disable-usage-stats"],
            env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _until(self, n_nodes: int) -> None:
        program = (
            "import ray; "
            f"ray.init(address={self.address!r}, _node_ip_address={HEAD!r}, log_to_driver=False);"
            "print(sum(n['Alive'] for n in ray.nodes()))"
        )
        until = time.monotonic() + 150
        while time.monotonic() < until:
            said = subprocess.run([sys.executable, "-c", program], env=self.environment,
                                  capture_output=True, text=True, check=False)  # fmt: skip
            if said.stdout.strip().endswith(str(n_nodes)):
                return
            time.sleep(1.0)
        raise AssertionError(f"the cluster did not get {n_nodes} nodes: {said.stderr[-500:]}")


def _descendants(pid: int) -> list[int]:
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int(
                (folder / "stat").read_text().rpartition(")")[2].split()[1]
            )
        except OSError:
            continue
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("ray"))
    yield made
    for process in (made.node, made.head):
        if process.poll() is None:
            made.kill(process)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    sweep(folder)
    return folder


def test_two_nodes_give_the_bytes_of_one_machine(cluster: Cluster, whole: Path, tmp_path: Path):
    process = cluster.run(tmp_path / "out")
    said, _ = process.communicate(timeout=200)
    assert said.splitlines()[-1] == "[]"
    assert bytes_of(tmp_path / "out") == bytes_of(whole)
    processes = {p.name.split("-")[2] for p in (tmp_path / "marks").iterdir()}
    assert len(processes - {str(process.pid)}) >= 2  # a node of one processor has one worker


def test_a_node_killed_in_the_middle_costs_no_row(cluster: Cluster, whole: Path, tmp_path: Path):
    process = cluster.run(tmp_path / "out")
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip().isdigit() and int(line) >= 30:
            break
    cluster.kill(cluster.node)
    said, _ = process.communicate(timeout=300)
    assert said.splitlines()[-1] == "[]"
    assert bytes_of(tmp_path / "out") == bytes_of(whole)
