"""Limits of the system, for a proxy that shall run out of something."""
import contextlib
import os
import resource
import shutil
import tempfile

import pytest

from proxy import program

WAITING = r"plainsocks: clients have to wait: .*"  # the line on stderr when the system has no more of something


def limit(what, most):
    """For subprocess: the limit is set in the child, right before the program starts."""
    return {"preexec_fn": lambda: resource.setrlimit(what, (most, most))}


def few_descriptors(most):
    """For start_proxy."""
    return limit(resource.RLIMIT_NOFILE, most)


@contextlib.contextmanager
def few_threads(most):
    """For start_proxy. The system limits threads for plain users only, and by user: so root runs a copy of the proxy,
    which everybody can read, as a user that nobody else is."""
    if os.geteuid() != 0:
        pytest.skip("only root can run the proxy as another user, whose threads nobody else adds to")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield {"path": shutil.copy(program(), folder), "user": 60000 + os.getpid() % 5000,
               **limit(resource.RLIMIT_NPROC, most)}
