"""A real browser without a network, driven through the DevTools protocol: https://chromedevtools.github.io/devtools-protocol."""

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from itertools import count

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
]
# A machine without a browser may skip the tests that need it; CI may not.
needs_chromium = pytest.mark.skipif(CHROMIUM is None and "CI" not in os.environ, reason="there is no Chromium")


@contextmanager
def browser(profile):
    """A function that calls a method of the protocol and returns its result; its `events` are what else it got."""
    assert CHROMIUM, "CI needs Chromium: .ci/run installs it"
    pipes = 'exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null'  # the browser reads from file 3 and writes to file 4
    command = ["sh", "-c", pipes, CHROMIUM, *OPTIONS, f"--user-data-dir={profile}"]
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **streams) as process:
        numbers, rest = count(1), b""

        def messages():
            nonlocal rest
            while True:
                while b"\0" not in rest:
                    more = process.stdout.read1()
                    assert more, "the browser has ended"
                    rest += more
                message, rest = rest.split(b"\0", 1)
                yield json.loads(message)

        def call(method, session=None, **params):
            number = next(numbers)
            request = {"id": number, "method": method, "params": params, **({"sessionId": session} if session else {})}
            process.stdin.write(json.dumps(request).encode() + b"\0")
            process.stdin.flush()
            while (message := next(received)).get("id") != number:
                call.events.append(message)
            assert "error" not in message, message
            return message["result"]

        received, call.events = messages(), []
        yield call
        call("Browser.close")


def open_page(call, url, *, width=1200, scheme="light"):
    """A function that evaluates a JavaScript expression, or a promise, in a new tab and returns its value."""
    target = call("Target.createTarget", url="about:blank")["targetId"]
    session = call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    call("Runtime.enable", session)
    call("Emulation.setDeviceMetricsOverride", session, width=width, height=900, deviceScaleFactor=1, mobile=False)
    media = [{"name": "prefers-color-scheme", "value": scheme}]
    call("Emulation.setEmulatedMedia", session, features=media)
    call("Page.navigate", session, url=url)

    def evaluate(expression):
        options = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        answer = call("Runtime.evaluate", session, **options)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    return evaluate


def errors(call):
    """What went wrong in the pages: exceptions, and errors and warnings on the console."""
    reported = [event["params"] for event in call.events if event.get("method") == "Runtime.exceptionThrown"]
    console = [event["params"] for event in call.events if event.get("method") == "Runtime.consoleAPICalled"]
    return reported + [said for said in console if said["type"] in ("error", "warning")]
