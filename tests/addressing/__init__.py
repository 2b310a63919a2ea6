"""Tests of addresses and page tables."""
