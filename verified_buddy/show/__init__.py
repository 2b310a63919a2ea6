"""Any state of memory as a picture, and a recording as a page that plays it."""
