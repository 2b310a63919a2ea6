"""The verification run as one page that explains itself."""
