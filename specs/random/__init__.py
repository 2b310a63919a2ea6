"""Random programs, and fixed random runs, beside the specification's programs."""
