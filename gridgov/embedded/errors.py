"""What keeps an embedded server or `gridgov up` from starting, as one sentence fit for a person."""

import errno
from pathlib import Path

from gridgov.domain.errors import GridgovError


class EmbeddedError(GridgovError):
    """An own server, the data folder or the port cannot be used; the sentence says what to do."""

    code = "embedded"


def unusable_folder(folder: Path, error: OSError) -> EmbeddedError:
    """The sentence for a data folder that `error` keeps us from using."""
    en, zh = _REASONS.get(error.errno or 0, (error.strerror or str(error), error.strerror or str(error)))
    return EmbeddedError(
        f"The data folder {folder} cannot be used: {en}. Name another folder with GRIDGOV_HOME.",
        f"数据文件夹 {folder} 无法使用：{zh}。请用 GRIDGOV_HOME 指定另一个文件夹。",
    )


_REASONS = {
    errno.EEXIST: ("there is a file in its place", "该位置是一个文件"),
    errno.ENOTDIR: ("there is a file in its place", "该位置是一个文件"),
    errno.EACCES: ("this user may not write there", "当前用户没有写入权限"),
    errno.EPERM: ("this user may not write there", "当前用户没有写入权限"),
    errno.EROFS: ("it can only be read", "它是只读的"),
    errno.ENOSPC: ("the disk is full", "磁盘已满"),
    errno.EDQUOT: ("the disk quota is used up", "磁盘配额已用完"),
}
