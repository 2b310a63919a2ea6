"""A machine's start: from the map of its memory to nodes, zones and free lists."""
