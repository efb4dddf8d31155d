"""The only place that knows all stages: it builds them, wires them, and turns the clock."""
