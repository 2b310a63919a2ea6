"""The lists of one CPU in a zone with migratetypes: refill, hand out, take back, drain."""
