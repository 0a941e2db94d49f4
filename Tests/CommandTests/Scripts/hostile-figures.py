#!/usr/bin/env python3
"""Writes Docs/validation/hostile-corpus.md from what runs on the hostile corpus took.

    EXHIBIT_HOSTILE_FIGURES=/tmp/figures swift test --filter 'HostileTests|HostileRecordTests'
    Tests/CommandTests/Scripts/hostile-figures.py /tmp/figures > Docs/validation/hostile-corpus.md
"""
import collections, datetime, re, sys

groups = {"case", "disc", "audit", "custody", "item", "report"}
runs = collections.defaultdict(list)
for line in open(sys.argv[1]):
    user, system, memory, status, command = line.split(" ", 4)
    words = re.sub(r"^taskset -c \S+ \S*/", "", command.strip()).split()
    name = words[0] if words[0] == "exhibit-verify" else " ".join(words[1:3] if words[1] in groups else words[1:2])
    runs[name].append((float(user) + float(system), int(memory) / 1024, int(status)))
model = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
print(f"""# The hostile corpus

Files, journals and databases that are made to take more than they are worth: sizes nobody stored, holes, loops, bombs,
endless lists. `HostileTests` and `HostileRecordTests` hold every run to 60 s of a processor and 1 GiB of memory, to an
exit status of the table, and to no "verified" of what was altered. What the runs took, with the debug build on {model},
{datetime.date.today():%-d %B %Y}, written by `Tests/CommandTests/Scripts/hostile-figures.py`:

| command | runs | longest, processor seconds | most memory, MiB | exit statuses |
|---|---|---|---|---|""")
for name, all in sorted(runs.items()):
    statuses = ", ".join(f"{status} ({count})" for status, count in sorted(collections.Counter(s for _, _, s in all).items()))
    print(f"| `{name}` | {len(all)} | {max(t for t, _, _ in all):.1f} | {max(m for _, m, _ in all):.0f} | {statuses} |")
