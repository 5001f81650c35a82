"""Systems that lack what POSIX has: sources answer as they do here, and say what they cannot do.

Simulated: the names that Windows does not have are taken away before the package is imported.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from veltrix import implementations

WITHOUT_POSIX = """
import argparse, errno, os, pathlib, shutil, signal, stat, sys
for module, names in {
    os: (
        "O_NONBLOCK O_NDELAY O_CLOEXEC O_NOCTTY O_DIRECTORY O_NOFOLLOW O_NOATIME O_SYNC O_PATH pread preadv "
        "register_at_fork fork forkpty mkfifo mknod getuid geteuid getgid setuid setgid chown fchmod fchown "
        "statvfs fstatvfs sched_getaffinity posix_spawn uname"
    ),
    errno: "ESTALE",
    signal: "SIGPIPE SIGALRM SIGHUP SIGCHLD SIGUSR1 SIGUSR2 alarm pthread_sigmask setitimer",
}.items():
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
for name in ("fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"):
    if name != "posix" or sys.implementation.name != "pypy":  # whose own `os.stat` looks there
        sys.modules[name] = None
os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks = set(), {os.stat}, {os.stat}

def refusing(call):
    def called(path, *arguments, dir_fd=None, **options):
        if dir_fd is not None:
            raise NotImplementedError("dir_fd unavailable on this platform")
        if call is not stat_here and isinstance(path, int):
            raise TypeError("a path is a str")
        if isinstance(path, str) and path.startswith("/proc"):
            raise FileNotFoundError(errno.ENOENT, "there is no /proc")
        if call is open_here and os.path.isdir(path):
            raise PermissionError(errno.EACCES, "Permission denied")
        return call(path, *arguments, **options)
    return called

stat_here, open_here = os.stat, os.open
for name in ("open", "stat", "lstat", "listdir", "readlink"):
    setattr(os, name, refusing(getattr(os, name)))
os.O_BINARY, os.O_NOINHERIT = 0, os.O_RDONLY
os.name, sys.platform = "nt", "win32"
"""

USE = """
import os, sys
import veltrix
from veltrix.sources import reading
said = []

def tell(call, *arguments, **options):
    try:
        said.append(call(*arguments, **options))
    except veltrix.errors.ConfigError as error:
        said.append([f"{type(problem).__name__}: {problem}" for problem in error.problems or [error]])

def load(*sources, **options):
    return veltrix.load(*sources, **options).to_dict()

os.environ["APP_SERVER__PORT"] = "81"
tell(load, "app.toml", "app.json", "app.yaml", ".env", veltrix.File("app.env"), veltrix.Env("APP"))
tell(load, veltrix.File("app.toml"), veltrix.File("none.toml", optional=True), veltrix.Secrets("secrets"))
tell(load, dimensions={"region": {"eu": "app.json"}})
tell(load, "none.toml", "folder.toml", "empty.toml", "broken.json", "odd.txt", "a\\0b.toml", "link.toml")
tell(load, "folder.toml/inside.toml", "app.toml/inside.toml", "circle.toml")
tell(load, veltrix.Secrets("none"))
tell(load, veltrix.Secrets("none", optional=True), veltrix.Secrets("app.toml"), veltrix.Secrets("nothing"))
tell(load, veltrix.Secrets("a\\0b"))
tell(lambda: str(veltrix.load("app.toml").explain("server.port").origin)[:10])
os.truncate("empty.toml", 17 * 1024 * 1024)
tell(load, "empty.toml")

read, tries = reading._read_to_end, []
def changing(descriptor, limit):
    content = read(descriptor, limit)
    tries.append(content)
    if len(tries) == 1:
        with open("app.json", "w") as file:
            file.write('{"changed": true}')
    return content
reading._read_to_end = changing
tell(load, "app.json")
said.append(len(tries))

import veltrix.cli
print(said)
sys.exit(veltrix.cli.main(["show", "app.toml", "app.yaml", "--secrets", "secrets", "--format", "json"]))
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("app.toml").write_text('[server]\nport = 80\nname = "é"\n', encoding="utf-8")
    Path("app.json").write_bytes(b'{"json": [1, 2],\r\n "end": "\x5cu001a"}\r\n')
    Path("app.yaml").write_text("yaml: {a: 1}\n")
    Path(".env").write_text("DOTENV__A=b\n")
    Path("app.env").write_text("PLAIN=env\n")
    Path("folder.toml").mkdir()
    Path("empty.toml").touch()
    Path("broken.json").write_text('{"a": ')
    Path("odd.txt").touch()
    Path("link.toml").symlink_to("app.toml")
    Path("circle.toml").symlink_to("circle.toml")
    Path("secrets").mkdir(mode=0o700)
    Path("nothing").mkdir()
    for name, content in (("db.password", b"p\x1a\r\n"), ("token", b"t\n"), (".hidden", b""), ("back~", b"")):
        (Path("secrets") / name).write_bytes(content)
    return tmp_path


def ran(code, implementation):
    variables = {"VELTRIX_IMPL": implementation, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(params=["pure", "native"])
def implementation(request):
    if request.param not in implementations():
        pytest.skip("the native implementation is not built")
    return request.param


def test_sources_answer_without_the_names_of_posix_as_with_them(folder, implementation):
    with_them = ran(USE, implementation)
    Path("app.json").write_bytes(b'{"json": [1, 2],\r\n "end": "\x5cu001a"}\r\n')
    Path("empty.toml").write_bytes(b"")
    without = ran(f"{WITHOUT_POSIX}{USE}", implementation)
    assert with_them.stderr == without.stderr == ""
    assert without.stdout == with_them.stdout
    assert without.returncode == 0
    found = without.stdout
    for text in ("'port': 81", "'password': 'p\\x1a'", "not a regular file but a directory", "[1, 2]"):
        assert text in found


def printed(code, implementation="pure", prelude=WITHOUT_POSIX):
    found = ran(f"{prelude}import veltrix\n{code}", implementation)
    assert found.stderr == ""
    return found.stdout.splitlines()


def test_secrets_elsewhere_follow_no_link_and_say_so(folder):
    Path("secrets/linked").symlink_to("token")
    code = """
from veltrix.sources.reading import UnreadableError
try:
    veltrix.Config(veltrix.Secrets("secrets"))
except veltrix.errors.ConfigError as error:
    print(*error.problems)
"""
    assert printed(code) == ["secret secrets/linked: a link, which is followed on POSIX systems only"]


def test_a_mode_that_says_nothing_is_no_reason_to_warn(folder):
    for path in (folder, folder / "secrets", folder / "secrets" / "token"):
        path.chmod(0o777)
    code = "print(veltrix.load(veltrix.Secrets('secrets'))['token'])"
    assert printed(code) == ["t"]
    assert "ConfigWarning" in ran(f"import veltrix\n{code}", "pure").stderr


def test_files_of_one_load_are_read_one_by_one_where_links_are_not_looked_at(folder):
    code = """
from veltrix.sources import links, read_set
with read_set.one_read_set({"/a": None, "/b": None}, {"/c": None}):
    print(read_set._current.get())
print(links.Links().resolve("link.toml"), links.Links().target("link.toml"))
print(veltrix.load("link.toml", "app.yaml")["server.port"])
"""
    assert printed(code) == ["None", "link.toml None", "80"]


NO_EXTENSION = "no extension to tell the format by; name it .toml, .json, .yaml or .env, or say format="
WINDOWS_PATHS = r"""
import os, ntpath
os.path = ntpath
ntpath.abspath = lambda path: path if ":" in path else "C:\\work\\" + path
for path in (r"C:\config\app.toml", r"config\app.JSON", r"config\.env", r"C:\new\table"):
    source = veltrix.File(path)
    print(source.name, source.format, source.absolute_path)
    try:
        veltrix.Config(source)
    except veltrix.errors.ConfigError as error:
        print(error.problems[0])
import veltrix.loading.given
print(type(veltrix.loading.given.as_source(r"C:\x\.env")).__name__)
"""


def test_paths_with_backslashes_and_drives_stand_in_messages_as_they_are(folder):
    assert printed(WINDOWS_PATHS) == [
        r"C:\config\app.toml toml C:\config\app.toml",
        r"C:\config\app.toml: no such file (looked for C:\config\app.toml)",
        r"config\app.JSON json C:\work\config\app.JSON",
        r"config\app.JSON: no such file (looked for C:\work\config\app.JSON)",
        r"config\.env env C:\work\config\.env",
        r"config\.env: no such file (looked for C:\work\config\.env)",
        r"C:\new\table None C:\new\table",
        rf"C:\new\table: {NO_EXTENSION}",
        "DotEnv",
    ]


@pytest.mark.parametrize("module", ["sources", "config", "cli", "cli.command", "bench", "bench.operations"])
def test_every_part_can_be_imported(module, implementation):
    assert printed(f"import veltrix.{module}\nprint(veltrix.implementation)", implementation) == [
        implementation
    ]


def test_the_reading_flags_of_windows_are_used_where_they_are():
    """Text mode would drop bytes and stop at the first control-Z."""
    code = """
import os
os.O_BINARY, os.O_NOINHERIT = 1 << 28, 1 << 29
from veltrix.sources import _system
print(_system.READ == os.O_RDONLY | os.O_BINARY | os.O_NOINHERIT, _system.POSIX)
"""
    assert printed(code) == ["True False"]


def test_names_of_variables_are_in_upper_case_where_the_system_makes_them_so():
    code = """
import os
os.environ |= {"APP_PORT": "81", "app_HOST": "small"}
for prefix in ("App", "APP"):
    print(veltrix.load({"port": 1}, veltrix.Env(prefix)).to_dict())
"""
    assert printed(code) == ["{'port': 81}", "{'port': 81}"]
    assert printed(code, prelude="") == ["{'port': 1}", "{'port': 81}"]
