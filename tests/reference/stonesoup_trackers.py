"""Stone Soup's multi-target trackers, set up so that ours can be held against them.

The fastest arrangement of its standard parts that was found: a k-d tree for gates, wider than the
largest gate so that it changes nothing, and its own exact associators.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from opendome.tracks.linear import count_rules
from tests.reference.linear_scenes import DENSITY, P_DETECT, SIGMA, SPEED

EPOCH = datetime(2026, 1, 1)
GATE = 4.0  # sigmas, of the nearest neighbour
P_GATE = 0.9997
RADIUS = 500.0  # m, of the tree; the widest gate is some 300 m


def feed(looks: list[Any], dt: float = 1.0) -> Iterator[tuple[datetime, set[Any]]]:
    """Scans as Stone Soup's detections."""
    from stonesoup.types.detection import Detection

    for k, z in enumerate(looks):
        t = EPOCH + timedelta(seconds=k * dt)
        yield t, {Detection(row.reshape(-1, 1), timestamp=t) for row in z}


def their_tracker(looks: list[Any], clutter: float = 0.0) -> Any:
    """Global nearest neighbour, or with a clutter density exact JPDA of the confirmed tracks."""
    from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
    from stonesoup.dataassociator.probability import JPDAwithEHM2
    from stonesoup.dataassociator.tree import DetectionKDTreeMixIn
    from stonesoup.deleter.time import UpdateTimeStepsDeleter
    from stonesoup.hypothesiser.distance import DistanceHypothesiser
    from stonesoup.hypothesiser.probability import PDAHypothesiser
    from stonesoup.initiator.simple import MultiMeasurementInitiator
    from stonesoup.measures import Mahalanobis
    from stonesoup.models.measurement.linear import LinearGaussian
    from stonesoup.models.transition.linear import (
        CombinedLinearGaussianTransitionModel,
        ConstantVelocity,
    )
    from stonesoup.predictor.kalman import KalmanPredictor
    from stonesoup.tracker.simple import MultiTargetMixtureTracker, MultiTargetTracker
    from stonesoup.types.state import GaussianState
    from stonesoup.updater.kalman import KalmanUpdater

    class NearestByTree(DetectionKDTreeMixIn, GNNWith2DAssignment):
        """Only detections near a track are looked at."""

    class JointByTree(DetectionKDTreeMixIn, JPDAwithEHM2):
        """The same."""

    motion = CombinedLinearGaussianTransitionModel([ConstantVelocity(DENSITY)] * 2)
    sensor = LinearGaussian(4, (0, 2), np.diag([SIGMA**2, SIGMA**2]))
    predictor, updater = KalmanPredictor(motion), KalmanUpdater(sensor)
    tree = {
        "predictor": predictor,
        "updater": updater,
        "number_of_neighbours": None,
        "max_distance_covariance_multiplier": np.inf,
        "max_distance": RADIUS,
    }
    nearest = NearestByTree(
        DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=GATE), **tree
    )
    initiator = MultiMeasurementInitiator(
        GaussianState(np.zeros((4, 1)), np.diag([0, SPEED**2, 0, SPEED**2])),
        UpdateTimeStepsDeleter(2),
        nearest,
        updater,
        sensor,
        min_points=3,
    )
    if clutter:
        guess = PDAHypothesiser(predictor, updater, clutter, prob_detect=P_DETECT, prob_gate=P_GATE)
        kind, associator = MultiTargetMixtureTracker, JointByTree(guess, **tree)
    else:
        kind, associator = MultiTargetTracker, nearest
    return kind(initiator, UpdateTimeStepsDeleter(5), list(feed(looks)), associator, updater)


def our_rules(clutter: float = 0.0) -> Any:
    """The same for our tracker."""
    soft = float(-2.0 * np.log(1.0 - P_GATE))  # of chi-square, two components
    return count_rules(
        gate=GATE**2, clutter=clutter, p_detect=P_DETECT, p_gate=P_GATE, soft_gate=soft
    )


def states_of(tracks: Any) -> Any:
    """States (n, d) of Stone Soup's tracks, sorted."""
    states = np.array([np.ravel(track.state.state_vector) for track in tracks], dtype=float)
    return states[np.lexsort(states.T)] if len(states) else states
