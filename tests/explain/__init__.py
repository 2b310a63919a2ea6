"""Tests of what is explained."""
