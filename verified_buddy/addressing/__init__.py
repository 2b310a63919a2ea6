"""How an address of x86-64 becomes another: logical, linear, physical, and the page tables in between."""
