"""Floor 1, the outside world: files, mail, the broker, the clock. Each adapter can be given another in its place."""
