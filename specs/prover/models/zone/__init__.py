"""A zone with migratetypes: pageblocks, moves, fallback, the reserve and isolation."""
