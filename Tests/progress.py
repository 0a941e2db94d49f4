#!/usr/bin/env python3
"""Runs `swift test` and says what it is doing.

    progress.py COMMAND...    such as: swift test --skip-build --no-parallel

Prints a line for each suite that has ended, with the time that its tests really took, waiting for a turn left out, whatever is not a mere start or success, at
least every 30 seconds what is running, and in the end the suites that took longest. The last line is the command's own.
"""

import json, os, queue, re, subprocess, sys, tempfile, threading, time

SILENCE = 30


def follow(path, process, messages):
    """Puts the events of the stream into the queue as they come, and `None` after the last one."""
    rest = b""
    with open(path, "rb") as stream:
        while True:
            has_ended = process.poll() is not None
            piece = stream.read()
            lines = (rest + piece).split(b"\n")
            rest = lines.pop()
            for line in lines:
                record = json.loads(line)
                messages.put((record["kind"], record["payload"]))
            if has_ended and not piece:
                return messages.put(None)
            if not piece:
                time.sleep(0.1)


def read(pipe, messages):
    for line in pipe:
        messages.put(("line", re.sub("\x1b\\[[0-9;]*m", "", line.rstrip("\n"))))
    messages.put(None)


def name(identifier):
    """`Target.Suite/test()` without the place in the source."""
    parts = identifier.split("/")
    return "/".join(part for part in parts if ".swift:" not in part)


class Progress:
    def __init__(self):
        # Of each test the cases that began (when, by the clock of the day, and their arguments), and how many of them
        # have ended; forgotten when all have. No event says which case it is that ends.
        self.running = {}
        self.tests = set()
        self.ended = 0
        # Of each suite: seconds of its cases, tests to come, tests that ran, whether one failed.
        self.suites = {}
        self.last = None
        self.printed = time.monotonic()

    def say(self, text):
        print(text, flush=True)
        self.printed = time.monotonic()

    def suite(self, identifier):
        return self.suites.setdefault(
            identifier.split("/")[0], {"seconds": 0, "open": 0, "count": 0, "failed": False})

    def event(self, kind, payload):
        if kind == "test":
            if payload["kind"] == "function":
                self.tests.add(payload["id"])
                self.suite(payload["id"])["open"] += 1
            return
        what, identifier = payload["kind"], payload.get("testID")
        if identifier not in self.tests:
            return
        suite, instant = self.suite(identifier), payload["instant"]
        if what == "testCaseStarted":
            # The sum of the times of all cases can be had, whichever they are.
            suite["seconds"] -= instant["absolute"]
            text = " ".join(message["text"] for message in payload["messages"])
            arguments = re.search(r"arguments? (.*) to ", text, re.DOTALL)
            case = f" ({' '.join(arguments[1].split())[:60]})" if arguments else ""
            self.running.setdefault(identifier, {"begun": [], "ended": 0})["begun"].append(
                (instant["since1970"], case))
        elif what == "testCaseEnded":
            suite["seconds"] += instant["absolute"]
            if identifier in self.running:
                cases = self.running[identifier]
                cases["ended"] += 1
                if cases["ended"] == len(cases["begun"]):
                    del self.running[identifier]
        elif what == "issueRecorded":
            suite["failed"] = True
        elif what in ("testEnded", "testSkipped"):
            self.ended += 1
            self.running.pop(identifier, None)
            suite["count"] += what == "testEnded"
            suite["open"] -= 1
            if suite["open"] == 0:
                failed = "FAILED " if suite["failed"] else ""
                self.say(
                    f"{failed}{identifier.split('/')[0]}: {suite['count']} tests in {suite['seconds']:.1f} s")

    def line(self, text):
        # What only says that something begins or passes is told by the events; the summary is kept for the end.
        noise = (
            "◇ ", "↳ Testing Library", "↳ Target Platform", "✔ Test ", "✔ Suite ", "[0/1] ", "[1/1] ")
        if text.endswith(" started.") or text.startswith(noise) and not text.startswith("✔ Test run "):
            return
        if self.last is not None:
            self.say(self.last)
        self.last = text

    def tell(self):
        if time.monotonic() - self.printed < SILENCE:
            return
        what = ", ".join(self.now(*entry) for entry in self.running.items()) or "nothing has begun"
        self.say(f"... {self.ended} of {len(self.tests)} tests; running: {what}")

    @staticmethod
    def now(identifier, cases):
        """What runs of a test. A case is named only where it must be that one."""
        begun, ended = cases["begun"], cases["ended"]
        if ended == 0:
            return ", ".join(
                f"{name(identifier)}{case} for {time.time() - since:.0f} s" for since, case in begun)
        return f"{name(identifier)} ({len(begun) - ended} of the {len(begun)} cases that have begun)"

    def finish(self, seconds):
        self.say(f"{self.ended} tests took {seconds:.0f} s. The longest suites, each by itself:")
        longest = sorted(self.suites.items(), key=lambda item: -item[1]["seconds"])
        for suite, facts in longest[:10]:
            self.say(f"{facts['seconds']:8.1f} s  {suite}")
        if self.last is not None:
            self.say(self.last)


def main(command):
    progress = Progress()
    messages = queue.Queue()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        events = os.path.join(folder, "events")
        open(events, "w").close()
        process = subprocess.Popen(
            command + ["--event-stream-output-path", events], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace")
        threading.Thread(target=follow, args=(events, process, messages), daemon=True).start()
        threading.Thread(target=read, args=(process.stdout, messages), daemon=True).start()
        ends = 0
        while ends < 2:
            try:
                message = messages.get(timeout=1)
            except queue.Empty:
                message = ("nothing", None)
            if message is None:
                ends += 1
            elif message[0] == "line":
                progress.line(message[1])
            elif message[0] in ("test", "event"):
                progress.event(*message)
            progress.tell()
        status = process.wait()
    progress.finish(time.monotonic() - begun)
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
