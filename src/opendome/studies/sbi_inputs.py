"""The inputs of `sbi_sizing`: threats, interceptors, orbits, money."""

from __future__ import annotations

from dataclasses import dataclass

from opendome.scenario.grammar import keys
from opendome.scenario.units import quantity


@dataclass(frozen=True)
class SbiInputs:
    """What is asked; the defaults are those of the AEI calculator."""

    orbit_altitude: float = quantity(
        "orbit_alt_km", "km", "Height of the orbits.", low=150, high=2000, default=300
    )
    acceleration: float = quantity(
        "accel_g", "g", "Mean acceleration of an interceptor.", above=0, high=100, default=15
    )
    speed: float = quantity(
        "speed_km_s", "km_s", "What it gains while its motor burns.", above=0, high=20, default=6
    )
    divert: float = quantity(
        "divert_km_s", "km_s", "Change of speed of its kill vehicle.", low=0, high=10, default=2.5
    )
    specific_impulse: float = quantity(
        "isp_s", "s", "Specific impulse of all motors.", low=100, high=600, default=240
    )
    p_kill: float = quantity(
        "p_kill", "1", "Chance that one shot kills.", above=0, high=1, default=0.8
    )
    p_kill_wanted: float = quantity(
        "p_kill_wanted",
        "1",
        "Wanted chance that a threat is killed, all its shots together.",
        above=0,
        high=0.999999,
        default=0.96,
    )
    salvo: int = keys.integer(
        "salvo",
        "Threats launched nearly together from nearby places.",
        low=1,
        high=10000,
        default=1,
    )
    intercept_altitude: float = quantity(
        "intercept_alt_km", "km", "Height at which threats are met.", low=80, high=1000, default=200
    )
    latitude: float = quantity(
        "latitude_deg",
        "deg",
        "Threats rise from latitudes up to this one.",
        above=0,
        high=90,
        default=90,
    )
    flyout: float | None = quantity(
        "flyout_s",
        "s",
        "Time of an interceptor from launch to intercept; absent: what burn_s leaves after "
        "detect_s and decide_s.",
        above=0,
        high=2000,
        default=None,
    )
    life: float = quantity("life_yr", "yr", "Life of a satellite.", above=0, high=100, default=5)
    period: float = quantity(
        "period_yr", "yr", "Years that are paid for.", above=0, high=100, default=20
    )
    burn: float = quantity(
        "burn_s", "s", "How long the motors of a threat burn.", above=0, high=1000, default=180
    )
    detect: float = quantity(
        "detect_s",
        "s",
        "From its launch to a track that can be fired at.",
        low=0,
        high=600,
        default=45,
    )
    decide: float = quantity(
        "decide_s",
        "s",
        "From that track to the launch of interceptors.",
        low=0,
        high=600,
        default=15,
    )
    from_latitude: float = quantity(
        "from_latitude_deg",
        "deg",
        "Threats rise from latitudes down to this one; ours only.",
        low=0,
        high=90,
        default=0,
    )
    inclination: float | None = quantity(
        "inclination_deg",
        "deg",
        "Of the orbits; absent: as latitude_deg; ours only.",
        above=0,
        high=90,
        default=None,
    )
    availability: float = quantity(
        "availability",
        "1",
        "Share of the time in which enough satellites must be in reach; ours only.",
        above=0,
        high=1,
        default=0.95,
    )
    spares: float = quantity(
        "spares", "1", "Spare satellites, as a share; ours only.", low=0, high=2, default=0.1
    )
    development: float = quantity(
        "development_usd", "usd", "Development.", low=0, high=1e12, default=7e9
    )
    first_unit: float = quantity(
        "first_unit_usd",
        "usd",
        "First satellite with its interceptor.",
        low=0,
        high=1e10,
        default=70e6,
    )
    learning: float = quantity(
        "learning",
        "1",
        "Cost of a satellite when the number doubles.",
        low=0.5,
        high=1,
        default=0.85,
    )
    operation: float = quantity(
        "operation_usd_yr", "usd_yr", "Operation and support.", low=0, high=1e11, default=450e6
    )
    launcher_payload: float = quantity(
        "launcher_kg", "kg", "What one launch lifts.", above=0, high=1e6, default=45000
    )
    first_launch: float = quantity(
        "first_launch_usd", "usd", "First launch.", low=0, high=1e10, default=150e6
    )
    launch_learning: float = quantity(
        "launch_learning",
        "1",
        "Cost of a launch when the number doubles.",
        low=0.5,
        high=1,
        default=0.95,
    )

    @property
    def time_left(self) -> float:
        """From the launch of interceptors to the intercept, s."""
        return self.burn - self.detect - self.decide if self.flyout is None else self.flyout
