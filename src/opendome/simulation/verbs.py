"""The eight verbs of a tick: each hands one stage what it may see, and keeps what it says."""

from __future__ import annotations

import numpy as np

from opendome.engagements import fire_control
from opendome.engagements.magazines import stocks
from opendome.messages import Orders, Reports, Scan, Stocks, Tracks, take
from opendome.sensors.shortcut import Shortcut
from opendome.sensors.watch import Scene
from opendome.simulation import network
from opendome.simulation.build import Model
from opendome.simulation.close_look import look_closely
from opendome.simulation.state import State
from opendome.truth import Meetings, Truth
from opendome.world import world

Mail = list[list[Scan]]  # what each cell hears


def advance(model: Model, state: State, t1: float) -> Meetings:
    """The world moves to t1; what happened goes to the record, what rounds met to the assessors."""
    meetings, events = world.advance(model.world, state.world, state.commands, t1, state.keep)
    state.recorder.events.append(events)
    return meetings


def sense(model: Model, state: State, meetings: Meetings, t0: float, t1: float) -> None:
    """Every look in (t0, t1] and every assessment goes on its way to the nodes."""
    looks, scene = model.clock.looks(t0, t1), scene_of(model, state)
    seen = model.watch.look(looks, (t0, t1), scene, state.tasking, state.seed)
    running = world.running(state.world, [t for t, _ in looks])
    for (t, i), runs, found in zip(looks, running, seen, strict=True):
        network.send_scan(model.network, state.network, Scan(t, i, runs, found))
    if len(meetings.run):
        judged = model.assessor.look(meetings, state.seed)
        network.send_reports(model.network, state.network, judged, is_said=False)


def scene_of(model: Model, state: State) -> Scene:
    """All that is in the air in the last tick."""
    now, table = state.world, model.world.threats

    def at(t: float, shows_glow: bool) -> Truth:
        return world.snapshot(model.world, now, t, shows_glow=shows_glow)

    return Scene(now.sky, now.runs, now.t_end, table.rcs, table.rcs_uhf, at)


def carry_to_nodes(model: Model, state: State, t1: float) -> tuple[Mail, Reports]:
    """What has arrived by t1: the scans that each cell hears, and reports."""
    reports = state.network.reports.receive(t1)
    if len(reports.run):
        t_end = state.world.t_end[np.searchsorted(state.world.runs, reports.run)]
        in_time = t_end > t1 - model.clock.step  # the run went on when this tick began
        state.recorder.reports.append(take(reports, in_time))
    return network.receive_scans(model.network, state.network, t1), reports


def track(model: Model, state: State, mail: Mail, reports: Reports, t1: float) -> Tracks:
    """Every cell's picture at t1: tracked, or made from the truth where the scenario says so."""
    if isinstance(model.picture, Shortcut):
        truth = world.snapshot(model.world, state.world, t1)
        model.picture.update(state.picture, truth, t1, state.seed)
    else:
        model.picture.hear(state.picture, mail, t1)
        if len(reports.run):
            model.picture.heed(state.picture, reports)
    return model.picture.picture(state.picture, t1)


def decide(model: Model, state: State, picture: Tracks, reports: Reports, t1: float) -> Orders:
    """Orders of all cells; where cued sensors shall look and what was planned is kept."""
    orders, state.tasking = model.manager.decide(
        state.battle, picture, _stocks(model, state, t1), reports, t1
    )
    state.recorder.orders.append(orders)
    state.recorder.plans.extend(state.battle.plans)
    state.battle.plans.clear()
    return orders


def carry_to_batteries(model: Model, state: State, orders: Orders, t1: float) -> Orders:
    """Orders that have reached their batteries by t1."""
    network.send_orders(model.network, state.network, orders)
    return state.network.orders.receive(t1)


def command(model: Model, state: State, orders: Orders, picture: Tracks, t1: float) -> None:
    """Commands for the next tick; what fire control says travels back to the nodes."""
    sight = network.sight(model.network, state.network, picture, t1)
    state.commands, said = fire_control.act(
        model.fire_control, state.fire_control, orders, sight, (t1, t1 + model.clock.step)
    )
    network.send_reports(model.network, state.network, said, is_said=True)


def note(model: Model, state: State, picture: Tracks, t1: float) -> None:
    """Compare the picture with the truth, when that is due; closely in the runs that are kept."""
    if state.recorder.wants_picture(t1):
        truth = world.snapshot(model.world, state.world, t1)
        state.recorder.note_picture(state.world, truth, picture, model.names)
    look_closely(model, state, picture, t1)


def _stocks(model: Model, state: State, t: float) -> Stocks:
    """What each battery of a run that goes on has."""
    have = stocks(model.fire_control, state.fire_control, t)
    have = network.as_known(state.network, have, model.fire_control, t)
    is_active = state.world.is_active
    if is_active.all():
        return have
    rows = np.flatnonzero(is_active)
    return Stocks(have.runs[rows], have.rounds[rows], have.free_channels[rows], have.t_ready[rows])
