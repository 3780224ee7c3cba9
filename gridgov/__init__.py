"""gridgov: no case can be forgotten, and we can prove it."""
