"""Floor 3, use cases: a session first, then the facts, `now` last. They never commit, and ask nobody who logged in."""
