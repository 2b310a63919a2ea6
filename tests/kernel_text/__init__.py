"""The kernel's C text, read and interpreted."""
