"""What the prover knows of requests: zones of which no figure is known, and a system that may answer anything."""
