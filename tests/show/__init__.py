"""Tests of maps and pages."""
