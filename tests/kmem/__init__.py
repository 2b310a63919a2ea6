"""Traces of a kernel: their spellings."""
