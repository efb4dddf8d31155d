"""Names of the random streams.

A draw is a pure function of the key (seed, run) and the counter (purpose, object, event, index);
the compiled generator is ``kernels/philox.py``. Nothing is consumed in order, so paired runs stay
paired after their first differing decision, and batching or workers cannot change a draw.
Numbers below are part of the byte promise: add, never renumber.
"""

from enum import IntEnum


class Purpose(IntEnum):
    """What a draw is for: the first word of its counter."""

    THREAT_RELIABILITY = 1
    THREAT_FAILURE_TIME = 2
    LAUNCH_SCATTER = 3
    AIM_SCATTER = 4
    LAUNCH_TIME = 5
    WEAVE_PHASE = 6
    BEFORE_LAUNCH = 7
    RELEASE = 8
    LAUNCH_BOX = 9
    DETECTION = 10
    DETECTION_NOISE = 11
    FALSE_ALARM_COUNT = 12
    FALSE_ALARM_PLACE = 13
    PICTURE_NOISE = 14
    REGISTRATION = 15
    INTERCEPTOR_RELIABILITY = 20
    DISCRIMINATION = 21
    KILL = 22
    SEEKER_NOISE = 23
    KILL_ASSESSMENT = 24
    COMMON_FAILURE = 25
    CONSENT = 30
    BOOTSTRAP = 40
    DESIGN = 41
    SCAN_LOSS = 50
    ORDER_DELIVERY = 51
    REPORT_DELIVERY = 52
    LINK_OUTAGE = 53
    NODE_LOSS = 54


MAX_SEED = 2**63 - 1
