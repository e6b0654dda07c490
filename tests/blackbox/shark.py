"""The tools of Wireshark, which say little about what is wrong, and end as if all were well."""
import os
import re
import subprocess

from waiting import patience

SAYS_ALWAYS = r'Running as user "root" and group "root"\. This could be dangerous\.'


def ask(*command, **variables):
    """What a tool prints. It must not complain."""
    done = subprocess.run(command, env=os.environ | {"LC_ALL": "C.UTF-8"} | variables, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=patience(60), check=False)
    complaints = [line for line in done.stderr.splitlines() if not re.fullmatch(SAYS_ALWAYS, line.strip())]
    assert done.returncode == 0 and not complaints, f"{command} ended with {done.returncode} and said {complaints}"
    return done.stdout
