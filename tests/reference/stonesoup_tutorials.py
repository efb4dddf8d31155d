"""The scenes of Stone Soup's own tutorials, made by its own models and simulators, and its answers.

Set up after tutorials 6 (multi-target association), 8 (JPDA), 9 (initiators and deleters) and 10
(simulation and tracking components) of its documentation, release 1.9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np

EPOCH = datetime(2026, 1, 1)
SEED = 1991


class Lesson(NamedTuple):
    """What a tutorial sees and what its tracker makes of it."""

    times: list[float]  # s
    looks: list[Any]  # (m, 2)
    answers: list[Any]  # states (n, 4) of its tracks after each scan


def _motion(density: float) -> Any:
    from stonesoup.models.transition.linear import (
        CombinedLinearGaussianTransitionModel,
        ConstantVelocity,
    )

    return CombinedLinearGaussianTransitionModel([ConstantVelocity(density)] * 2)


def _sensor(variance: float) -> Any:
    from stonesoup.models.measurement.linear import LinearGaussian

    return LinearGaussian(4, (0, 2), variance * np.eye(2))


def _pair_of_paths(rng: np.random.RandomState) -> Iterator[tuple[datetime, set[Any]]]:
    """Tutorials 6 and 8: two things that cross, up to nine false looks about each."""
    from stonesoup.types.detection import Detection
    from stonesoup.types.groundtruth import GroundTruthState

    motion, sensor = _motion(0.005), _sensor(0.75)
    states = [GroundTruthState(start, timestamp=EPOCH) for start in ([0, 1, 0, 1], [0, 1, 20, -1])]
    for k in range(20):
        t = EPOCH + timedelta(seconds=k)
        found = set()
        for i, state in enumerate(states):
            if k:
                moved = motion.function(state, noise=True, time_interval=timedelta(seconds=1))
                states[i] = state = GroundTruthState(moved, timestamp=t)
            if rng.rand() <= 0.9:
                found.add(Detection(sensor.function(state, noise=True), timestamp=t))
            centre = np.array([state.state_vector[0], state.state_vector[2]], dtype=float)
            for _ in range(rng.randint(10)):
                place = centre.reshape(2, 1) + rng.uniform(-10, 10, (2, 1))
                found.add(Detection(place, timestamp=t))
        yield t, found


def _births_and_deaths(rng: np.random.RandomState) -> Iterator[tuple[datetime, set[Any]]]:
    """Tutorial 9: things are born and die on a small plane."""
    from stonesoup.types.detection import Detection
    from stonesoup.types.groundtruth import GroundTruthState

    motion, sensor, states = _motion(0.005), _sensor(0.25), []
    for k in range(20):
        t = EPOCH + timedelta(seconds=k)
        found = set()
        states = [
            GroundTruthState(
                motion.function(state, noise=True, time_interval=timedelta(seconds=1)), timestamp=t
            )
            for state in states
            if rng.rand() > 0.05
        ]
        for _ in range(rng.poisson(0.6)):
            (x, y), (vx, vy) = rng.rand(2) * 20, rng.rand(2) * 2 - 1
            states.append(GroundTruthState([x, vx, y, vy], timestamp=t))
        for state in states:
            if rng.rand() <= 0.9:
                found.add(Detection(sensor.function(state, noise=True), timestamp=t))
            centre = np.array([state.state_vector[0], state.state_vector[2]], dtype=float)
            for _ in range(rng.randint(2)):
                place = centre.reshape(2, 1) + rng.uniform(-10, 10, (2, 1))
                found.add(Detection(place, timestamp=t))
        yield t, found


def _simulated() -> Iterator[tuple[datetime, set[Any]]]:
    """Tutorial 10: its simulators of truth and of detections, five seconds apart."""
    from stonesoup.simulator.simple import (
        MultiTargetGroundTruthSimulator,
        SimpleDetectionSimulator,
    )
    from stonesoup.types.state import GaussianState

    start = GaussianState(np.zeros((4, 1)), np.diag([4, 0.5, 4, 0.5]), EPOCH)
    truth = MultiTargetGroundTruthSimulator(
        transition_model=_motion(0.05), initial_state=start, timestep=timedelta(seconds=5),
        number_steps=20, birth_rate=0.3, death_probability=0.05, seed=SEED,
    )  # fmt: skip
    return iter(
        SimpleDetectionSimulator(
            groundtruth=truth, measurement_model=_sensor(0.25), detection_probability=0.9,
            meas_range=np.array([[-30, 30], [-30, 30]]), clutter_rate=1, seed=SEED,
        )
    )  # fmt: skip


def _states(tracks: Any) -> Any:
    return np.array([np.ravel(t.state.state_vector) for t in tracks], dtype=float).reshape(-1, 4)


def _lesson(scans: list[Any], act: Callable[[datetime, set[Any]], Any]) -> Lesson:
    """Feed scans to a tracker's step, and keep what it says after each."""
    times, looks, answers = [], [], []
    for t, found in scans:
        times.append((t - EPOCH).total_seconds())
        z = [np.ravel(detection.state_vector) for detection in found]
        looks.append(np.array(z, dtype=float).reshape(-1, 2))
        answers.append(_states(act(t, found)))
    return Lesson(times, looks, answers)


PRIORS = (
    np.array([[0.0, 1, 0, 1], [0, 1, 20, -1]]),
    np.tile(np.diag([1.5, 0.5, 1.5, 0.5]), (2, 1, 1)),
)


def _known_tracks() -> Any:
    from stonesoup.types.state import GaussianState
    from stonesoup.types.track import Track

    return {
        Track([GaussianState(x.reshape(-1, 1), cov, timestamp=EPOCH)])
        for x, cov in zip(*PRIORS, strict=True)
    }


def association() -> Lesson:
    """Tutorial 6: two known tracks, global nearest neighbour."""
    from stonesoup.dataassociator.neighbour import GlobalNearestNeighbour
    from stonesoup.hypothesiser.distance import DistanceHypothesiser
    from stonesoup.measures import Mahalanobis
    from stonesoup.predictor.kalman import KalmanPredictor
    from stonesoup.updater.kalman import KalmanUpdater

    np.random.seed(SEED)  # noqa: NPY002  (its models draw from NumPy's global stream)
    scans = list(_pair_of_paths(np.random.RandomState(SEED)))
    predictor, updater = KalmanPredictor(_motion(0.005)), KalmanUpdater(_sensor(0.75))
    associator = GlobalNearestNeighbour(
        DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=3)
    )
    tracks = _known_tracks()

    def act(t: datetime, found: set[Any]) -> Any:
        for track, guess in associator.associate(tracks, found, t).items():
            track.append(updater.update(guess) if guess.measurement else guess.prediction)
        return tracks

    return _lesson(scans, act)


def joint_association() -> Lesson:
    """Tutorial 8: two known tracks, JPDA."""
    from stonesoup.dataassociator.probability import JPDAwithEHM2
    from stonesoup.functions import gm_reduce_single
    from stonesoup.hypothesiser.probability import PDAHypothesiser
    from stonesoup.predictor.kalman import KalmanPredictor
    from stonesoup.types.array import StateVectors
    from stonesoup.types.update import GaussianStateUpdate
    from stonesoup.updater.kalman import KalmanUpdater

    np.random.seed(SEED)  # noqa: NPY002
    scans = list(_pair_of_paths(np.random.RandomState(SEED)))
    predictor, updater = KalmanPredictor(_motion(0.005)), KalmanUpdater(_sensor(0.75))
    associator = JPDAwithEHM2(
        PDAHypothesiser(predictor, updater, clutter_spatial_density=0.125, prob_detect=0.9)
    )
    tracks = _known_tracks()

    def act(t: datetime, found: set[Any]) -> Any:
        for track, guesses in associator.associate(tracks, found, t).items():
            states = [updater.update(g) if g else g.prediction for g in guesses]
            mean, cov = gm_reduce_single(
                StateVectors([s.state_vector for s in states]),
                np.stack([s.covar for s in states], axis=2),
                np.array([g.probability for g in guesses]),
            )
            track.append(GaussianStateUpdate(mean, cov, guesses, t))
        return tracks

    return _lesson(scans, act)


def _whole_tracker(scans: list[Any], density: float, cap: float, n_confirm: int) -> Lesson:
    """Tutorials 9 and 10: tracks that begin and end by themselves."""
    from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
    from stonesoup.deleter.error import CovarianceBasedDeleter
    from stonesoup.hypothesiser.distance import DistanceHypothesiser
    from stonesoup.initiator.simple import MultiMeasurementInitiator
    from stonesoup.measures import Mahalanobis
    from stonesoup.predictor.kalman import KalmanPredictor
    from stonesoup.tracker.simple import MultiTargetTracker
    from stonesoup.types.state import GaussianState
    from stonesoup.updater.kalman import KalmanUpdater

    sensor = _sensor(0.25)
    predictor, updater = KalmanPredictor(_motion(density)), KalmanUpdater(sensor)
    associator = GNNWith2DAssignment(
        DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=3)
    )
    deleter = CovarianceBasedDeleter(cap)
    speed = 1.0 if n_confirm == 2 else 0.5
    prior = GaussianState(np.zeros((4, 1)), np.diag([0, speed, 0, speed]))
    initiator = MultiMeasurementInitiator(
        prior, deleter, associator, updater, sensor, min_points=n_confirm
    )
    tracker = MultiTargetTracker(initiator, deleter, None, associator, updater)
    return _lesson(scans, lambda t, found: tracker.update_tracker(t, found)[1])


def initiators_and_deleters() -> Lesson:
    """Tutorial 9."""
    np.random.seed(SEED)  # noqa: NPY002
    scans = list(_births_and_deaths(np.random.RandomState(SEED)))
    return _whole_tracker(scans, density=0.005, cap=4.0, n_confirm=2)


def simulation() -> Lesson:
    """Tutorial 10."""
    np.random.seed(SEED)  # noqa: NPY002
    return _whole_tracker(list(_simulated()), density=0.05, cap=2.0, n_confirm=3)
