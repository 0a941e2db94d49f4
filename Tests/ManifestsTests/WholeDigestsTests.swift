import Digests
import Evidence
import Manifests
import Testing

/// Digests of the whole that are added to a manifest which leaves them for later.
@Suite struct WholeDigestsTests {
  private func read(_ bytes: [UInt8]) throws -> WholeDigests {
    try WholeDigests(parsing: bytes, name: "001.whole-digests.json")
  }

  @Test func aManifestLeavesThemForLater() throws {
    let manifest = try ManifestSamples.segmented()
    #expect(try Manifest(parsing: manifest.canonicalBytes, name: ManifestSamples.name) == manifest)
    #expect(manifest.consistencyFindings(subject: "m").isEmpty)
    let text = String(decoding: manifest.canonicalBytes, as: UTF8.self)
    #expect(text.contains(#""laterDigests":["md5","sha256"]"#))
  }

  @Test func surviveWritingAndReading() throws {
    let whole = try ManifestSamples.whole()
    #expect(try read(whole.canonicalBytes) == whole)
    #expect(try unnoticedFlips(whole.canonicalBytes, step: 1, read).isEmpty)
  }

  @Test func fillTheManifestTheyAreOf() throws {
    let (manifest, whole) = (try ManifestSamples.segmented(), try ManifestSamples.whole())
    let filled = try #require(manifest.adding(whole, manifestDigest: whole.manifest))
    #expect(filled.streams[0].digests == whole.streams["main"])
    #expect(filled.images.map { $0.contents[0].digests } == whole.contents.map(\.digests))
    // What is the medium and nothing else has its digest.
    #expect(filled.images[1].segments[0].sha256 == whole.streams["main"]?[.sha256])
    #expect(filled.consistencyFindings(subject: "m").isEmpty)
    #expect(filled.streams[0].laterDigests == [.md5, .sha256])
  }

  /// Whatever is not exactly what the manifest leaves open is not added.
  @Test func fillNoOther() throws {
    let manifest = try ManifestSamples.segmented()
    let right = try ManifestSamples.whole()
    let changes: [(inout WholeDigests) -> Void] = [
      { $0.manifest = ManifestSamples.digest("other") }, { $0.name = "002" },
      { $0.acquisition = RecordIdentifier(random: [UInt8](repeating: 1, count: 16)) },
      { $0.streams = [:] }, { $0.streams["second"] = $0.streams["main"] },
      { $0.streams["main"] = DigestSet([ManifestSamples.digest("main")]) },
      { $0.contents.removeLast() }, { $0.contents.append($0.contents[0]) },
      { $0.contents[0].file = "002.E01" },
      { $0.contents[1].digests = ManifestSamples.digests("main") },
    ]
    for (index, change) in changes.enumerated() {
      var whole = right
      change(&whole)
      #expect(manifest.adding(whole, manifestDigest: right.manifest) == nil, "\(index)")
    }
    #expect(try ManifestSamples.manifest().adding(right, manifestDigest: right.manifest) == nil)
  }

  /// Only what is left for later may be missing, and only there.
  @Test func nothingElseMayBeMissing() throws {
    let changes: [(inout Manifest) -> Void] = [
      { $0.images[0].segments[0].sha256 = nil },
      { $0.images[1].contents[0].digests = ManifestSamples.digests("main") },
      { $0.images[1].segments.append(ListedFile(name: "001.raw.2", size: 1, sha256: nil)) },
      { $0.streams[0].laterDigests = [.md5] },
    ]
    for (index, change) in changes.enumerated() {
      var manifest = try ManifestSamples.segmented()
      change(&manifest)
      let bytes = manifest.canonicalBytes
      #expect(
        failure { _ = try Manifest(parsing: bytes, name: "m") } == .manifestMalformed, "\(index)")
    }
    var manifest = try ManifestSamples.manifest()
    manifest.images[1].contents[0].digests = DigestSet()
    let bytes = manifest.canonicalBytes
    #expect(failure { _ = try Manifest(parsing: bytes, name: "m") } == .manifestMalformed)
  }
}
