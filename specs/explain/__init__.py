"""What a row says for itself: from what, for what, by which obligations, where, and on what it rests."""
