"""The operations at the edge, over concrete lists, beside an independent statement of what each does."""
