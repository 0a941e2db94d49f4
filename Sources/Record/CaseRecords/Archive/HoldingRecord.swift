import Evidence

/// What a holding of an archive is.
package enum HoldingKind: String, Hashable, Sendable, CaseIterable {
  /// An image, with all its segments.
  case image
  /// An acquisition of Exhibit: images with their signed manifest.
  case acquisition
  /// A case folder.
  case `case`
  /// A BagIt bag.
  case bag
  /// Any other file that a list of digests names.
  case file
}

/// A folder that is looked through for holdings.
package struct ArchiveFolderRecord: StoredRecord {
  /// Absolute.
  package let path: String
  package let added: Timestamp

  package init(path: String, added: Timestamp) {
    self.path = path
    self.added = added
  }

  package static let table = RecordTable("archive_folder", since: 5, key: ["path"], text: ["path", "added"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    try fields.set("path", path)
    fields.set("added", added)
    return fields
  }

  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(path: try fields.text("path"), added: try fields.time("added"))
  }
}

/// Something that an archive keeps, by its number in the catalogue.
package struct HoldingRecord: StoredRecord {
  /// From 1; never given again.
  package let number: UInt64
  package let kind: HoldingKind
  /// Of an image, where it is known.
  package let format: String?
  /// Base name when it was added.
  package let name: String
  package let added: Timestamp

  package init(number: UInt64, kind: HoldingKind, format: String?, name: String, added: Timestamp) {
    self.number = number
    self.kind = kind
    self.format = format
    self.name = name
    self.added = added
  }

  package static let table = RecordTable(
    "holding", since: 5, key: ["number"], text: ["kind", "format", "name", "added"], integers: ["number"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    try fields.set("number", number)
    try fields.set("kind", kind.rawValue)
    try fields.set("format", format)
    try fields.set("name", name)
    fields.set("added", added)
    return fields
  }

  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(
      number: try fields.number("number"), kind: try fields.named("kind"),
      format: try fields.optionalText("format"), name: try fields.text("name"),
      added: try fields.time("added"))
  }
}

/// Whether a holding is where the catalogue says.
package enum HoldingPresence: String, Hashable, Sendable, CaseIterable {
  case present
  /// It was not found when it was looked for; its medium may not be at hand.
  case missing
  /// The keeper took it out of the catalogue; what was recorded stays.
  case forgotten
}

/// Where a holding lies and of which files it consists; the newest of a holding counts.
package struct HoldingStateRecord: StoredRecord {
  package let holding: UInt64
  /// From 0 in each holding.
  package let position: UInt64
  package let presence: HoldingPresence
  /// Absolute path of its first file or its folder.
  package let path: String
  /// The medium it lies on, as the machine names it.
  package let medium: String?
  /// Of all its files, in bytes.
  package let size: UInt64
  package let files: HoldingFiles
  /// SHA-256 over the sizes of its files and samples of them: enough to recognise them, and no proof.
  package let fingerprint: Digest
  package let seen: Timestamp

  package init(
    holding: UInt64, position: UInt64, presence: HoldingPresence, path: String, medium: String?, size: UInt64,
    files: HoldingFiles, fingerprint: Digest, seen: Timestamp
  ) {
    self.holding = holding
    self.position = position
    self.presence = presence
    self.path = path
    self.medium = medium
    self.size = size
    self.files = files
    self.fingerprint = fingerprint
    self.seen = seen
  }

  /// The next state of the same holding.
  package func next(_ presence: HoldingPresence, at now: Timestamp) -> HoldingStateRecord {
    HoldingStateRecord(
      holding: holding, position: position + 1, presence: presence, path: path, medium: medium, size: size,
      files: files, fingerprint: fingerprint, seen: now)
  }

  package static let table = RecordTable(
    "holding_state", since: 5, key: ["holding", "position"],
    text: ["presence", "path", "medium", "files", "fingerprint", "seen"],
    integers: ["holding", "position", "size"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    try fields.set("holding", holding)
    try fields.set("position", position)
    try fields.set("presence", presence.rawValue)
    try fields.set("path", path)
    try fields.set("medium", medium)
    try fields.set("size", size)
    try fields.set("files", files.text)
    fields.set("fingerprint", fingerprint)
    fields.set("seen", seen)
    return fields
  }

  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(
      holding: try fields.number("holding"), position: try fields.number("position"),
      presence: try fields.named("presence"), path: try fields.text("path"),
      medium: try fields.optionalText("medium"), size: try fields.number("size"),
      files: try fields.present("files", HoldingFiles(text: try fields.text("files"))),
      fingerprint: try fields.digest("fingerprint", .sha256), seen: try fields.time("seen"))
  }
}

/// The files of a holding, as they were when it was looked at.
package struct HoldingFiles: Hashable, Sendable {
  package struct File: Hashable, Sendable {
    /// Relative to the folder of the holding, or to the holding where that is a folder.
    package let name: String
    /// In bytes.
    package let size: UInt64
    /// When it was last modified, in microseconds since 1970.
    package let modified: Int64

    package init(name: String, size: UInt64, modified: Int64) {
      self.name = name
      self.size = size
      self.modified = modified
    }
  }

  package let all: [File]

  package init(_ files: [File]) { all = files }

  /// Where each lies in all of them, one behind the other.
  package var places: [Range<UInt64>] {
    var end: UInt64 = 0
    return all.map { file in
      let (next, isPast) = end.addingReportingOverflow(file.size)
      let place = end..<(isPast ? .max : next)
      end = place.upperBound
      return place
    }
  }

  /// A line for each: size, time, name, in which `\` and line feed are escaped as `\\` and `\n`.
  package var text: String {
    all.map { file in
      let name = file.name.utf8.contains { $0 == 0x5c || $0 == 0x0a } ? Self.escaped(file.name) : file.name
      return "\(file.size) \(file.modified) \(name)"
    }.joined(separator: "\n")
  }

  package init?(text: String) {
    var files: [File] = []
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3, let size = UInt64(fields[0]), let modified = Int64(fields[1]) else {
        return nil
      }
      files.append(File(name: Self.unescaped(fields[2]), size: size, modified: modified))
    }
    all = files
  }

  private static func escaped(_ name: String) -> String {
    name.unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      default: text.unicodeScalars.append(scalar)
      }
    }
  }

  private static func unescaped(_ text: Substring) -> String {
    guard text.utf8.contains(0x5c) else { return String(text) }
    var isEscape = false
    return text.unicodeScalars.reduce(into: "") { name, scalar in
      if isEscape {
        name.unicodeScalars.append(scalar == "n" ? "\n" : scalar)
        isEscape = false
      } else if scalar == "\\" {
        isEscape = true
      } else {
        name.unicodeScalars.append(scalar)
      }
    }
  }
}
