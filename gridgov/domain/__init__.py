"""Floor 0, the law: rules take values and `now` and give values; nothing here reads a clock, a row or a request."""
