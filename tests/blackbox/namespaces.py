"""Commands that run the proxy with other names or networks than this machine has, where the system allows it."""
import os
import shutil
import subprocess

import pytest

AS_ROOT = () if os.geteuid() == 0 else ("--map-root-user",)


def unshared(what, script):
    """A command that runs the script and then a program in namespaces of their own, or the test is skipped."""
    wrapper = ["unshare", *AS_ROOT, what, "sh", "-e", "-c", script + '\nexec "$@"', "sh"]
    if not shutil.which("unshare"):
        pytest.skip("no command unshare here")
    trial = subprocess.run([*wrapper, "true"], capture_output=True, text=True, check=False)
    if trial.returncode != 0:
        pytest.skip(f"no namespaces here: {trial.stderr.strip()}")
    return wrapper


def with_hosts(folder, hosts):
    """The program sees this text as /etc/hosts, and knows no other names."""
    (folder / "hosts").write_text(hosts)
    (folder / "nsswitch.conf").write_text("hosts: files\n")
    return unshared("--mount", f"mount --bind {folder}/hosts /etc/hosts\n"
                               f"mount --bind {folder}/nsswitch.conf /etc/nsswitch.conf")


def with_addresses(*addresses):
    """The program sees a network of its own, in which this machine has just these addresses."""
    if not shutil.which("ip"):
        pytest.skip("no command ip here")
    return unshared("--net", "ip link set lo up" + "".join(f"\nip address add {a} dev lo" for a in addresses))


def inside(proxy, *command):
    """The command in the network of a proxy that was started with_addresses()."""
    user = () if os.geteuid() == 0 else ("--user", "--preserve-credentials")
    return ["nsenter", "--target", str(proxy.pid), "--net", *user, *command]
