"""Floor 1, rows: tables, functions that return a Select, and the one transaction. No rule and no HTTP lives here."""
