"""What a row of the ledger is: its sentence, the code that it is about, and how a refutation is told."""
