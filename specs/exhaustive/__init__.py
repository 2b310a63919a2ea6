"""Every state of something small, list order included: the code beside the specification's programs."""
