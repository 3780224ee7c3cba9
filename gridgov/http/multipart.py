"""What a multipart form says, whatever boundary a client draws around its parts: so that a repeat is known again."""

from hashlib import sha256

from flask import request
from werkzeug.datastructures import FileStorage

from gridgov.domain.errors import Invalid, Text

MULTIPART = "multipart/form-data"
BLOCK = 1024 * 1024


def only_file(name: str) -> FileStorage:
    """The one file of the form, in the field `name`. Raises Invalid when there is none, several, or another one."""
    files = request.files
    if others := sorted(set(files) - {name}):
        raise Invalid({other: [Text("Unknown field.", "没有这个字段。")] for other in others})
    if len(files.getlist(name)) != 1:
        raise Invalid({name: [Text("Send one file in this field.", "请在此字段上传一个文件。")]})
    return files[name]


def digest_of_form() -> bytes:
    """The SHA-256 of the form's fields and files by name, the files' contents included; every file is rewound."""
    digest = sha256()
    for name, value in sorted(request.form.items(multi=True)):
        digest.update(f"{len(name)} {len(value)} {name}{value}".encode("utf-8", "surrogatepass"))
    for name, file in sorted(request.files.items(multi=True), key=lambda item: item[0]):
        inner = sha256()
        while block := file.stream.read(BLOCK):
            inner.update(block)
        file.stream.seek(0)
        digest.update(f"{name} {file.filename} {inner.hexdigest()}".encode("utf-8", "surrogatepass"))
    return digest.digest()
