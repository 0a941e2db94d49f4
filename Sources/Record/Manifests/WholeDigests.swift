import CanonicalJSON
import Evidence

/// Digests of the whole that were not computed while a medium was read: what the first full verification adds to a
/// manifest, under a signature of its own.
///
/// Stored as canonical JSON in `NAME.whole-digests.json`, beside the manifest that it names by its SHA-256.
/// `Docs/formats/manifest.md` describes every field.
package struct WholeDigests: Hashable, Sendable {
  /// Value of the field `format`.
  package static let format = "exhibit-whole-digests"
  /// Value of the field `version`.
  package static let version: UInt64 = 1
  /// Largest such file in bytes.
  package static let largestFile = 1 << 20

  /// What an image holds of one stream.
  package struct Contents: Hashable, Sendable {
    /// Name of the first file of the image.
    package var file: String
    /// Name of the stream.
    package var stream: String
    /// Padding included.
    package var digests: DigestSet

    package init(file: String, stream: String = Manifest.Stream.main, digests: DigestSet) {
      self.file = file
      self.stream = stream
      self.digests = digests
    }
  }

  package var acquisition: RecordIdentifier
  /// Of the acquisition.
  package var name: String
  /// SHA-256 of the manifest.
  package var manifest: Digest
  /// When they were computed, by reading all of each image, which was found to be as recorded.
  package var computed: Timestamp
  /// Who verified.
  package var examiner: String
  package var tool: Manifest.Tool
  /// Name of the machine.
  package var host: String
  /// Of each stream whose digests were left for later, by its name.
  package var streams: [String: DigestSet]
  package var contents: [Contents]

  package init(
    acquisition: RecordIdentifier, name: String, manifest: Digest, computed: Timestamp, examiner: String,
    tool: Manifest.Tool, host: String, streams: [String: DigestSet], contents: [Contents]
  ) {
    self.acquisition = acquisition
    self.name = name
    self.manifest = manifest
    self.computed = computed
    self.examiner = examiner
    self.tool = tool
    self.host = host
    self.streams = streams
    self.contents = contents
  }

  /// What is stored and signed.
  package var canonicalBytes: [UInt8] {
    JSONValue.fields([
      "format": .string(Self.format), "version": JSONValue(Self.version),
      "acquisition": .string(acquisition.description), "name": .string(name),
      "manifest": .string(manifest.hex), "computed": .string(computed.description),
      "operator": .string(examiner),
      "tool": .fields(["name": .string(tool.name), "version": .string(tool.version)]), "host": .string(host),
      "streams": .object(streams.mapValues(\.jsonValue)),
      "contents": .array(
        contents.map {
          .fields([
            "file": .string($0.file), "stream": .string($0.stream), "digests": $0.digests.jsonValue,
          ])
        }),
    ]).canonicalBytes
  }

  /// - Parameter name: what the file is called in errors.
  /// - Throws: `manifestMalformed`, `manifestNewer` for a later version.
  package init(parsing bytes: [UInt8], name file: String) throws(EvidenceError) {
    let document = StrictObject.Document(.manifestMalformed, name: file)
    let value: JSONValue
    do throws(EvidenceError) { value = try JSONValue(parsingCanonical: bytes, name: file) } catch {
      throw EvidenceError(.manifestMalformed, file, error.detail)
    }
    var object = try StrictObject(value, of: document)
    guard try object.text("format") == Self.format else {
      throw object.failure("format", "not '\(Self.format)'")
    }
    let version = try object.quantity("version", in: 1...UInt64.max)
    guard version <= Self.version else {
      throw EvidenceError(.manifestNewer, file, "\(version), this program reads \(Self.version)")
    }
    guard let acquisition = RecordIdentifier(try object.text("acquisition")) else {
      throw object.failure("acquisition", "no identifier")
    }
    var tool = try object.object("tool")
    var given = try object.object("streams")
    var streams: [String: DigestSet] = [:]
    for name in given.keys { streams[name] = try given.digests(name) }
    try given.finish()
    self.init(
      acquisition: acquisition, name: try object.text("name"),
      manifest: try object.digest("manifest", .sha256), computed: try object.time("computed"),
      examiner: try object.text("operator"),
      tool: Manifest.Tool(name: try tool.text("name"), version: try tool.text("version")),
      host: try object.text("host"), streams: streams,
      contents: try object.list("contents", atLeast: 1) { (value, path) throws(EvidenceError) in
        var part = try StrictObject(value, at: path, of: document)
        let contents = Contents(
          file: try part.text("file"), stream: try part.text("stream"), digests: try part.digests("digests"))
        try part.finish()
        return contents
      })
    try tool.finish()
    try object.finish()
  }
}

extension Manifest {
  /// The manifest as if these digests had been computed while reading.
  /// - Parameter manifestDigest: SHA-256 of the manifest as it is stored.
  /// - Returns: `nil` where they are not those that this manifest leaves for later, every one of them.
  package func adding(_ whole: WholeDigests, manifestDigest: Digest) -> Manifest? {
    guard whole.manifest == manifestDigest, whole.acquisition == acquisition.identifier,
      whole.name == acquisition.name
    else { return nil }
    var filled = self
    var wanted = 0
    for (index, stream) in streams.enumerated() where !stream.laterDigests.isEmpty {
      guard let digests = whole.streams[stream.name],
        Set(digests.all.map(\.algorithm)) == stream.laterDigests
      else { return nil }
      filled.streams[index].digests = digests
      wanted += 1
    }
    guard wanted > 0, wanted == whole.streams.count else { return nil }
    var taken = 0
    for (index, image) in images.enumerated() {
      for (place, part) in image.contents.enumerated() where part.digests.isEmpty {
        let stream = streams.first { $0.name == part.stream }
        guard
          let found = whole.contents.first(where: {
            $0.file == image.segments.first?.name && $0.stream == part.stream
          }), Set(found.digests.all.map(\.algorithm)) == stream?.laterDigests
        else { return nil }
        filled.images[index].contents[place].digests = found.digests
        taken += 1
      }
      // What is the contents and nothing else has their digest.
      if image.segments.count == 1, image.segments[0].sha256 == nil {
        filled.images[index].segments[0].sha256 = filled.images[index].contents.first?.digests[.sha256]
      }
    }
    return taken == whole.contents.count ? filled : nil
  }
}
