"""The verification run: it can fail, and says why."""
