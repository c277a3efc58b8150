"""Archives made in memory."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping


def tar_of(
    files: Mapping[str, bytes | tarfile.TarInfo | None], compression: str = "", format: int = 2
) -> bytes:
    """A tar archive: contents by name, None for a folder, or an entry of any kind."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=f"w:{compression}", format=format) as archive:
        for name, content in files.items():
            if isinstance(content, tarfile.TarInfo):
                content.name = name
                archive.addfile(content)
                continue
            entry = tarfile.TarInfo(name)
            entry.mode = 0o755 if content is None else 0o644
            entry.type = tarfile.DIRTYPE if content is None else tarfile.REGTYPE
            entry.size = len(content or b"")
            archive.addfile(entry, io.BytesIO(content or b""))
    return made.getvalue()


def zip_of(files: Mapping[str, bytes | None], **options: int) -> bytes:
    """A zip archive, compressed; the names of folders end with a slash.

    options: attributes of every entry.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            for attribute, value in options.items():
                setattr(entry, attribute, value)
            archive.writestr(entry, content or b"")
    return made.getvalue()
