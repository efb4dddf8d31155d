"""One turn of the clock: the whole of the defense in eight verbs, for a batch of runs at once.

What a stage decides here reaches the world in the next tick, so no stage waits for a later one.
"""

from __future__ import annotations

from opendome.simulation import verbs
from opendome.simulation.build import Model
from opendome.simulation.state import State


def tick(model: Model, state: State, t0: float, t1: float) -> None:
    """Carry a batch of runs from t0 to t1.

    The world *advances* under the last commands. Each sensor that is due *senses* the truth under
    its tasking. The network *carries* what was sensed to the nodes. Trackers *track*: nodes that
    are joined get one picture, others each their own. The managers *decide* on orders and on where
    sensors shall look. The network *carries* the orders to the batteries. Fire control *commands*
    rounds. The recorder *notes*.

    Parameters
    ----------
    model : Model
        Everything constant.
    state : State
        Everything that evolves; changed in place.
    t0, t1 : float
        The last tick and this one, s.
    """
    meetings = verbs.advance(model, state, t1)
    verbs.sense(model, state, meetings, t0, t1)
    mail, reports = verbs.carry_to_nodes(model, state, t1)
    picture = verbs.track(model, state, mail, reports, t1)
    orders = verbs.decide(model, state, picture, reports, t1)
    orders = verbs.carry_to_batteries(model, state, orders, t1)
    verbs.command(model, state, orders, picture, t1)
    verbs.note(model, state, picture, t1)
