import Evidence

/// All digests over the same bytes, on one thread: for what is small or read a second time.
package struct CombinedDigest: ~Copyable {
  private var md5 = StreamingDigest(.md5)
  private var sha1 = StreamingDigest(.sha1)
  private var sha256 = StreamingDigest(.sha256)

  package init() {}

  package mutating func update(_ bytes: RawSpan) {
    md5.update(bytes)
    sha1.update(bytes)
    sha256.update(bytes)
  }

  package borrowing func finish() -> DigestSet {
    var digests = DigestSet()
    for digest in [md5.finish(), sha1.finish(), sha256.finish()] { digests.insert(digest) }
    return digests
  }
}
