"""Every change of the schema, forward under yesterday's code. `upgrade` brings a city's schema to the head."""
