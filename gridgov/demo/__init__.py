"""The law of this package: the demonstration's people act through the services alone, where the rules let them.

`tables` and `script` are pure and seeded, `scene` and `actors` decide who does what next, `play` does it.
"""
