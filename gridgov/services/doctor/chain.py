"""I7: the hash chain verifies: no event was changed, deleted, added or moved."""

from collections.abc import Iterator

from gridgov.services.doctor.case_file import CaseFile, Link, Moment
from gridgov.services.doctor.problem import Finding, wrong
from gridgov.services.history import GENESIS, body_of, digest_of, hash_of


def chain_holds(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """The first link that does not fit, and a row that does not know the last one."""
    head = GENESIS
    for link in file.links:
        if (words := _broken(link, head, file.row.number)) is not None:
            yield wrong(f"Event {link.event.seq}: {words[0]}.", f"事件{link.event.seq}：{words[1]}。")
            return
        head = link.hash
    if bytes(file.row.last_hash) != head:
        yield wrong("The row does not know the last hash.", "案件记录的末尾哈希不符。")


def _broken(link: Link, head: bytes, number: str) -> tuple[str, str] | None:
    event = link.event
    if link.prev_hash != head:
        return "it does not follow the one before", "与上一事件不衔接"
    if link.digest != digest_of(link.salt, body_of(event)):
        return "its body was changed", "内容被改动"
    if link.hash != hash_of(number, event.seq, event.at, event.signature, event.action, link.digest, head):
        return "its place, time or actor was changed", "序号、时间或办理人被改动"
    return None
