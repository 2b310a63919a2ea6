"""Tests: named as laws; the oracles are naive and share nothing with what they judge."""
