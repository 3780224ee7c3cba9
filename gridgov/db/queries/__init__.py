"""Functions that return a Select, named like what they find. They decide nothing and fetch nothing."""
