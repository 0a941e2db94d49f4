#!/usr/bin/env python3
"""Runs `swift test` one test after the other and says what it is doing.

    progress.py COMMAND...    such as: swift test --skip-build --no-parallel

Prints a line for each suite that has ended, with the time it really took, whatever is not a mere start or success, at
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
        self.begun = {}
        # The same by the clock of the day, which this program shares.
        self.since = {}
        # The arguments of the case that began last.
        self.cases = {}
        self.tests = set()
        self.ended = 0
        self.suites = []
        self.counts = {}
        self.last = None
        self.printed = time.monotonic()

    def say(self, text):
        print(text, flush=True)
        self.printed = time.monotonic()

    def event(self, kind, payload):
        if kind == "test":
            if payload["kind"] == "function":
                self.tests.add(payload["id"])
            return
        what, identifier = payload["kind"], payload.get("testID")
        instant = payload["instant"]["absolute"]
        if what == "testStarted":
            self.begun[identifier] = instant
            self.since[identifier] = payload["instant"]["since1970"]
        elif what == "testCaseStarted":
            text = " ".join(message["text"] for message in payload["messages"])
            arguments = re.search(r"arguments? (.*) to ", text, re.DOTALL)
            self.cases[identifier] = f" ({' '.join(arguments[1].split())[:60]})" if arguments else ""
        elif what in ("testEnded", "testSkipped"):
            seconds = instant - self.begun.pop(identifier, instant)
            self.since.pop(identifier, None)
            suite = identifier.split("/")[0]
            if identifier in self.tests:
                self.ended += 1
                self.counts[suite] = self.counts.get(suite, 0) + (what == "testEnded")
            elif identifier == suite and what == "testEnded":
                self.suites.append((seconds, suite))
                failed = any(message["symbol"] == "fail" for message in payload["messages"])
                count = self.counts.get(suite, 0)
                self.say(f"{'FAILED ' if failed else ''}{suite}: {count} tests in {seconds:.1f} s")

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
        running = [
            f"{name(identifier)}{self.cases.get(identifier, '')} for {time.time() - begun:.0f} s"
            for identifier, begun in self.since.items() if identifier in self.tests
        ]
        what = ", ".join(running) or "nothing has begun"
        self.say(f"... {self.ended} of {len(self.tests)} tests; running: {what}")

    def finish(self, seconds):
        self.suites.sort(reverse=True)
        self.say(f"{self.ended} tests took {seconds:.0f} s. The longest suites:")
        for taken, suite in self.suites[:10]:
            self.say(f"{taken:8.1f} s  {suite}")
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
