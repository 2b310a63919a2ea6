"""Theorems about the kernel's own C text: a tree that the user has, read and interpreted, never compiled."""
