"""Systematic mutants of the core, and which theorem kills which: what the proofs are worth, as a number."""
