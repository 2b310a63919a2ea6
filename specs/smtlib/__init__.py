"""The proofs as SMT-LIB files that any solver decides again."""
