"""The specification, and the proofs that the running code meets it."""
