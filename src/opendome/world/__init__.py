"""What is true: threats in flight, rounds in flight, and what came of them."""

from opendome.world.flights import FLIGHTS

__all__ = ["FLIGHTS"]
