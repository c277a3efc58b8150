"""``get_file``: files from the network, in the cache folder that Keras uses."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import urllib.parse
from collections.abc import Iterator
from typing import Any

from minikeras import files, frames
from minikeras.callbacks.console import print_msg
from minikeras.callbacks.progbar import Progbar
from minikeras.messages import describe
from minikeras.optional import Library
from minikeras.utils import archives

http = Library("http.client")
request = Library("urllib.request")
url_error = Library("urllib.error")

TIMEOUT = 60.0  # seconds without a byte
_BLOCK = 1 << 16


@frames.filter_traceback
def get_file(
    fname: str | os.PathLike[str] | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: str | list[str] | None = "auto",
    cache_dir: str | os.PathLike[str] | None = None,
    force_download: bool = False,
) -> str:
    """The path of a file of the cache, downloaded if it is not there.

    fname: its name in the cache; None for the last part of the address. With ``extract`` that of
        the folder; ``"data.tgz"`` is extracted to ``data_extracted``.
    origin: the address; http, https, ftp or file.
    untar: ``extract`` for tar archives only.
    md5_hash: ``file_hash`` with ``hash_algorithm="md5"``.
    file_hash: hexadecimal digits that the file must have. A file of the cache that has others is
        downloaded again.
    cache_subdir: a folder in the cache folder, or an absolute path.
    hash_algorithm: "md5", "sha256", or "auto", which takes "sha256" for 64 digits.
    extract: extract the archive.
    archive_format: "tar" (also with gzip, bzip2, xz), "zip", a list of them; "auto" for both; None
        extracts nothing.
    cache_dir: the cache folder; None for ``$KERAS_HOME``, by default ``~/.keras``.
    force_download: download it also if it is there.

    Returns the path of the file, or with ``extract`` that of the folder.

    The file gets its name when it is complete and its hash is right: after an error, the previous
    one is still there, and no half one. An archive is extracted as a whole or not at all.

    Raises ValueError for bad arguments, a wrong hash, and for archives that are damaged or would
    write elsewhere (``LoadError``); OSError if the file cannot be fetched. The message names the
    place where a copy may be put by hand.

    Parity: if ``cache_dir`` does not exist or cannot be written, the cache is ``/tmp/.keras``.
    """
    if not isinstance(origin, str) or not origin:
        raise ValueError(f"origin={describe(origin)}; expected the address of the file")
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    if hash_algorithm not in ("auto", "md5", "sha256"):
        raise ValueError(
            f"hash_algorithm={describe(hash_algorithm)}; expected 'auto', 'md5' or 'sha256'"
        )
    name = _file_name(fname, origin)
    folder = os.path.join(_cache(cache_dir), cache_subdir)
    os.makedirs(folder, exist_ok=True)
    target = os.path.join(folder, name)
    extracted = target
    if extract or untar:
        extracted, target = _places(folder, name, is_given=bool(fname))
    if force_download or not _is_current(target, file_hash, hash_algorithm):
        _download(origin, target, file_hash, hash_algorithm)
    is_wanted = extract or untar
    if is_wanted and not archives.extract(target, extracted, "tar" if untar else archive_format):
        frames.warn(
            f"{target} was not extracted: it is no archive of the format {archive_format!r}"
        )
    return extracted


def _file_name(fname: str | os.PathLike[str] | None, origin: str) -> str:
    if not fname:
        name = os.path.basename(urllib.parse.urlsplit(origin).path)
        if not name:
            raise ValueError(f"origin={describe(origin)} ends with no file name; pass fname=...")
    else:
        name = os.fspath(fname)
        if os.sep in name:
            raise ValueError(
                f"fname={describe(name)} is a path; expected a name. "
                "The folder is given by cache_dir and cache_subdir"
            )
    if name in (".", "..") or "\0" in name:
        raise ValueError(f"fname={describe(name)} cannot be the name of a file; pass another fname")
    return name


def _home() -> str:
    """The cache folder of Keras."""
    if home := os.environ.get("KERAS_HOME"):
        return home
    user = os.path.expanduser("~")
    return os.path.join(user if os.access(user, os.W_OK) else "/tmp", ".keras")


def _cache(cache_dir: str | os.PathLike[str] | None) -> str:
    if cache_dir is None:
        folder = os.path.expanduser(_home())
        with contextlib.suppress(OSError):  # where it cannot be made, the next line says so
            os.makedirs(folder, exist_ok=True)
    else:
        folder = os.path.expanduser(os.fspath(cache_dir))
    if os.access(folder, os.W_OK):
        return folder
    return os.path.join("/tmp" if os.path.isdir("/tmp") else tempfile.gettempdir(), ".keras")


def _places(folder: str, name: str, is_given: bool) -> tuple[str, str]:
    """The folder into which an archive is extracted, and where the archive itself is."""
    if is_given and "." in name:
        stem = name[: name.find(".")]
        return os.path.join(folder, f"{stem}_extracted"), os.path.join(folder, name)
    return os.path.join(folder, name), os.path.join(folder, f"{name}_archive")


def _is_current(target: str, file_hash: str | None, algorithm: str) -> bool:
    if not os.path.exists(target):
        return False
    if file_hash is None or _digest(target, file_hash, algorithm) == file_hash:
        return True
    print_msg(
        f"{target} is there, but its hash is not {file_hash}: incomplete or another version. "
        "It is downloaded again."
    )
    return False


def _digest(path: str, file_hash: str, algorithm: str) -> str:
    is_long = algorithm == "sha256" or (algorithm == "auto" and len(file_hash) == 64)
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256" if is_long else "md5").hexdigest()


# Downloading


def _download(origin: str, target: str, file_hash: str | None, algorithm: str) -> None:
    print_msg(f"Downloading data from {origin}")
    with files.written(target) as unfinished:
        try:
            with _opened(origin) as response, open(unfinished, "wb") as file:
                for block in _body(response, os.path.dirname(target)):
                    file.write(block)
        except (OSError, http.HTTPException) as error:
            if isinstance(error, url_error.HTTPError):  # it holds the connection
                error.close()
            code = getattr(error, "code", getattr(error, "errno", None))
            reason = getattr(error, "reason", None) or error
            wanted = f" with the hash {file_hash}" if file_hash else ""
            raise OSError(
                f"URL fetch failure on {origin}: {code} -- {reason}. Without a network, place the "
                f"file{wanted} by hand at {target}"
            ) from None
        if file_hash is not None:
            found = _digest(unfinished, file_hash, algorithm)
            if found != file_hash:
                raise ValueError(
                    f"{origin} has the hash {found}; expected file_hash={file_hash}. "
                    "The download is incomplete or another file, and was removed"
                )


def _opened(origin: str) -> Any:
    scheme = urllib.parse.urlsplit(origin).scheme
    if scheme not in ("http", "https", "ftp", "file"):
        raise ValueError(
            f"origin={describe(origin)}; expected an address that begins with http://, https://, "
            "ftp:// or file://"
        )

    redirects = request.HTTPRedirectHandler()
    follow = redirects.redirect_request

    def checked(req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        allowed = ("https",) if req.type == "https" else ("http", "https")
        if urllib.parse.urlsplit(newurl).scheme not in allowed:
            fp.close()
            raise url_error.URLError(f"it redirects to {newurl}, which is not followed")
        return follow(req, fp, code, msg, headers, newurl)

    redirects.redirect_request = checked
    return request.build_opener(redirects).open(origin, timeout=TIMEOUT)


def _body(response: Any, folder: str) -> Iterator[bytes]:
    """The blocks of a response, counted, with a progress bar.

    Raises OSError if they are fewer than announced, or more than the disk can hold.
    """
    announced = response.headers.get("Content-Length")
    total = int(announced) if announced and announced.isdecimal() else None
    room = shutil.disk_usage(folder).free
    if total is not None and total > room:
        raise OSError(f"{total} bytes are announced; {folder} has room for {room}")
    bar, count = Progbar(total), 0
    bar.update(0)
    while block := response.read(_BLOCK):
        count += len(block)
        if count > room:
            raise OSError(f"more than {room} bytes, for which {folder} has room")
        yield block
        if total is None or count < total:
            bar.update(count)
    if total is not None and count != total:
        raise OSError(f"{count} bytes of {total} came")
    bar.update(count, finalize=True)
