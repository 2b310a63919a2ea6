"""Loads on simulated machines, which the replay judges."""
