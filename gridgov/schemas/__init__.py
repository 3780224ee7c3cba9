"""Law: a schema says which shape goes in or out; it asks no database and knows no current user."""
