"""Tests of what is said of requests that failed."""
