import Evidence

/// An acquisition that was begun; how it ended is its ``AcquisitionResultRecord``.
package struct AcquisitionRecord: StoredRecord {
  package let id: RecordIdentifier
  package let item: ItemNumber
  /// `001`, then `001-2`, `001-3` …: unique in the case; base name of its files.
  package let name: String
  /// Folder of its files, relative to the case folder.
  package let folder: String
  package let sourcePath: String
  /// The raw value of a ``SourceKind``. A text, so that a row with another one can still be read and held against the
  /// log.
  package let sourceKind: String
  /// Bytes of the source.
  package let length: UInt64
  /// Logical sector size in bytes.
  package let sectorSize: UInt32
  package let started: Timestamp

  /// `nil` where the row says what no version of the program writes.
  package var kind: SourceKind? { SourceKind(rawValue: sourceKind) }

  package init(
    id: RecordIdentifier, item: ItemNumber, name: String, folder: String, sourcePath: String,
    sourceKind: String, length: UInt64, sectorSize: UInt32, started: Timestamp
  ) {
    self.id = id
    self.item = item
    self.name = name
    self.folder = folder
    self.sourcePath = sourcePath
    self.sourceKind = sourceKind
    self.length = length
    self.sectorSize = sectorSize
    self.started = started
  }

  package static let table = RecordTable(
    "acquisition", key: ["id"],
    text: ["id", "item", "name", "folder", "source_path", "source_kind", "started"],
    integers: ["length", "sector_size"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("id", id)
    fields.set("item", item)
    try fields.set("name", name)
    try fields.set("folder", folder)
    try fields.set("source_path", sourcePath)
    try fields.set("source_kind", sourceKind)
    try fields.set("length", length)
    try fields.set("sector_size", UInt64(sectorSize))
    fields.set("started", started)
    return fields
  }
}

extension AcquisitionRecord {
  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(
      id: try fields.identifier("id"), item: try fields.item("item"), name: try fields.text("name"),
      folder: try fields.text("folder"), sourcePath: try fields.text("source_path"),
      sourceKind: try fields.text("source_kind"), length: try fields.number("length"),
      sectorSize: try fields.present("sector_size", UInt32(exactly: fields.number("sector_size"))),
      started: try fields.time("started"))
  }
}

/// How an acquisition ended.
package struct AcquisitionResultRecord: StoredRecord {
  package let acquisition: RecordIdentifier
  package let ended: Timestamp
  package let verdict: AcquisitionVerdict
  /// SHA-256 of the manifest; `nil` where the acquisition failed before there was one.
  package let manifestDigest: Digest?

  package static let table = RecordTable(
    "acquisition_result", key: ["acquisition"],
    text: ["acquisition", "ended", "verdict", "reason", "manifest_digest"], integers: ["unreadable_sectors"])

  package init(
    acquisition: RecordIdentifier, ended: Timestamp, verdict: AcquisitionVerdict, manifestDigest: Digest?
  ) {
    self.acquisition = acquisition
    self.ended = ended
    self.verdict = verdict
    self.manifestDigest = manifestDigest
  }

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("acquisition", acquisition)
    fields.set("ended", ended)
    try fields.set("verdict", verdict.name)
    var sectors: UInt64?
    var reason: String?
    switch verdict {
    case .complete: break
    case .completeWithUnreadable(let count): sectors = count
    case .incomplete(let text): reason = text
    }
    try fields.set("unreadable_sectors", sectors)
    try fields.set("reason", reason)
    fields.set("manifest_digest", manifestDigest)
    return fields
  }

  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.acquisition = try fields.identifier("acquisition")
    self.ended = try fields.time("ended")
    self.manifestDigest = try fields.optionalDigest("manifest_digest", .sha256)
    switch try fields.text("verdict") {
    case "complete": self.verdict = .complete
    case "completeWithUnreadable":
      self.verdict = .completeWithUnreadable(sectors: try fields.number("unreadable_sectors"))
    default: self.verdict = .incomplete(reason: try fields.text("reason"))
    }
  }
}

/// One image an acquisition wrote.
package struct ImageRecord: StoredRecord {
  package let acquisition: RecordIdentifier
  /// 0 for the first image of the acquisition.
  package let position: UInt64
  /// Container format: `e01`, `raw` …
  package let format: String
  /// Bytes of the medium in the image, padding left out.
  package let length: UInt64

  package init(acquisition: RecordIdentifier, position: UInt64, format: String, length: UInt64) {
    self.acquisition = acquisition
    self.position = position
    self.format = format
    self.length = length
  }

  package static let table = RecordTable(
    "image", key: ["acquisition", "position"], text: ["acquisition", "format"],
    integers: ["position", "length"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("acquisition", acquisition)
    try fields.set("position", position)
    try fields.set("format", format)
    try fields.set("length", length)
    return fields
  }
}

extension ImageRecord {
  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(
      acquisition: try fields.identifier("acquisition"), position: try fields.number("position"),
      format: try fields.text("format"), length: try fields.number("length"))
  }
}

/// One file of an image.
package struct SegmentRecord: StoredRecord {
  package let acquisition: RecordIdentifier
  /// Position of its image in the acquisition.
  package let image: UInt64
  /// 0 for the first segment of the image.
  package let position: UInt64
  /// Inside the acquisition's folder.
  package let file: RecordedFile

  package init(acquisition: RecordIdentifier, image: UInt64, position: UInt64, file: RecordedFile) {
    self.acquisition = acquisition
    self.image = image
    self.position = position
    self.file = file
  }

  package static let table = RecordTable(
    "segment", key: ["acquisition", "image", "position"], text: ["acquisition", "name", "sha256"],
    integers: ["image", "position", "size"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("acquisition", acquisition)
    try fields.set("image", image)
    try fields.set("position", position)
    try fields.set("name", file.name)
    try fields.set("size", file.size)
    fields.set("sha256", file.sha256)
    return fields
  }
}

extension SegmentRecord {
  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(
      acquisition: try fields.identifier("acquisition"), image: try fields.number("image"),
      position: try fields.number("position"),
      file: RecordedFile(
        name: try fields.text("name"), size: try fields.number("size"),
        sha256: try fields.digest("sha256", .sha256)))
  }
}

/// A digest of one whole stream of an acquisition.
package struct DigestRecord: StoredRecord {
  package let acquisition: RecordIdentifier
  /// `main` for a disk; optical media have more streams.
  package let stream: String
  package let digest: Digest

  package static let table = RecordTable(
    "digest", key: ["acquisition", "stream", "algorithm"],
    text: ["acquisition", "stream", "algorithm", "hex"])

  package init(acquisition: RecordIdentifier, stream: String, digest: Digest) {
    self.acquisition = acquisition
    self.stream = stream
    self.digest = digest
  }

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("acquisition", acquisition)
    try fields.set("stream", stream)
    try fields.set("algorithm", digest.algorithm.rawValue)
    fields.set("hex", digest)
    return fields
  }

  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.acquisition = try fields.identifier("acquisition")
    self.stream = try fields.text("stream")
    self.digest = try fields.digest("hex", fields.named("algorithm"))
  }
}
