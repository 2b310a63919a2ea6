"""Symbolic and concrete execution agree: the same states, the same calls, the same answers."""
