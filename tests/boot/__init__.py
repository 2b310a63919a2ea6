"""Tests of a machine's start."""
