"""Commands that run the proxy with other names or networks than this machine has, where the system allows it."""
import os
import shutil
import subprocess

import pytest

AS_ROOT = () if os.geteuid() == 0 else ("--map-root-user",)


def unshared(script, *what):
    """A command that runs the script and then a program in namespaces of their own, or the test is skipped."""
    wrapper = ["unshare", *AS_ROOT, *what, "sh", "-e", "-c", script + '\nexec "$@"', "sh"]
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
    return unshared(f"mount --bind {folder}/hosts /etc/hosts\n"
                    f"mount --bind {folder}/nsswitch.conf /etc/nsswitch.conf", "--mount")


def with_addresses(*addresses):
    """The program sees a network of its own, in which this machine has just these addresses."""
    if not shutil.which("ip"):
        pytest.skip("no command ip here")
    return unshared("ip link set lo up" + "".join(f"\nip address add {a} dev lo" for a in addresses), "--net")


def with_name_server(folder, address):
    """The program sees a network with nothing but a loopback, and asks this address for names."""
    if not shutil.which("ip"):
        pytest.skip("no command ip here")
    (folder / "resolv.conf").write_text(f"nameserver {address}\n")
    return unshared(f"ip link set lo up\nmount --bind {folder}/resolv.conf /etc/resolv.conf", "--net", "--mount")


def inside(proxy, *command):
    """The command in the network of a proxy that was started with_addresses()."""
    user = () if os.geteuid() == 0 else ("--user", "--preserve-credentials")
    return ["nsenter", "--target", str(proxy.pid), "--net", *user, *command]
