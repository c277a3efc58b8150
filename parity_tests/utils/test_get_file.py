"""``get_file`` gives the paths and files that Keras gives, and leaves nothing half done."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minikeras import utils
from minikeras.utils import downloads
from parity_tests.utils.archive_files import tar_of, zip_of
from parity_tests.utils.local_server import Server, content, serving, status

BODY = bytes(range(256)) * 600  # more than one block
SHA256, MD5 = hashlib.sha256(BODY).hexdigest(), hashlib.md5(BODY).hexdigest()
FILES = {"a/one.txt": b"1", "two.txt": b"22", "a/b/": None}
BODIES = {"/data.bin": BODY, "/some.tar.gz": tar_of(FILES, "gz"), "/some.zip": zip_of(FILES)}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        running.answers = {path: content(body) for path, body in BODIES.items()}
        yield running


def tree(folder: Path) -> dict[str, bytes | None]:
    """The files of a folder and their contents, and its folders."""
    return {
        str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
    }


def printed(text: str) -> str:
    """What a progress bar printed in the end, without times."""
    text = re.sub(r"\x1b\[\d+m|\x08", "", text)
    return re.sub(r"\d+(s|ms|us)\b", "0s", text.split("\r")[-1].split("\n")[-2])


@given(
    path=st.sampled_from(sorted(BODIES)),
    fname=st.sampled_from([None, "given", "given.tar.gz"]),
    mode=st.sampled_from([{}, {"extract": True}, {"untar": True}]),
    archive_format=st.sampled_from(["auto", "tar", "zip", ["zip"], [], None]),
    digits=st.sampled_from([{}, {"file_hash": SHA256}, {"md5_hash": MD5}, {"file_hash": MD5}]),
    subdir=st.sampled_from(["datasets", "x/y", ""]),
    force=st.booleans(),
)
def test_as_keras(
    server: Server,
    tmp_path_factory: pytest.TempPathFactory,
    path: str,
    digits: dict[str, str],
    fname: str | None,
    mode: Any,
    archive_format: Any,
    subdir: str,
    force: bool,
) -> None:
    """The same paths, files and requests, at the first call and at the second one."""
    if path != "/data.bin":
        digits = {}
    results = []
    for library in (keras.utils, utils):
        server.asked.clear()
        folder = tmp_path_factory.mktemp("cache")
        options: Any = {"archive_format": archive_format, "cache_subdir": subdir, **mode, **digits}
        found: list[Any] = []
        for again in (False, force):
            with pytest.warns(UserWarning) if is_warned(path, options) else no_warning():
                got = library.get_file(
                    fname,
                    server.url + path,
                    cache_dir=str(folder),
                    force_download=again,
                    **options,
                )
            found += [os.path.relpath(got, folder), tree(folder)]
        results.append((found, [*server.asked]))
    assert results[1] == results[0]


def is_warned(path: str, options: dict[str, Any]) -> bool:
    """Whether an archive is wanted, and the file is none of the format."""
    if not (options.get("extract") or options.get("untar")):
        return False
    formats = "tar" if options.get("untar") else options["archive_format"]
    formats = ["tar", "zip"] if formats == "auto" else formats or []
    return path.split(".")[1] not in formats


class no_warning:
    def __enter__(self) -> None: ...
    def __exit__(self, *exc: object) -> None: ...


@pytest.mark.parametrize("announced", ["", None])
def test_prints_what_keras_prints(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str], announced: Any
) -> None:
    server.answers["/printed"] = content(BODY, announced)
    lines = []
    for library, name in ((keras.utils, "keras"), (utils, "ours")):
        library.get_file(name, f"{server.url}/printed", cache_dir=tmp_path)
        text = capsys.readouterr().out
        lines.append((text.splitlines()[0], printed(text) if announced == "" else ""))
    assert lines[1] == lines[0]
    assert lines[0][0] == f"Downloading data from {server.url}/printed"


def test_the_cache_folder(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    found = utils.get_file(origin=f"{server.url}/data.bin")
    assert found == str(tmp_path / "home" / "datasets" / "data.bin")
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    found = utils.get_file(origin=f"{server.url}/data.bin")
    assert found == str(tmp_path / ".keras" / "datasets" / "data.bin")
    absent = str(tmp_path / "absent")
    found = [
        library.get_file(
            "f", f"{server.url}/data.bin", cache_dir=absent, cache_subdir=tmp_path.name
        )
        for library in (keras.utils, utils)
    ]
    shutil.rmtree(os.path.dirname(found[0]))
    assert found == [f"/tmp/.keras/{tmp_path.name}/f"] * 2


def test_origin_may_be_a_file_if_the_program_says_so(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(BODY)
    found = utils.get_file("here", f"file://{tmp_path}/there", cache_dir=tmp_path, file_hash=SHA256)
    assert Path(found).read_bytes() == BODY


# What goes wrong


def cut_off(handler: Any) -> None:
    """Announces a chunk of 100 bytes and sends five."""
    handler.protocol_version = "HTTP/1.1"
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"64\r\nshort")
    handler.close_connection = True


def silent(handler: Any) -> None:
    time.sleep(1)


REFUSED: dict[str, tuple[Any, dict[str, Any], type[Exception], str]] = {
    "404": (status(404), {}, OSError, "404 -- Not Found"),
    "500": (status(500), {}, OSError, "500 -- Internal Server Error"),
    "short": (content(b"short", 100), {}, OSError, "5 bytes of 100 came"),
    "cut off": (cut_off, {}, OSError, "IncompleteRead"),
    "longer": (content(BODY, 10), {"file_hash": SHA256}, ValueError, "expected file_hash="),
    "no room": (content(b"short", 1 << 62), {}, OSError, "has room for"),
    "endless": (content(BODY * 2, None), {}, OSError, "more than 200000 bytes"),
    "wrong sha256": (content(b"x"), {"file_hash": SHA256}, ValueError, f"hash=.*{SHA256}"),
    "wrong md5": (content(b"x"), {"md5_hash": MD5}, ValueError, f"has the hash 9dd4e461.*{MD5}"),
    "silent": (silent, {}, OSError, "timed out"),
    "to a file": (
        status(302, Location="file:///etc/passwd"),
        {},
        OSError,
        "Redirection to url .file:",
    ),
    "to ftp": (status(301, Location="ftp://127.0.0.1/x"), {}, OSError, "redirects to ftp:"),
    "in circles": (status(302, Location="/"), {}, OSError, "302 -- "),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("is_there", [False, True])
def test_no_half_file(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, is_there: bool
) -> None:
    """The previous file is still there; the message says where a copy may be put."""
    answer, options, error, words = REFUSED[name]
    server.answers["/"] = answer
    monkeypatch.setattr(downloads, "TIMEOUT", 0.2)
    if name == "endless":
        monkeypatch.setattr(downloads.shutil, "disk_usage", lambda path: Usage(200_000))
    target = tmp_path / "datasets" / "some.bin"
    if is_there:
        target.parent.mkdir()
        target.write_bytes(b"old")
    before = tree(tmp_path)
    with pytest.raises(error, match=words) as caught:
        utils.get_file(
            "some.bin", f"{server.url}/", cache_dir=tmp_path, force_download=True, **options
        )
    assert {**tree(tmp_path), "datasets": None} == {**before, "datasets": None}
    assert server.url in str(caught.value)
    if error is OSError:
        assert f"by hand at {target}" in str(caught.value)


class Usage:
    def __init__(self, free: int) -> None:
        self.free = free


def test_a_longer_body_is_cut_as_announced(server: Server, tmp_path: Path) -> None:
    server.answers["/"] = content(BODY, 10)
    for library in (keras.utils, utils):
        found = library.get_file(
            "x", f"{server.url}/", cache_dir=str(tmp_path), force_download=True
        )
        assert Path(found).read_bytes() == BODY[:10]


def test_without_network(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/x.bin"
    with pytest.raises(OSError) as caught:
        utils.get_file(origin=url, cache_dir=tmp_path, file_hash=SHA256)
    assert str(caught.value) == (
        f"URL fetch failure on {url}: None -- [Errno 111] Connection refused. Without a network, "
        f"place the file with the hash {SHA256} by hand at {tmp_path}/datasets/x.bin"
    )


def test_another_version_is_fetched_again(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "datasets" / "data.bin"
    target.parent.mkdir()
    target.write_bytes(b"old")
    options: Any = {"cache_dir": tmp_path, "file_hash": SHA256}
    utils.get_file(origin=f"{server.url}/data.bin", **options)
    assert "its hash is not" in capsys.readouterr().out
    assert target.read_bytes() == BODY
    server.asked.clear()
    utils.get_file(origin=f"{server.url}/data.bin", **options)
    assert not server.asked


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "origin=None"),
        ({"origin": ""}, "origin=''"),
        ({"origin": "http://x/"}, "ends with no file name"),
        ({"origin": "http://x/.."}, r"fname='\.\.' cannot be"),
        ({"origin": "http://x/y", "fname": "a/b"}, "fname='a/b' is a path"),
        ({"origin": "http://x/y", "fname": "a\0b"}, "cannot be the name"),
        ({"origin": "no/scheme"}, "begins with http"),
        ({"origin": "data:,x/y"}, "begins with http"),
        ({"origin": "http://x/y", "hash_algorithm": "sha1"}, "hash_algorithm='sha1'"),
    ],
)
def test_bad_arguments(tmp_path: Path, arguments: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        utils.get_file(cache_dir=tmp_path, **arguments)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
