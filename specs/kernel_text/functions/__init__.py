"""The C functions that are proved, each with its unit: how it is called in our function's place, and its contract."""
