"""Allocators that are driven."""
