"""Cities as plans: which units, organisations and people a city begins with.

Plain values only, the same at every call. Writing them into a database belongs to the seeding service.
"""
