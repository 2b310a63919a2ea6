"""The specification as programs: plain, slow, and without a line of the code under proof."""
