"""Deciding rows: in how many processes, which together, and what earlier runs established."""
