"""All sensors of a scenario at once: each look shows what its sensor alone would say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from opendome.kernels.guidance import Sky
from opendome.kernels.looks import Draws
from opendome.kernels.radar_looks import Bodies, Radars, Seen, look_all, radars_of
from opendome.messages import Detections, Floats, Ints, Tasking, empty
from opendome.sensors.base import OBJECT_STRIDE, PURPOSES, AbstractSensor
from opendome.sensors.radar import Radar
from opendome.truth import Truth

Look = tuple[float, int]  # when, and which sensor


def looks_by_itself(radar: Radar) -> bool:
    """Whether nobody cues a radar, and nothing misaligns what it reports."""
    is_asked = radar.numbers.is_cued or radar.long_dwell is not None
    return not is_asked and radar.misalignment is None


@dataclass(frozen=True, slots=True)
class Scene:
    """All that flies within one tick, as paths: for those who look at many instants of it."""

    sky: Sky
    runs: Ints  # (n_runs,)
    t_end: Floats  # (n_runs,) when each run ends
    rcs: Floats  # (n_threats,) of the threats of a run, m^2 at L to X band
    rcs_uhf: Floats  # (n_threats,) m^2 at VHF and UHF
    at: Callable[[float, bool], Truth]  # the snapshot at a time, and whether it shows glow


@final
@dataclass(frozen=True)
class Watch:
    """The sensors, those radars among them that look by themselves once more as arrays."""

    sensors: tuple[AbstractSensor, ...]
    radars: Radars

    @staticmethod
    def of(sensors: Sequence[AbstractSensor], has_jammers: bool) -> Watch:
        """Of the sensors of a scenario; ``has_jammers``: some threat jams."""
        free = [s if isinstance(s, Radar) and looks_by_itself(s) else None for s in sensors]
        times = [(s.phase, s.period, r.false_alarms if r else 0.0) for s, r in zip(sensors, free)]
        is_plain = [r is not None and not (has_jammers or len(r.ear.density)) for r in free]
        return Watch(
            sensors=tuple(sensors),
            radars=radars_of(
                [r and (r.numbers, r.faces) for r in free],
                np.array(times, dtype=np.float64).reshape(-1, 3),
                np.array([r is not None and r.is_low_band for r in free], dtype=np.bool_),
                np.array(is_plain, dtype=np.bool_),
            ),
        )

    def look(
        self, looks: list[Look], span: tuple[float, float], scene: Scene, tasking: Tasking,
        seed: int,
    ) -> list[Detections]:  # fmt: skip
        """What each of several looks within a span of time shows, in their order."""
        if not looks:
            return []
        seen = self._seen(looks, span, scene, seed)
        columns = (
            seen.ints[0], seen.ints[1], seen.floats[0], seen.vectors[0], seen.vectors[1],
            *seen.floats[1:], np.zeros(seen.ends[-1], np.bool_),
        )  # fmt: skip
        cuts, found = seen.ends.tolist(), []
        for (t, i), is_done, a, b in zip(
            looks, seen.is_done.tolist(), cuts, cuts[1:], strict=False
        ):
            if is_done:
                nothing = empty(Detections)
                found.append(Detections(*[c[a:b] for c in columns]) if b > a else nothing)
            else:
                sensor = self.sensors[i]
                found.append(sensor.sense(scene.at(t, sensor.sees_glow), tasking, seed))
        return found

    def _seen(
        self, looks: list[Look], span: tuple[float, float], scene: Scene, seed: int
    ) -> Seen:  # fmt: skip
        """What radars that look by themselves show; all of them are asked in one call."""
        sensor, t = np.array([i for _, i in looks]), np.array([t for t, _ in looks])
        batch = (scene.runs, scene.t_end, Draws(seed, 0, 0, *PURPOSES))
        bodies = Bodies(scene.rcs, scene.rcs_uhf)
        due = (sensor, t, OBJECT_STRIDE)
        seen: Seen = look_all(self.radars, due, span, scene.sky, bodies, batch)
        return seen
