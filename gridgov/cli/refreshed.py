"""What an upgrade brings besides tables: shipped definitions, which wait until somebody activates them."""

from collections.abc import Iterator

from gridgov.bootstrap import Runtime
from gridgov.db.session import city_now
from gridgov.services.rulebook import Refreshed, refresh_rules


def refreshed(runtime: Runtime) -> list[str]:
    """Add the shipped rules that this city does not have; what there is to say about them comes back, a line each."""
    with runtime.transaction() as session:
        today = city_now(session).astimezone(runtime.settings.timezone).date()
        found = refresh_rules(session, today)
    return list(_lines(found))


def _lines(found: Refreshed) -> Iterator[str]:
    for name in found.added:
        yield (
            f"Workflow {name} was added and waits: gridgov workflow activate {name}. "
            f"已安装流程 {name}，待启用：gridgov workflow activate {name}。"
        )
    for name in found.another_text:
        yield (
            f"Workflow {name} is shipped with another text than this city keeps; the city's own stays. "
            f"随软件提供的流程 {name} 与本市保存的内容不同，保留本市版本。"
        )
