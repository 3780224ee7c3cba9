"""The definitions that a city has."""

from sqlalchemy import Select, select

from gridgov.db.models import DefinitionRow


def definitions() -> Select[DefinitionRow]:
    """Every definition, by name, the newest version first."""
    return select(DefinitionRow).order_by(DefinitionRow.name, DefinitionRow.version.desc())
