"""Bounded waits, and work in the background. Nothing in these tests waits for ever, or for a guessed time."""
import os
import threading
import time

SLOW = bool(os.environ.get("PLAINSOCKS_SLOW"))


def patience(seconds):
    """How long to wait for what should take `seconds` at the very most: longer for a program full of checks."""
    return seconds * 5 if SLOW else seconds


def wait_until(what, condition, seconds=10):
    """Wait until condition() is true and return its value; fail with `what` was awaited."""
    limit = time.monotonic() + patience(seconds)
    while not (value := condition()):
        if time.monotonic() > limit:
            raise AssertionError(f"waited {patience(seconds)} s in vain for: {what}")
        time.sleep(0.01)
    return value


class Background:
    """Runs a function in a thread; result() gives what it returned or raises what it raised."""

    def __init__(self, function, *arguments):
        self._value = self._error = None
        self._name = function.__name__
        self._thread = threading.Thread(target=self._run, args=(function, arguments), daemon=True)
        self._thread.start()

    def _run(self, function, arguments):
        try:
            self._value = function(*arguments)
        except BaseException as error:
            self._error = error

    def running(self):
        return self._thread.is_alive()

    def result(self, seconds=60):
        self._thread.join(patience(seconds))
        assert not self._thread.is_alive(), f"waited {patience(seconds)} s in vain for the end of {self._name}"
        if self._error:
            raise self._error
        return self._value
