"""The catalog's data: every system is there, every number is ordered, sourced and in its unit."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import pytest
import yaml

from opendome.errors import ScenarioError
from opendome.scenario import build_system, catalog, entry
from opendome.scenario.before_launch import DefeatSystem
from opendome.scenario.grammar.keys import leaves
from opendome.scenario.sensors import InfraredSystem, RadarSystem
from opendome.scenario.skywave import SkywaveSystem
from opendome.scenario.threats import ThreatSystem
from opendome.scenario.units import TO_SI
from opendome.scenario.weapons import InterceptorSystem, LaserSystem

FILES = ("threats", "interceptors", "sensors", "command", "costs")

# Every member of the table of systems that the program must hold, by catalog name.
SYSTEMS = {
    "threats": """
        artillery_shell cruise_hypersonic cruise_subsonic cruise_supersonic decoy_light
        drone_one_way drone_swarm fobs hgv_intercontinental hgv_regional icbm_liquid icbm_solid
        irbm mirv_bus mortar mrbm_liquid mrbm_solid rocket_122mm rocket_long rocket_short slbm
        srbm srbm_quasi_ballistic
    """,
    "interceptors": """
        aegis_ashore aegis_ship arrow2 arrow3 coyote2 davids_sling gbi high_energy_laser iron_dome
        nasams ngi patriot_cri patriot_gemt patriot_mse sm2 sm3_ib sm3_iia sm6
        space_based_interceptor space_based_interceptor_midcourse thaad
    """,
    "sensors": """
        airborne_radar cobra_dane elm2084 green_pine hbtss lrdr ltamds mpq65 next_gen_opir
        over_the_horizon_radar pwsa_tracking_t0 pwsa_tracking_t1 pwsa_tracking_t2
        pwsa_tracking_t3 sbirs_geo sbirs_heo sbx sentinel sentinel_a4
        spy1 spy6 spy7 tpy2_forward tpy2_terminal uewr parcs
    """,
    "command": """
        c2bmc cost_exchange defeat_before_launch human_consent ibcs inventory_account
        programme_account second_strike_account stovepiped_batteries
    """,
    "costs": "cost_account price_index",
}
MODELLED = {
    "threats": {
        "rocket_122mm",
        "rocket_122mm_long",
        "rocket_long",
        "icbm_liquid",
        "icbm_solid",
        "srbm",
        "srbm_quasi_ballistic",
        "mrbm_liquid",
        "mrbm_solid",
        "irbm",
        "cruise_subsonic",
        "cruise_supersonic",
        "cruise_hypersonic",
        "drone_one_way",
        "rocket_short",
        "artillery_shell",
        "mortar",
        "fobs",
        "hgv_regional",
        "hgv_intercontinental",
        "mirv_bus",
        "decoy_light",
        "slbm",
        "drone_swarm",
    },
    "interceptors": {
        "iron_dome",
        "gbi",
        "patriot_gemt",
        "patriot_cri",
        "patriot_mse",
        "nasams",
        "coyote2",
        "high_energy_laser",
        "ngi",
        "davids_sling",
        "arrow2",
        "arrow3",
        "thaad",
        "sm2",
        "sm6",
        "sm3_ib",
        "sm3_iia",
        "space_based_interceptor",
        "space_based_interceptor_midcourse",
    },
    "sensors": {
        "airborne_radar",
        "cobra_dane",
        "elm2084",
        "green_pine",
        "lrdr",
        "ltamds",
        "mpq65",
        "over_the_horizon_radar",
        "parcs",
        "hbtss",
        "next_gen_opir",
        "pwsa_tracking_t0",
        "pwsa_tracking_t1",
        "pwsa_tracking_t2",
        "pwsa_tracking_t3",
        "resilient_mw_mt_meo",
        "sbirs_geo",
        "sbirs_heo",
        "sbx",
        "sentinel",
        "sentinel_a4",
        "spy1",
        "spy6",
        "spy7",
        "tpy2_forward",
        "tpy2_terminal",
        "uewr",
    },
    "command": {"defeat_before_launch"},
    "costs": set(),
}
# Units of listed systems that no noun uses yet: kilowatt, year, per year, dollars per year or kg.
UNITS = {*TO_SI, "kw", "yr", "1_yr", "usd_yr", "usd_kg"}
PARAMETER = {"low", "nominal", "high", "unit", "year", "source", "confidence"}
CATALOG_FOLDER = files("opendome.scenario") / "catalog"


class _OnceLoader(yaml.SafeLoader):
    """Safe loader that refuses a key given twice."""


def _mapping_once(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[str, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    twice = {key for key in keys if keys.count(key) > 1}
    assert not twice, f"given twice: {twice}{node.start_mark}"
    return {
        loader.construct_object(k): loader.construct_object(v, deep=True) for k, v in node.value
    }


_OnceLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_once)


def _load(name: str) -> dict[str, Any]:
    text = (CATALOG_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=_OnceLoader))


CATALOG = {name: _load(name) for name in FILES}
ENTRIES = {f"{file}:{name}": entry for file in FILES for name, entry in CATALOG[file].items()}
ROWS = {
    f"{where}.{key}": row
    for where, entry in ENTRIES.items()
    for key, row in entry["parameters"].items()
}


def _unit_of(key: str) -> str:
    """Longest unit that ends the key, "1" when none does."""
    ends = [unit for unit in UNITS if key.rpartition(".")[2].endswith(f"_{unit}")]
    return max(ends, key=len, default="1")


@pytest.mark.parametrize("file", FILES)
def test_every_system_has_an_entry(file: str) -> None:
    missing = set(SYSTEMS[file].split()) - set(CATALOG[file])
    assert not missing


@pytest.mark.parametrize("file", FILES)
def test_the_modelled_systems_say_so(file: str) -> None:
    said = {name for name, entry in CATALOG[file].items() if entry["is_modelled"]}
    assert said == MODELLED[file]


def test_names_and_aliases_are_unique_over_all_files() -> None:
    names = [name for file in FILES for name in CATALOG[file]]
    names += [alias for entry in ENTRIES.values() for alias in entry.get("aliases", [])]
    twice = sorted({name for name in names if names.count(name) > 1})
    assert twice == []
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)


@pytest.mark.parametrize("where", ENTRIES)
def test_an_entry_is_complete(where: str) -> None:
    entry = ENTRIES[where]
    assert set(entry) <= {
        "kind", "title", "is_modelled", "aliases", "about", "choices", "parameters",
    }  # fmt: skip
    assert isinstance(entry["is_modelled"], bool)
    assert entry["title"]
    assert entry["about"]
    assert entry["kind"]
    assert entry["parameters"]


@pytest.mark.parametrize("where", ENTRIES)
def test_rows_are_ordered_sourced_and_in_the_unit_of_their_key(where: str) -> None:
    for key, row in ENTRIES[where]["parameters"].items():
        assert set(row) - PARAMETER <= {"url", "note"}, key
        assert set(row) >= PARAMETER, key
        assert all(type(row[level]) in (int, float) for level in ("low", "nominal", "high")), key
        assert row["low"] <= row["nominal"] <= row["high"], key
        assert row["unit"] in UNITS, key
        assert row["unit"] == _unit_of(key), key
        assert row["confidence"] in {"H", "M", "L"}, key
        assert 1990 <= row["year"] <= 2026, key
        assert len(row["source"]) > 10, key
        if "url" in row:
            assert re.fullmatch(r"https?://[^\s/]+\.[^\s]+", row["url"]), key


@pytest.mark.parametrize("where", ENTRIES)
def test_confidence_follows_the_source(where: str) -> None:
    """An assumption or a derivation is L; a page that was not opened is never H."""
    for key, row in ENTRIES[where]["parameters"].items():
        if row["source"].startswith(("assumption:", "derived:")):
            assert row["confidence"] == "L", key
        if row["source"].startswith("assumption:"):
            assert "url" not in row, key
        if row["source"].startswith("Wikipedia"):
            assert row["confidence"] != "H", key
            assert "not verified against the page" in row["note"], key


def test_chances_lie_between_0_and_1() -> None:
    chances = {
        f"{where}.{key}": row
        for where, found in ENTRIES.items()
        for key, row in found["parameters"].items()
        if key.startswith("p_")
    }
    assert len(chances) > 50
    for where, row in chances.items():
        assert 0 <= row["low"] <= row["high"] <= 1, where


@pytest.mark.parametrize("name", sorted(MODELLED["interceptors"]))
@pytest.mark.parametrize("level", ["low", "nominal", "high"])
def test_reliability_and_discrimination_make_the_kill_chance(name: str, level: str) -> None:
    rows = CATALOG["interceptors"][name]["parameters"]
    product = rows["p_reliability"][level] * rows["p_discrimination"][level]
    assert product == pytest.approx(rows["p_kill"][level], abs=0.01)


def test_published_figures_stand_as_published() -> None:
    """A sample over all files, typed again from the sources that the rows name."""
    rows = {where: row["nominal"] for where, row in ROWS.items()}
    assert rows["interceptors:gbi.launchers"] == 44
    assert rows["interceptors:gbi.p_kill"] == 0.56
    assert rows["interceptors:iron_dome.rounds_per_launcher"] == 20
    assert rows["interceptors:thaad.max_alt_km"] == 150
    assert rows["interceptors:interceptor_account.space_based_interceptor.satellites"] == 7800
    assert rows["interceptors:ngi.cost_usd"] == 111e6
    assert rows["sensors:uewr.sector_deg"] == 240
    assert rows["sensors:pwsa_tracking_t3.shells[0].total"] == 72
    assert rows["threats:drone_one_way.cost_usd"] == 50000
    assert rows["threats:srbm.max_range_km"] == 300
    assert rows["command:programme_account.cbo_cost_20_years_usd"] == 1.191e12


NOUNS = {
    "threat": ThreatSystem,
    "interceptor": InterceptorSystem,
    "laser": LaserSystem,
    "radar": RadarSystem,
    "infrared": InfraredSystem,
    "defeat": DefeatSystem,
    "skywave": SkywaveSystem,
}
READY = sorted(set().union(*MODELLED.values()))
LISTED = sorted({name for file in FILES for name in CATALOG[file]} - set(READY))


def test_the_program_reads_the_same_catalog() -> None:
    assert set(catalog()) == {*READY, *LISTED}


@pytest.mark.parametrize("name", READY)
@pytest.mark.parametrize("level", ["low", "nominal", "high"])
def test_a_modelled_system_builds_its_noun(name: str, level: str) -> None:
    made = build_system(entry(name), level)
    assert type(made) is NOUNS[entry(name).kind]
    assert vars(made)["name"] == name


@pytest.mark.parametrize("name", READY)
def test_no_number_of_a_modelled_system_is_left_to_a_default(name: str) -> None:
    """Each number that shapes a result stands in the catalog with its source."""
    given = {*entry(name).parameters, *entry(name).choices}
    unsaid = {
        "speed_resolution_m_s",
        "is_cued",
        "cue_deg",
        "cue_gain_1",
        "cost_usd",
        "ballistic_range_km",
        "reload_s",
        "fluence_kj_cm2",
        "kill_vehicles",
        "booster.muzzle_speed_m_s",
        "booster.stall_speed_m_s",
        "faces",
        "face_tilt_deg",
        "scan_power_1",
        "noise_hot_kw_sr",
        "noise_warm_kw_sr",
        "cold_limb_km",
        "platform",
        "basing",
        "phase",
        "assumed_burn_s",
        "p_common_failure",
    }  # absent has a meaning
    if entry(name).choices.get("basing") == "orbit":
        unsaid.add("launchers")  # the satellites of its shell
    parts = {dotted.partition(".")[0] for dotted in given}
    released = {".".join(dotted.split(".")[:2]) for dotted in given}
    for dotted, key in leaves(NOUNS[entry(name).kind]):
        optional = {
            "booster",
            "cruise",
            "manoeuvre",
            "glide",
            "orbit",
            "heat",
            "swarm",
            "shells[0]",
        }
        if dotted.partition(".")[0] in optional - parts:
            continue  # a threat has the parts of its steering
        if dotted.startswith("releases") and ".".join(dotted.split(".")[:2]) not in released:
            continue  # and of what it releases
        if dotted.startswith("booster.stages") and "booster.muzzle_speed_m_s" in given:
            continue  # a shell has no motor
        assert dotted in given or dotted in unsaid or key.kind == "text", dotted


@pytest.mark.parametrize("name", LISTED)
def test_a_listed_system_is_refused_with_what_to_use_in_its_place(name: str) -> None:
    found = entry(name)
    assert found.kind in {"launcher", "command", "account"}  # combinations, wirings, figures
    assert re.search("[Uu]se instead|An account, no system", found.about)
    with pytest.raises(ScenarioError, match="no scenario can use it") as refused:
        build_system(found)
    assert found.about in str(refused.value)


def test_nouns_hold_si() -> None:
    gbi = build_system(entry("gbi"))
    assert gbi.max_range == 6e6
    assert gbi.seeker.sigma_angle == pytest.approx(2e-5)
    assert gbi.homing.max_acceleration == pytest.approx(4 * 9.80665)
    assert sum(stage.burn_time for stage in gbi.booster.stages) == 175
    assert build_system(entry("icbm_liquid")).plume == 1e6
    assert build_system(entry("tamir")).cost == 50000
