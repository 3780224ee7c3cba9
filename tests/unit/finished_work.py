"""Cases whose work the property says is done, for tests of who may decide about it. No test."""

from typing import Any

from gridgov.domain.life import Life
from gridgov.domain.model_city import BRANCH, GROUP, PROPERTY
from gridgov.domain.org import Tree
from tests.unit.lives import CITY_TREE, do, live


def resolved(tree: Tree = CITY_TREE, **given: Any) -> Life:
    """A case that the property says is done."""
    life = live("0401", tree=tree, **given)
    do(life, "accept", BRANCH)
    do(life, "acknowledge", PROPERTY)
    do(life, "resolve", PROPERTY)
    return life


def rated(tree: Tree = CITY_TREE, **given: Any) -> Life:
    """The same after the building leader has looked."""
    life = resolved(tree, **given)
    do(life, "confirm", GROUP)
    return life
