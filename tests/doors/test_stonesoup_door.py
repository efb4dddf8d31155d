"""The door to Stone Soup, as a user meets it; left out where Stone Soup is not installed."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest

from opendome.messages import Detections, empty, join
from tests.doors.test_tutorials import execute

pytest.importorskip("stonesoup", reason="Stone Soup is not installed")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "use_stonesoup.md"
START = datetime.datetime(2026, 1, 1)


def looks(t, places, sensor_at=(6.4e6, 0.0, 1e4), *, has_range=True, run=0):
    """Detections at true places, seen without error."""
    places, sensor_at = np.array(places, dtype=float), np.array(sensor_at)
    n, apart = len(places), np.linalg.norm(places - sensor_at, axis=1)
    nothing = np.full(n, np.nan)
    return Detections(
        run=np.full(n, run),
        sensor=np.full(n, 3),
        t=np.full(n, t),
        r_sensor_ecef=np.tile(sensor_at, (n, 1)),
        u_los_ecef=(places - sensor_at) / apart[:, None],
        sigma_angle=np.full(n, 1e-3),
        distance=apart if has_range else nothing,
        sigma_distance=np.full(n, 30.0),
        distance_rate=nothing,
        sigma_distance_rate=nothing,
        snr=np.full(n, 20.0),
        is_plume=np.zeros(n, dtype=bool),
    )


def test_the_page_gives_what_it_says(capsys):
    """Equal tracks to 1e-6 m in every scan, and a picture of a scenario by their tracker."""
    names = execute(PAGE)
    assert len(names["a"]) >= 18
    assert names["worst"] < 1e-6
    assert max(names["picture"]["matched"]) >= 4
    assert "largest difference" in capsys.readouterr().out


def test_detections_lead_back_to_where_they_were():
    from opendome.formats.stonesoup import to_stonesoup

    places = [[6.45e6, 5e4, 2e4], [6.41e6, -8e4, 9e4]]
    batches = [looks(7.0, places[:1]), looks(3.0, places), looks(7.0, places[1:])]
    scans = list(to_stonesoup(batches, START))
    assert [(t - START).total_seconds() for t, _ in scans] == [3.0, 7.0]
    for _, found in scans:
        back = [np.ravel(d.measurement_model.inverse_function(d))[[0, 2, 4]] for d in found]
        back = np.array(sorted(map(tuple, back)), dtype=float)
        np.testing.assert_allclose(back, sorted(places), atol=1e-5)
        assert {d.metadata["sensor"] for d in found} == {3}


def test_the_error_of_a_detection_is_as_wide_as_ours():
    """Its covariance about the truth, in metres, against the isotropic one across the line."""
    from stonesoup.types.state import State

    from opendome.formats.stonesoup import to_stonesoup

    place, sensor_at = np.array([6.45e6, 5e4, 2e4]), np.array([6.4e6, 0.0, 1e4])
    ((_, found),) = list(to_stonesoup([looks(0.0, [place])], START))
    model = next(iter(found)).measurement_model
    state = State([place[0], 0, place[1], 0, place[2], 0])
    inverse = np.linalg.inv(np.asarray(model.jacobian(state), dtype=float)[:, [0, 2, 4]])
    cov = inverse @ model.covar() @ inverse.T
    apart = np.linalg.norm(place - sensor_at)
    u = (place - sensor_at) / apart
    ours = 30.0**2 * np.outer(u, u) + (1e-3 * apart) ** 2 * (np.eye(3) - np.outer(u, u))
    np.testing.assert_allclose(cov, ours, rtol=1e-6, atol=1e-6 * np.abs(ours).max())


def test_a_look_without_range_is_two_angles():
    from opendome.formats.stonesoup import to_stonesoup

    ((_, found),) = list(to_stonesoup([looks(0.0, [[6.45e6, 5e4, 2e4]], has_range=False)], START))
    assert next(iter(found)).state_vector.shape == (2, 1)


def test_detections_of_two_runs_are_refused():
    from opendome.formats.stonesoup import to_stonesoup

    both = join([looks(0.0, [[7e6, 0, 0]], run=0), looks(0.0, [[7e6, 0, 0]], run=1)], Detections)
    with pytest.raises(ValueError, match="detections of 2 runs; a reader holds one run"):
        to_stonesoup([both], START)
    assert list(to_stonesoup([empty(Detections)], START)) == []


def test_tracks_come_back_in_our_order_of_components():
    from stonesoup.types.state import GaussianState
    from stonesoup.types.track import Track

    from opendome.formats.stonesoup import from_stonesoup

    cov = np.diag([1.0, 2, 3, 4, 5, 6])
    states = [
        GaussianState([k, 10, 100, 20, 200, 30], cov, START + datetime.timedelta(seconds=k))
        for k in range(3)
    ]
    late, early, ids = Track(states[1:]), Track(states), {}
    found = from_stonesoup({late, early}, START, ids)
    assert found.x_ecef[:, :6].tolist() == [[2, 100, 200, 10, 20, 30]] * 2
    assert np.diag(found.cov_ecef[0])[:6].tolist() == [1, 3, 5, 2, 4, 6]
    assert found.t.tolist() == [2.0, 2.0]
    assert found.t_first.tolist() == [0.0, 1.0]
    assert ids == {early.id: 0, late.id: 1}
    assert from_stonesoup({late}, START, ids).id.tolist() == [1]
    assert len(from_stonesoup(set(), START).id) == 0


def test_our_tracks_go_into_their_metrics():
    from stonesoup.measures import Euclidean
    from stonesoup.metricgenerator.manager import SimpleManager
    from stonesoup.metricgenerator.ospametric import GOSPAMetric
    from stonesoup.types.detection import Detection
    from stonesoup.types.groundtruth import GroundTruthPath
    from stonesoup.types.state import State

    from opendome.formats.stonesoup import OurTracker
    from opendome.tracks.linear import LinearTracker, count_rules
    from tests.reference.linear_scenes import START as FIRST
    from tests.reference.linear_scenes import step

    times = [START + datetime.timedelta(seconds=k) for k in range(6)]
    scans = [(t, {Detection([[10.0 * k], [5.0]], timestamp=t)}) for k, t in enumerate(times)]
    tracks = set()
    for _, now in OurTracker(scans, lambda: LinearTracker(step, FIRST, count_rules())):
        tracks |= now
    assert len(tracks) == 1
    truth = GroundTruthPath([State([10.0 * k, 10, 5, 0], timestamp=t) for k, t in enumerate(times)])
    gospa = GOSPAMetric(p=2, c=20, measure=Euclidean((0, 2)))
    manager = SimpleManager([gospa])
    manager.add_data({truth}, tracks)
    found = gospa.compute_metric(manager).value
    assert [m.value["missed"] for m in found] == [200.0, 200.0, 0.0, 0.0, 0.0, 0.0]
