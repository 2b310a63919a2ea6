"""The zone of Linux 6.1."""
