#!/usr/bin/env python3
"""Verifies the export of an audit log (exhibit audit export) without Exhibit.

usage: verify-audit-log.py FILE [--trust CERTIFICATE.pem] [--head SEQUENCE:DIGEST]...

Checks form, order and chain of the events, the checkpoints with their signatures (by openssl), the end, and heads
known from elsewhere: a manifest, a printed report, a copy of a checkpoint. Signatures are checked against --trust,
which should come from elsewhere too; without it, against the certificate inside, which proves little. Time stamps
are not looked at: see `openssl ts`. An event names the digest of the one before, a withheld one names nothing: what
stands before it is named as not checked, unless a checkpoint (of version 2) signs the digests of all events.
Exit status: 0 intact, 1 not intact, 2 not readable.
"""
import argparse, base64, binascii, hashlib, json, os, ssl, subprocess, sys, tempfile

EVENT_KEYS = ["actor", "kind", "payload", "previous", "sequence", "time"]

class Broken(Exception): pass

def demand(condition, place, reason):
    if not condition: raise Broken("%s: %s" % (place, reason))

def canonical(value):
    """RFC 8785 for what can stand here: integers, and keys in ASCII. Of a key that stands twice, one is lost."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

def parse(line, place):
    try:  # `int` refuses every number that is no integer
        value = json.loads(line.decode("utf-8"), parse_float=int, parse_constant=int)
    except (ValueError, RecursionError) as error:
        raise Broken("%s: %s" % (place, error))
    demand(isinstance(value, dict) and canonical(value) == line, place, "not an object in canonical form")
    return value

def check_signature(document, signature, certificate, place):
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("document", "signature", "certificate")]
        for path, contents in zip(paths, (document, signature, certificate)):
            with open(path, "wb") as file: file.write(contents)
        # Whether it has expired is not asked: signatures outlive certificates.
        command = ["openssl", "cms", "-verify", "-binary", "-cades", "-no_check_time", "-inform", "DER",
                   "-content", paths[0], "-in", paths[1], "-CAfile", paths[2], "-out", os.devnull]
        result = subprocess.run(command, capture_output=True, text=True)
        demand(result.returncode == 0, place, "its signature does not verify: " + result.stderr.strip()[-300:])

def verify(file, trusted, heads):
    sequence, head, before, checkpoints, withheld, header, end = 0, "0" * 64, None, 0, 0, None, None
    left, run, digests, whole = [], [], hashlib.sha256(), False  # events that nothing covers; those since the last withheld
    for number, line in enumerate(file, 1):
        place = "line %d" % number
        demand(line.endswith(b"\n"), place, "it is cut off")
        value = parse(line[:-1], place)
        demand(end is None, place, "something follows the end")
        if header is None:
            demand(value.get("format") == "exhibit-audit-log", place, "not the export of an audit log")
            demand(value.get("version") in (1, 2), place, "version %s is not known here" % value.get("version"))
            header = value
        elif "kind" in value or "withheld" in value:
            place, event = "event %d" % (sequence + 1), value.get("withheld", value)
            if event is value:
                demand(sorted(value) == EVENT_KEYS, place, "not the keys of an event")
            demand(event["sequence"] == sequence + 1, place, "event %s stands in its place" % event["sequence"])
            demand(value.get("previous", head) == head, place, "it does not follow the event before")
            sequence, head = sequence + 1, event["digest"] if event is not value else hashlib.sha256(line[:-1]).hexdigest()
            digests.update(bytes.fromhex(head))
            withheld, known = withheld + (event is not value), heads.pop(sequence, None)
            demand(known in (None, head), place, "its digest is %s, not the known %s" % (head, known))
            left, run = (left, run + [sequence] if known is None else []) if event is value else (left + run, [])
        elif "checkpoint" in value:
            place, document = "checkpoint behind event %d" % sequence, value["checkpoint"]
            demand((document["sequence"], document["head"]) == (sequence, head), place, "it signs another event")
            demand(document["case"] == header["case"], place, "it is of another case")
            demand(document.get("previous") == before, place, "it does not follow the one before")
            demand(document["version"] in (1, 2), place, "version %s is not known here" % document["version"])
            check_signature(canonical(document), base64.b64decode(value["signature"]),
                            trusted or header["certificate"].encode(), place)
            checkpoints, whole, run = checkpoints + 1, document["version"] == 2, []
            demand(not whole or document["digests"] == digests.hexdigest(), place, "it signs other events before it")
            left = [] if whole else left
            before = {"sequence": sequence, "sha256": hashlib.sha256(canonical(document)).hexdigest()}
        else:
            end = value.get("end")
            demand(end == {"head": head, "sequence": sequence}, place, "not the end of this log")
    demand(end is not None, "the end", "missing: the export was cut off")
    demand(header["version"] == 1 or whole, "the end", "no checkpoint signs the digests of all events")
    demand(not heads, "event %s" % next(iter(heads), ""), "missing: the log ends at %d" % sequence)
    print("intact: %d events, %d signed checkpoints, head %d:%s" % (sequence, checkpoints, sequence, head))
    if trusted: print("trusted certificate: SHA-256 " + hashlib.sha256(ssl.PEM_cert_to_DER_cert(trusted.decode())).hexdigest())
    if left + run: print("NOT CHECKED: events %s: nothing signed covers them" % ", ".join(map(str, left + run)))
    if withheld: print("not shown: %d events, of which only the digests are there" % withheld)

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--trust")
    parser.add_argument("--head", action="append", default=[])
    options = parser.parse_args()
    try:
        heads = {int(sequence): digest for sequence, digest in (head.split(":") for head in options.head)}
        with open(options.trust or os.devnull, "rb") as trusted, open(options.file, "rb") as file:
            verify(file, trusted.read(), heads)
    except (Broken, KeyError, TypeError, binascii.Error) as error:
        sys.exit("not intact: %s" % error)
    except (OSError, ValueError) as error:
        print("not readable: %s" % error, file=sys.stderr)
        sys.exit(2)

main()
