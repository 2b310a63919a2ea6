"""Tests of slab caches."""
