"""What the prover knows of each layer: its state, contracts, operations and loops."""
