"""The core: page numbers, free lists, buddy operations, spans, the zone."""
