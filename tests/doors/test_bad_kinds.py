"""Bad numbers of gliders, orbits, constellations and beams: one helpful line each, exit code 2."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from opendome.views.cli import main


def scene(threat: dict[str, Any] | None = None, **parts: list[dict[str, Any]]) -> dict[str, Any]:
    """One base at the equator and at most one threat, from 0 E."""
    group = {"name": "one", "count": 1, "aim": "base", "launch": {"lat_deg": 0, "lon_deg": 0}}
    return {
        "format": 1, "name": "bad", "title": "Bad", "start": "2026-01-01T00:00:00Z",
        "duration_s": 9000, "step_s": 10,
        "assets": [{"name": "base", "lat_deg": 0, "lon_deg": 17, "radius_km": 3, "value": 1}],
        "threats": [] if threat is None else [group | threat],
        "sensors": parts.get("sensors", []), "weapons": parts.get("weapons", []),
        "command": {"nodes": [{"name": "post"}]},
    }  # fmt: skip


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """The line with which ``check`` and ``run`` refuse a scenario."""
    monkeypatch.chdir(tmp_path)

    def line(scenario: dict[str, Any]) -> str:
        Path("bad.yaml").write_text(yaml.safe_dump(scenario), encoding="utf-8")
        lines = []
        for command in (["check"], ["run", "--runs", "1", "--out", "out"]):
            assert main([*command, "bad.yaml"]) == 2
            output = capsys.readouterr()
            assert output.out == ""
            assert "Traceback" not in output.err
            lines.append(output.err.splitlines()[-1])
        assert lines[0] == lines[1]
        assert [p.name for p in tmp_path.iterdir()] == ["bad.yaml"]
        return lines[0].removeprefix("opendome: ")

    return line


def threat(system: str, **overrides: float) -> dict[str, Any]:
    dotted = {key.replace("__", "."): value for key, value in overrides.items()}
    return scene({"system": system, "overrides": dotted})


def test_a_glide_beyond_the_range_of_its_class(said):
    far = threat("hgv_regional")
    far["assets"][0]["lon_deg"] = 19
    assert said(far) == (
        "bad.yaml: threats.one.aim is 2112.7 km from its launch place; hgv_regional flies 1000 to "
        "2000 km. Move the launch place or choose another system."
    )


def test_a_glide_that_lift_does_not_carry_so_far(said):
    message = said(threat("hgv_regional", glide__lift_to_drag_1=0.5))
    assert message.startswith("bad.yaml: threats.one.aim is 1890")
    assert "hgv_regional flies 1000 to 2000 km, but no flight comes closer than" in message


@pytest.mark.parametrize(("key", "value", "allowed"), [
    ("glide__bank_deg", 95, "bank_deg is 95 deg; allowed: 0 to 80 deg."),
    ("glide__lift_to_drag_1", 0, "lift_to_drag_1 is 0; allowed: "),
    ("glide__beta_kg_m2", -5, "beta_kg_m2 is -5 kg/m^2; allowed: "),
])  # fmt: skip
def test_a_glider_that_cannot_be(said, key: str, value: float, allowed: str):
    assert f"threats[0].overrides.glide.{allowed}" in said(threat("hgv_regional", **{key: value}))


@pytest.mark.parametrize("alt_km", [-20, 0, 60])
def test_an_orbit_below_the_surface_or_in_the_air(said, alt_km: float):
    assert said(threat("fobs", orbit__alt_km=alt_km)) == (
        f"bad.yaml: threats[0].overrides.orbit.alt_km is {alt_km} km; allowed: 100 to 2000 km. "
        "Height of the orbit above the equator."
    )


def test_an_upper_stage_without_thrust(said):
    message = said(threat("fobs", orbit__accel_m_s2=0))
    assert "threats[0].overrides.orbit.accel_m_s2 is 0 m/s^2; allowed: above 0, up to" in message


def test_the_long_way_of_what_does_not_orbit(said):
    message = said(scene({"system": "icbm_liquid", "way": "long"}))
    assert message.startswith("bad.yaml: threats[0].way is 'long'; ")


def constellation(**keys: Any) -> dict[str, Any]:
    sensor = {"name": "eyes", "system": "pwsa_tracking_t1", "node": "post"}
    return scene(sensors=[sensor | keys])


@pytest.mark.parametrize("degrees", [0, -10, 400])
def test_a_field_of_regard_of_400_degrees(said, degrees: float):
    message = said(constellation(overrides={"field_deg": degrees}))
    assert message == (
        f"bad.yaml: sensors[0].overrides.field_deg is {degrees} deg; allowed: above 0, up to "
        "360 deg. Field of regard: full angle of a cone about the nadir."
    )


SHELL = {"total": 24, "planes": 4, "phasing": 1, "alt_km": 1000, "inclination_deg": 60}


@pytest.mark.parametrize(("key", "value", "words"), [
    ("total", 0, "shells[0].total is 0; allowed: whole numbers 1 to"),
    ("total", -5, "shells[0].total is -5; allowed: whole numbers 1 to"),
    ("alt_km", -100, "shells[0].alt_km is -100 km; allowed: "),
    ("alt_km", 40, "shells[0].alt_km is 40 km; allowed: "),
    ("inclination_deg", 200, "shells[0].inclination_deg is 200 deg; allowed: "),
    ("planes", 5, "shells[0].planes is 5; "),
])  # fmt: skip
def test_a_shell_that_cannot_be(said, key: str, value: float, words: str):
    message = said(constellation(shells=[SHELL | {key: value}]))
    assert message.startswith(f"bad.yaml: sensors[0].{words}")
