"""Definitions and the catalogue as data: TOML files are read as text here; what they mean is decided in the domain."""

from importlib.resources import files


def read_text(name: str) -> str:
    """The text of the shipped file `name`, like "catalogue.toml". Raises FileNotFoundError for any other name."""
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
