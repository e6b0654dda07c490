"""Limits of the system, for a proxy that shall run out of something."""
import contextlib
import os
import resource
import shutil
import subprocess
import tempfile

import pytest

from proxy import NAME, program

WAITING = f"{NAME}: clients have to wait: .*"  # the line on stderr when the system has no more of something


def limit_descriptors(proxy, most):
    """After the start, because then the proxy adapts itself to what there is."""
    resource.prlimit(proxy.pid, resource.RLIMIT_NOFILE, (most, most))


def limit_threads(proxy, most):
    """For a proxy of another_user(), whose threads nobody else adds to, and whose limits only that user may change."""
    user = os.stat(f"/proc/{proxy.pid}").st_uid
    subprocess.run(["prlimit", f"--pid={proxy.pid}", f"--nproc={most}:{most}"], user=user, check=True)


@contextlib.contextmanager
def another_user():
    """For start_proxy. The system limits threads for plain users only, and by user: so root runs a copy of the proxy,
    which everybody can read, as a user that nobody else is."""
    if os.geteuid() != 0:
        pytest.skip("only root can run the proxy as another user, whose threads nobody else adds to")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield {"path": shutil.copy(program(), folder), "user": 60000 + os.getpid() % 5000}
