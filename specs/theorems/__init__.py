"""The rows of the ledger, by what they are about."""
