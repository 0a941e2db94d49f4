import CanonicalJSON
import Evidence

extension Manifest {
  /// Reads a manifest of version 1, strictly: canonical bytes, every field known, present and in range, every
  /// file name plain and unique.
  ///
  /// Fields that contradict each other are not refused here: see ``consistencyFindings(subject:)``.
  /// - Parameter name: what the file is called in errors, a path as a rule.
  /// - Throws: `fileTooLarge`, `jsonMalformed`, `manifestMalformed` with the field, `manifestNewer`.
  package init(parsing bytes: [UInt8], name: String) throws(EvidenceError) {
    guard bytes.count <= Self.largestFile else {
      throw EvidenceError(.fileTooLarge, name, "more than \(Self.largestFile) bytes")
    }
    let value = try JSONValue(parsingCanonical: bytes, name: name)
    do throws(EvidenceError) { try self.init(value) } catch {
      // The field becomes part of the reason: the subject of an error is what the examiner named.
      let reason = error.subject == "manifest" ? error.detail : "\(error.subject): \(error.detail)"
      throw EvidenceError(error.code, name, reason)
    }
  }

  private init(_ value: JSONValue) throws(EvidenceError) {
    var object = try StrictObject(value, at: "")
    guard object.has("format"), try object.text("format") == Self.format else {
      throw StrictObject.failure("format", "not '\(Self.format)'")
    }
    let version = try object.quantity("version", in: 1...UInt64.max)
    guard version <= Self.version else {
      throw EvidenceError(.manifestNewer, "version", "\(version), this program reads \(Self.version)")
    }
    self.acquisition = try Acquisition(try object.object("acquisition"))
    self.investigation = try Investigation(try object.object("case"))
    self.item = try Item(try object.object("item"))
    self.source = try Source(try object.object("source"))
    self.writeProtection = try WriteProtection(try object.object("writeProtection"))
    self.streams = try object.list("streams", atLeast: 1) { (value, path) throws(EvidenceError) in
      try Stream(try StrictObject(value, at: path))
    }
    self.images = try object.list("images") { (value, path) throws(EvidenceError) in
      try Image(try StrictObject(value, at: path))
    }
    self.files = try object.list("files") { (value, path) throws(EvidenceError) in
      try RecordedFile(try StrictObject(value, at: path))
    }
    self.audit = try AuditHead(try object.object("audit"))
    self.verdict = try Self.verdict(try object.object("verdict"))
    try object.finish()
    try checkNames()
    try checkLater()
  }

  /// One name stands for one file, and none for the manifest or what is made after it.
  private func checkNames() throws(EvidenceError) {
    let names = RecordNames(acquisition: acquisition.name)
    var taken = TakenNames()
    for name in [names.manifest, names.signature, names.wholeDigests, RecordNames.sums] {
      _ = taken.take(name)
    }
    for file in allFiles where !taken.take(file.name) {
      throw StrictObject.failure("files", "the name '\(file.name)' stands twice or is reserved")
    }
    var streamNames = TakenNames()
    for stream in streams where !streamNames.take(stream.name) {
      throw StrictObject.failure("streams", "the name '\(stream.name)' stands twice")
    }
  }

  /// What may be left for later is left out, and nothing else is.
  private func checkLater() throws(EvidenceError) {
    let later = Set(streams.filter { !$0.laterDigests.isEmpty }.map(\.name))
    for (index, image) in images.enumerated() {
      for part in image.contents where part.digests.isEmpty != later.contains(part.stream) {
        throw StrictObject.failure(
          "images[\(index)].contents.digests",
          part.digests.isEmpty ? "missing" : "there, although those of the stream are left for later")
      }
      let isWhole = image.isPlain && image.segments.count == 1 && image.contents.allSatisfy(\.digests.isEmpty)
      for (place, file) in image.segments.enumerated() where file.sha256 == nil && !isWhole {
        throw StrictObject.failure("images[\(index)].segments[\(place)].sha256", "missing")
      }
    }
  }

  private static func verdict(_ given: StrictObject) throws(EvidenceError) -> AcquisitionVerdict {
    var object = given
    let name = try object.text("name")
    let verdict: AcquisitionVerdict
    switch name {
    case "complete": verdict = .complete
    case "completeWithUnreadable":
      verdict = .completeWithUnreadable(sectors: try object.quantity("unreadableSectors", in: 1...UInt64.max))
    case "incomplete": verdict = .incomplete(reason: try object.text("reason"))
    default: throw object.failure("name", "none of complete, completeWithUnreadable, incomplete")
    }
    try object.finish()
    return verdict
  }
}

extension RecordedFile {
  init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    self.init(
      name: try object.fileName("name"), size: try object.quantity("size"),
      sha256: try object.digest("sha256", .sha256))
    try object.finish()
  }
}

extension ListedFile {
  init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    self.init(
      name: try object.fileName("name"), size: try object.quantity("size"),
      sha256: object.has("sha256") ? try object.digest("sha256", .sha256) : nil)
    try object.finish()
  }
}

extension Manifest.Source {
  init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    let kind = try object.choice("kind", SourceKind.self)
    let path = try object.text("path")
    let files = kind.hasFiles ? try object.texts("files") : []
    let length = try object.quantity("length")
    let logical = try object.quantity("logicalSectorSize", in: 1...Manifest.largestUnit)
    let physical = try object.quantity("physicalSectorSize", in: 1...Manifest.largestUnit)
    guard ChunkPlan.canDivide(UInt32(logical)) else {
      throw object.failure("logicalSectorSize", "sectors that no chunk is made of")
    }
    self.init(
      kind: kind, path: path, files: files,
      geometry: MediaGeometry(
        length: length, logicalSectorSize: UInt32(logical), physicalSectorSize: UInt32(physical)),
      model: try object.optionalText("model"), serial: try object.optionalText("serial"),
      firmware: try object.optionalText("firmware"), wwn: try object.optionalText("wwn"),
      readOnly: try object.optionalFlag("readOnly"))
    self.sectorCount = try object.quantity("sectorCount")
    try object.finish()
  }
}

extension Manifest.Image {
  init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    self.init(
      format: try Self.format(&object), compression: try object.optionalChoice("compression"),
      contents: try object.list("contents", atLeast: 1) { (value, path) throws(EvidenceError) in
        try Contents(try StrictObject(value, at: path))
      },
      segments: try object.list("segments", atLeast: 1) { (value, path) throws(EvidenceError) in
        try ListedFile(try StrictObject(value, at: path))
      })
    try object.finish()
  }
}

extension Manifest.Image {
  private static func format(_ object: inout StrictObject) throws(EvidenceError) -> FormatID {
    let format = FormatID(try object.text("format"))
    guard formats.contains(format) else {
      throw object.failure("format", "none of \(formats.map(\.rawValue).joined(separator: ", "))")
    }
    return format
  }
}

extension Manifest.Image.Contents {
  init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    self.init(
      stream: try object.text("stream"), length: try object.quantity("length"),
      paddingBytes: try object.quantity("paddingBytes"),
      digests: object.has("digests") ? try object.digests("digests") : DigestSet())
    try object.finish()
  }
}

extension Manifest {
  /// Largest sector or unit in bytes that a manifest may state.
  static let largestUnit: UInt64 = 1 << 20
}
