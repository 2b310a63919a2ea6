"""Recordings of real kernels, predicted."""
