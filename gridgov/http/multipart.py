"""What a multipart form says, whatever boundary a client draws around its parts: so that a repeat is known again."""

from hashlib import sha256

from flask import request

MULTIPART = "multipart/form-data"
BLOCK = 1024 * 1024


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
