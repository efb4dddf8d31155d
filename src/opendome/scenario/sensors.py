"""Sensor systems (from the catalog) and sensors at their sites (from the scenario)."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from opendome.scenario.grammar import keys
from opendome.scenario.jamming import BANDS
from opendome.scenario.places import PLATFORMS, Place
from opendome.scenario.shells import Ellipse, Shell
from opendome.scenario.skywave import SkywaveSystem
from opendome.scenario.units import quantity


@dataclass(frozen=True)
class RadarSystem:
    """A class of radar; its sensitivity is tied to a stated range at a stated cross-section."""

    name: str
    title: str
    band: str = keys.choice("band", "Radio band.", BANDS)
    reference_range: float = quantity(
        "range_km", "km", "Range at the reference RCS.", above=0, high=20000
    )
    reference_rcs: float = quantity(
        "range_rcs_m2", "m2", "RCS of the stated range.", above=0, high=1000
    )
    reference_p_detect: float = quantity(
        "range_p_detect",
        "1",
        "Chance of detection of one dwell at that range.",
        above=0,
        high=0.999,
    )
    max_range: float = quantity("max_range_km", "km", "Instrumented range.", above=0, high=20000)
    sector: float = quantity("sector_deg", "deg", "Width of the azimuth sector.", above=0, high=360)
    min_elevation: float = quantity("min_elevation_deg", "deg", "Lowest beam.", low=-90, high=90)
    max_elevation: float = quantity(
        "max_elevation_deg", "deg", "Highest beam.", low=0, high=90, not_below="min_elevation_deg"
    )
    period: float = quantity(
        "period_s", "s", "Time between looks at one object.", above=0, high=600
    )
    range_resolution: float = quantity(
        "range_resolution_m", "m", "Width of a range cell.", above=0, high=1e5
    )
    beam_width: float = quantity("beam_deg", "deg", "Beam width.", above=0, high=90)
    p_false_alarm: float = quantity("p_false_alarm", "1", "Per resolution cell.", above=0, high=0.1)
    false_alarms: float = quantity(
        "false_alarms_1", "1", "Mean false alarms per look period.", low=0, high=1000
    )
    speed_resolution: float | None = quantity(
        "speed_resolution_m_s",
        "m_s",
        "Doppler cell; absent: no Doppler.",
        above=0,
        high=1e4,
        default=None,
    )
    is_cued: bool = keys.flag("is_cued", "Looks only where a node asks it to.", default=False)
    cue_width: float = quantity(
        "cue_deg", "deg", "Half-width searched about a cue.", above=0, high=90, default=2
    )
    cue_gain: float = quantity(
        "cue_gain_1",
        "1",
        "Signal of a long dwell on a cue over that of a look in search; 1: cues do not help.",
        low=1,
        high=1000,
        default=1,
    )
    track_capacity: int = keys.integer(
        "track_capacity", "Objects that it can follow at a time.", low=1, high=10**6, default=10**6
    )
    dwell: float = quantity(
        "dwell_s", "s", "Time that one look at one object takes.", low=0, high=10, default=0
    )
    track_share: float = quantity(
        "track_share", "1", "Share of its time for looks at objects.", above=0, high=1, default=1
    )
    faces: int = keys.integer(
        "faces", "Flat faces, evenly over the sector; 0: it turns.", low=0, high=8, default=0
    )
    face_tilt: float = quantity(
        "face_tilt_deg", "deg", "Elevation of the axis of a face.", low=-90, high=90, default=0
    )
    scan_power: float = quantity(
        "scan_power_1",
        "1",
        "Signal falls with this power of the cosine off the axis; 0: the stated range holds over "
        "the whole sector.",
        low=0,
        high=6,
        default=0,
    )
    noise_temperature: float = quantity(
        "noise_k",
        "k",
        "System noise temperature, losses included.",
        above=0,
        high=1e5,
        default=1000,
    )
    side_lobe: float = quantity(
        "side_lobe_1",
        "1",
        "Gain of the side lobes as a part of that on the axis.",
        above=0,
        high=1,
        default=3e-4,
    )
    cost: float = quantity("cost_usd", "usd", "Unit cost.", low=0, high=1e11, default=0)

    @property
    def looks_of_cue(self) -> float:
        """Ordinary looks in whose time one cue is searched: a longer dwell in each of its beams."""
        return self.cue_gain * max(1.0, (2.0 * self.cue_width / self.beam_width) ** 2)


@dataclass(frozen=True)
class InfraredSystem:
    """A class of infrared sensor in orbit: lines of sight to what burns, and to what glows.

    Noises are intensities at ``noise_range_km`` that give a signal-to-noise of 1, plumes and hot
    bodies being seen at 3 to 5 um, warm ones at 8 to 12 um.
    """

    name: str
    title: str
    noise_plume: float = quantity(
        "noise_kw_sr", "kw_sr", "Noise against plumes.", above=0, high=1e6
    )
    threshold: float = quantity(
        "threshold_snr", "1", "Signal-to-noise at which half is detected.", above=0, high=1e4
    )
    sigma_angle: float = quantity(
        "sigma_urad", "urad", "Error of the line of sight per axis.", above=0, high=1e5
    )
    period: float = quantity("period_s", "s", "Revisit period.", above=0, high=600)
    cloud_top: float = quantity("cloud_top_km", "km", "Plumes below are hidden.", low=0, high=30)
    min_limb: float = quantity(
        "min_limb_km",
        "km",
        "Lowest height of a line of sight past the Earth.",
        low=0,
        high=200,
        default=30,
    )
    false_alarms: float = quantity(
        "false_alarms_1",
        "1",
        "Mean false alarms per look period of a satellite.",
        low=0,
        high=1000,
        default=0,
    )
    cost: float = quantity("cost_usd", "usd", "Unit cost.", low=0, high=1e11, default=0)
    noise_distance: float = quantity(
        "noise_range_km", "km", "Distance of the noises.", above=0, high=1e5, default=35786
    )
    noise_hot: float | None = quantity(
        "noise_hot_kw_sr",
        "kw_sr",
        "Noise against the glow of hot bodies; absent: does not see it.",
        above=0,
        high=1e6,
        default=None,
    )
    noise_warm: float | None = quantity(
        "noise_warm_kw_sr",
        "kw_sr",
        "Noise against warm bodies before cold space; absent: does not see them.",
        above=0,
        high=1e6,
        default=None,
    )
    cold_limb: float = quantity(
        "cold_limb_km",
        "km",
        "Lowest height of a line of sight, carried on, that has cold space behind it.",
        low=0,
        high=1000,
        default=100,
    )
    field: float = quantity(
        "field_deg",
        "deg",
        "Field of regard: full angle of a cone about the nadir.",
        above=0,
        high=360,
        default=360,
    )
    sun: float = quantity(
        "sun_deg",
        "deg",
        "Nearest that a line of sight may come to the Sun, while it is seen.",
        low=0,
        high=90,
        default=0,
    )
    shells: tuple[Shell, ...] = keys.parts(
        "shells", "Its constellation, where a sensor gives no orbits.", high=20, default=()
    )


@dataclass(frozen=True)
class Sensor:
    """A sensor in the scenario: on the ground (``site``), above the equator, or many satellites.

    All satellites of a constellation are one sensor, and look at the same time.
    """

    name: str = keys.name("name", "Name of the sensor.")
    system: RadarSystem | InfraredSystem | SkywaveSystem = keys.system(
        "Radar, infrared or skywave system of the catalog."
    )
    node: str = keys.name("node", "Command node that it reports to.")
    site: Place | None = keys.part(
        "site", "Where it stands on the ground.", is_flat=True, default=None
    )
    geo_longitude: float | None = quantity(
        "geo_lon_deg",
        "deg",
        "Longitude of a geostationary sensor.",
        low=-180,
        high=180,
        default=None,
    )
    shells: tuple[Shell, ...] = keys.parts(
        "shells", "Satellites on circular orbits, of an infrared sensor.", high=20, default=()
    )
    ellipses: tuple[Ellipse, ...] = keys.parts(
        "ellipses", "Satellites on ellipses, of an infrared sensor.", high=100, default=()
    )
    azimuth: float = quantity(
        "az_deg",
        "deg",
        "Middle of the sector, clockwise from north.",
        low=-360,
        high=360,
        default=0,
    )
    latency: float = quantity(
        "latency_s", "s", "From look to the node.", low=0, high=600, default=0.5
    )
    platform: str = keys.choice("platform", "What carries it.", PLATFORMS, default="ground")
    bias_azimuth: float = quantity(
        "bias_az_deg",
        "deg",
        "Misalignment in azimuth of a radar: 1-sigma, drawn once a run.",
        low=0,
        high=5,
        default=0,
    )
    bias_elevation: float = quantity(
        "bias_el_deg", "deg", "The same in elevation.", low=0, high=5, default=0
    )
    bias_distance: float = quantity(
        "bias_range_m", "m", "The same of the range that it measures.", low=0, high=1e4, default=0
    )
    bias_pointing: float = quantity(
        "bias_pointing_urad",
        "urad",
        "Misalignment per axis of each satellite: 1-sigma, drawn once a run.",
        low=0,
        high=1e5,
        default=0,
    )

    @property
    def biases(self) -> tuple[float, float, float]:
        """Standard deviations of its misalignment, as `kernels.misalignment` counts them."""
        if isinstance(self.system, InfraredSystem):
            return (self.bias_pointing,) * 3
        return self.bias_distance, self.bias_azimuth, self.bias_elevation

    @property
    def orbits(self) -> tuple[Shell, ...]:
        """Shells of its own, else those of its system where it has no place at all."""
        is_placed = self.site is not None or self.geo_longitude is not None or self.ellipses
        if self.shells or is_placed or not isinstance(self.system, InfraredSystem):
            return self.shells
        return self.system.shells
