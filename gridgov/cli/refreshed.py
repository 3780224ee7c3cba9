"""What an upgrade brings besides tables: shipped definitions, which wait until somebody activates them."""

from collections.abc import Iterator

from gridgov.bootstrap import Runtime
from gridgov.db.session import city_now
from gridgov.services.rulebook import refresh_rules


def refreshed(runtime: Runtime) -> list[str]:
    """Add the shipped rules that this city does not have; a line for each new version comes back."""
    with runtime.transaction() as session:
        today = city_now(session).astimezone(runtime.settings.timezone).date()
        added = refresh_rules(session, today)
    return list(_lines(added))


def _lines(added: tuple[str, ...]) -> Iterator[str]:
    for name in added:
        yield (
            f"Workflow {name} was added and waits: gridgov workflow activate {name}. "
            f"已安装流程 {name}，待启用：gridgov workflow activate {name}。"
        )
