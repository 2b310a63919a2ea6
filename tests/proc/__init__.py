"""Tests of what the files of /proc say of a machine."""
