"""Which tracks cued sensors are sent to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from opendome.battle import books
from opendome.battle.cue import MAX_CUES, cue, cued_sensors
from opendome.battle.picture import read
from opendome.scenario.sensors import Sensor
from tests.unit.battle.situations import RADAR, batch, raid, scenario

ALONE = np.zeros((2, 1), dtype=np.int64)  # in each run the one node fights in cell 0


def test_only_cued_radars_are_asked():
    cued = scenario(cued=True)
    assert [sensor.sensor for sensor in cued_sensors(cued)] == [0]
    free = Sensor("lantern", RADAR, "c2", cued.sensors[0].site)
    assert cued_sensors(replace(cued, sensors=(free,))) == ()
    long = replace(free, system=replace(RADAR, cue_gain=4.0))
    assert [sensor.sensor for sensor in cued_sensors(replace(cued, sensors=(free, long)))] == [1]
    silent = replace(cued.command, is_cueing=False)
    assert cued_sensors(replace(cued, command=silent)) == ()
    state = books.begin(np.array([0]), 1, 2)
    picture = raid(3).picture(0.0)
    assert len(cue((), ALONE, state, picture, read(state, picture)).run) == 0


def test_the_most_valuable_come_first_up_to_a_bound():
    sensors = cued_sensors(scenario(cued=True))
    state = books.begin(np.array([0, 1]), 1, 2)
    raids = [replace(raid(n, run=run), t_impact=np.full(n, 60.0)) for run, n in ((0, 30), (1, 3))]
    picture = batch(raids, 0.0)
    pairs = read(state, picture)
    state.tracks.value[:] = np.arange(33.0)
    state.tracks.value[4] = np.inf  # not judged yet
    state.tracks.t_killed[29] = 1.0  # believed killed
    tasking = cue(sensors, ALONE, state, picture, pairs)
    assert (tasking.run == 0).sum() == MAX_CUES
    assert tasking.track[:3].tolist() == [4, 28, 27]
    assert tasking.track[tasking.run == 1].tolist() == [2, 1, 0]
    assert 29 not in tasking.track
    row = np.flatnonzero((picture.run == 0) & (picture.id == 28))[0]
    assert np.array_equal(tasking.x_ecef[1], picture.x_ecef[row])
    assert tasking.t[1] == picture.t[row]


def test_out_of_range_or_of_another_node_is_left_out():
    sensors = cued_sensors(scenario(cued=True))
    state = books.begin(np.array([0]), 2, 2)
    far = replace(raid(2), distance=300e3)
    other = replace(raid(2), node=1)
    for raid_ in (far, other):
        picture = raid_.picture(0.0)
        assert len(cue(sensors, ALONE, state, picture, read(state, picture)).run) == 0
