"""The pieces of the integrators: order, interpolation, step control."""

import math

import numpy as np
import pytest

from opendome.kernels.dynamics import derivative, try_step
from opendome.kernels.integrate import State, error_ratio, hermite, next_step
from opendome.kernels.propulsion import coast_push
from opendome.kernels.tiles import rk4_step

START: State = (6.7e6, 3e5, -2e5, 500.0, 6500.0, 2000.0)
VACUUM = 1e30  # kg/m^2


def dormand_prince(y: State, span: float, n: int) -> State:
    push = coast_push(VACUUM)
    for _ in range(n):
        y = try_step(0.0, y, derivative(0.0, y, push), span / n, push)[0]
    return y


def runge_kutta(y: State, span: float, n: int) -> State:
    for _ in range(n):
        y = rk4_step(y, span / n, VACUUM)
    return y


@pytest.mark.parametrize(("steps", "order"), [(dormand_prince, 5), (runge_kutta, 4)])
def test_order_of_convergence(steps, order: int) -> None:  # type: ignore[no-untyped-def]
    exact = np.array(dormand_prince(START, 600.0, 400)[:3])
    coarse = np.linalg.norm(np.array(steps(START, 600.0, 5)[:3]) - exact)
    fine = np.linalg.norm(np.array(steps(START, 600.0, 10)[:3]) - exact)
    assert math.log2(coarse / fine) == pytest.approx(order, abs=0.6)


def test_the_error_estimate_is_of_the_size_of_the_fourth_order_error() -> None:
    push = coast_push(VACUUM)
    k1 = derivative(0.0, START, push)
    errors = [np.linalg.norm(try_step(0.0, START, k1, h, push)[2][:3]) * h for h in (60.0, 120.0)]
    assert errors[0] > 0.0
    assert math.log2(errors[1] / errors[0]) == pytest.approx(5.0, abs=0.4)


def test_last_slope_is_that_of_the_end() -> None:
    push = coast_push(8000.0)
    end, last, _ = try_step(0.0, START, derivative(0.0, START, push), 30.0, push)
    assert last == derivative(30.0, end, push)


def test_cubic_is_exact_for_cubics() -> None:
    def at(t: float) -> State:
        return (t**3, 2 * t**2, 5 - t, 3 * t**2, 4 * t, -1.0)

    np.testing.assert_allclose(hermite(2.7, 2.0, at(2.0), 5.0, at(5.0)), at(2.7), rtol=1e-13)


def test_step_control() -> None:
    assert next_step(10.0, 1.0, False) == pytest.approx(9.0)
    assert next_step(10.0, 1e-9, False) == 50.0  # grows fivefold at most
    assert next_step(10.0, 1e-9, True) == 10.0  # not right after a rejection
    assert next_step(10.0, 1e6, False) == 2.0
    assert next_step(10.0, math.nan, False) == 2.0
    assert error_ratio(2.0, (3.0, 4.0, 0.0, 0.0, 0.1, 0.0), 5.0, 1.0) == pytest.approx(2.0)
    assert error_ratio(2.0, (3.0, 4.0, 0.0, 0.0, 10.0, 0.0), 5.0, 1.0) == pytest.approx(20.0)
