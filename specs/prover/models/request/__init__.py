"""What the prover knows of requests: zones of any figures, a system that may answer anything."""
