"""The core: free lists, live blocks and spans of one zone, and the operations on them."""
