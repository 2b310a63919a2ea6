"""What a rule or a theorem says, with an example, where no prover is installed."""
