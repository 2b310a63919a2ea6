"""Calls of the kernel's own functions, made on zones of the model, and held against what the kernel did."""
