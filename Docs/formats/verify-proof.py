#!/usr/bin/env python3
"""Verifies a partial proof of Exhibit without Exhibit. What it checks is described in partial-proof.md.

usage: verify-proof.py FOLDER [CERTIFICATE.pem]

Needs Python 3.8 and, for the signature, openssl. Without a certificate the signature is not checked, and that is said.
Exit status: 0 verified, 5 not verified, 6 verified but for the signature.
"""
import glob, hashlib, json, os, subprocess, sys

def fail(reason):
    print("NOT VERIFIED: " + reason)
    sys.exit(5)

def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def canonical(path):
    """The JSON of a file whose bytes must be the canonical ones (RFC 8785; only integers and ASCII keys occur)."""
    stored = open(path, "rb").read()
    value = json.loads(stored)
    if json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() != stored:
        fail(path + " is not in canonical form")
    return value

def root(digest, index, count, path):
    """The Merkle root that a chunk's digest leads to (RFC 9162, 2.1.3.2)."""
    node, last = sha256(b"\0", digest), count - 1
    for sibling in path:
        if last == 0:
            fail("an inclusion path is too long")
        if index & 1 or index == last:
            node = sha256(b"\1", sibling, node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = sha256(b"\1", node, sibling)
        index, last = index >> 1, last >> 1
    if last:
        fail("an inclusion path is too short")
    return node

def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    proofs = glob.glob(os.path.join(glob.escape(sys.argv[1]), "*.proof.json"))
    if len(proofs) != 1:
        fail("there is not exactly one .proof.json")
    base = proofs[0][: -len(".proof.json")]
    proof, manifest = canonical(proofs[0]), canonical(base + ".manifest.json")
    if (proof["format"], proof["version"]) != ("exhibit-proof", 1):
        fail("another format or version")
    if proof["manifest"] != os.path.basename(base) + ".manifest.json":
        fail("the proof is of another manifest")
    stream = next(s for s in manifest["streams"] if s["name"] == proof["stream"])
    unit, length, tree = stream["unitSize"], stream["length"], stream["chunks"]
    size, count = tree["size"], tree["count"]
    if count != -(-length // size):
        fail("the manifest contradicts itself")

    # Which chunks must be there, and where each lies in the file of chunks.
    ranges, end = [], 0
    for first, number in proof["sectors"]:
        if number < 1 or first < end or first + number > -(-length // unit):
            fail("sectors that do not exist, or are not in order")
        end = first + number
        ranges.append((first * unit, min(end * unit, length)))
    needed = sorted({c for start, stop in ranges for c in range(start // size, (stop - 1) // size + 1)})
    if [c["number"] for c in proof["chunks"]] != needed:
        fail("other chunks than those that hold the sectors")

    chunks = {}
    with open(base + ".chunks.raw", "rb") as file:
        for chunk in proof["chunks"]:
            number = chunk["number"]
            chunks[number] = file.read(min(size, length - number * size))
            path = [bytes.fromhex(digest) for digest in chunk["path"]]
            if root(sha256(chunks[number]), number, count, path).hex() != tree["merkleRoot"]:
                fail("chunk %d is not the one in the signed Merkle tree" % number)
        if file.read(1):
            fail("bytes behind the last chunk")
    with open(base + ".sectors.raw", "rb") as file:
        for start, stop in ranges:
            for number in range(start // size, (stop - 1) // size + 1):
                part = chunks[number][max(start - number * size, 0) : stop - number * size]
                if file.read(len(part)) != part:
                    fail("the sectors are not those of the chunks")
        if file.read(1):
            fail("bytes behind the last sector")

    if len(sys.argv) < 3:
        print("The sectors are those of the manifest. Its signature was NOT checked: no certificate was given.")
        sys.exit(6)
    command = "openssl cms -verify -binary -cades -inform DER -out /dev/null -content".split() + [
        base + ".manifest.json", "-in", base + ".manifest.json.p7s", "-CAfile", sys.argv[2]]
    if subprocess.run(command).returncode != 0:
        fail("the signature of the manifest")
    fingerprint = subprocess.run(["openssl", "x509", "-in", sys.argv[2], "-noout", "-fingerprint", "-sha256"],
                                 capture_output=True, text=True).stdout
    print("trusted certificate SHA-256 " + fingerprint.split("=")[-1].strip().replace(":", "").lower())
    print("VERIFIED: sectors %s of item %s" % (proof["sectors"], manifest["item"]["number"]))

main()
