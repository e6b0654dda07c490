"""Compiles the reader's program as the pages say, at each step. What has been compiled once is kept in the build folder.

CXX may name the compiler. Boost's headers are precompiled, for that is where nearly all of the time goes; that each chapter's
program includes all that it uses is seen when CMake builds it, without that."""
import fcntl
import functools
import hashlib
import os
import pathlib
import subprocess
import tempfile

CXX = os.environ.get("CXX", "g++")
FLAGS = ["-std=c++20", "-Wall", "-Wextra", "-Werror", "-O0"]
CACHE = pathlib.Path(os.environ.get("PLAINSOCKS_BUILD") or tempfile.gettempdir()) / "typed"
THREADS, COROUTINES = ["-lboost_thread"], ["-lboost_coroutine", "-lboost_context"]


def run(*command, **options):
    return subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=600, check=False, **options)


def once(path, make):
    """Makes the file, if nobody has yet: make(a name for it until it is whole)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.parent / f"{path.name}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            half = path.parent / f"half-{path.name}"
            make(half)
            half.rename(path)
    return path


@functools.cache
def options(coroutines=False):
    """What comes before the name of the program: the flags, and the precompiled headers of Boost."""
    flags = [*FLAGS, *(["-DBOOST_COROUTINES_NO_DEPRECATION_WARNING=", "-DBOOST_ALLOW_DEPRECATED_HEADERS="] if coroutines else [])]
    headers = "#include <utility>\n#include <boost/asio.hpp>\n#include <boost/thread.hpp>\n" + \
        ("#include <boost/asio/spawn.hpp>\n" if coroutines else "")
    name = hashlib.sha256(" ".join([CXX, *flags, headers]).encode()).hexdigest()[:16]
    header = once(CACHE / f"{name}.hpp", lambda half: half.write_text(headers, encoding="utf-8"))
    ready = pathlib.Path(f"{header}.{'pch' if 'clang' in CXX else 'gch'}")

    def precompile(half):
        done = run(CXX, *flags, "-x", "c++-header", header, "-o", half)
        assert done.returncode == 0, done.stdout
    once(ready, precompile)
    return [*flags, *(["-include-pch", ready] if "clang" in CXX else ["-include", header])]


def compiled(lines, link=True):
    """The path of the program made from these lines; or only that it compiles. Fails with what the compiler says."""
    text = "\n".join(lines) + "\n"
    coroutines = "spawn" in text
    name = hashlib.sha256(f"{CXX} {FLAGS} {link}\n{text}".encode()).hexdigest()[:24]

    def make(half):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / "proxy.cpp"
            source.write_text(text, encoding="utf-8")
            libraries = [*THREADS, *COROUTINES] if coroutines else THREADS
            done = run(CXX, *options(coroutines), *(["-o", half, source, *libraries] if link else ["-fsyntax-only", source]))
            assert done.returncode == 0, f"{CXX} does not take the program:\n{done.stdout}"
            if not link:
                half.touch()
    return once(CACHE / f"proxy-{name}", make)


def check(lines):
    """Does it compile, without a warning?"""
    compiled(lines, link=False)
