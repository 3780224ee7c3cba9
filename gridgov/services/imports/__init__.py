"""The law of this package: whoever imports looks first, then writes; a second run of a file changes nothing.

One kind of file a module (cases, units, people, boundaries, catalogue), all of the same shape: outcome.Importer. A job
is a row; `running` works it off in turns, each chunk with its progress in one transaction.
"""
