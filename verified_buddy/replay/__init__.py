"""The replay: a recording of a real kernel, predicted page by page from the lists that it started with."""
