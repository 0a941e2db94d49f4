import Evidence

/// A file or folder of a disc, as one of its trees has it.
package struct DiscEntry: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    case file
    case folder
    case symbolicLink = "link"
    case other
  }

  package enum Mark: String, Hashable, Sendable, CaseIterable {
    case hidden
    /// Belongs to the file of the same name: the resource fork of a Macintosh.
    case associated
    case deleted
    /// Its name on the disc cannot be one of a file, or another entry has it: `path` is another one.
    case renamed
  }

  /// A piece of the contents, or of the space between them.
  package struct Extent: Hashable, Sendable {
    /// First byte, in user data of 2048 bytes a sector from the beginning of the disc; `nil` where nothing was written and
    /// zeros are meant.
    package let start: UInt64?
    /// Bytes.
    package let count: UInt64

    package init(_ start: UInt64?, count: UInt64) {
      self.start = start
      self.count = count
    }
  }

  package enum Contents: Hashable, Sendable {
    case extents([Extent])
    /// In the record itself.
    case inline([UInt8])
  }

  /// Blocks of a file that zisofs has compressed.
  package struct Compression: Hashable, Sendable {
    /// Bytes of a block.
    package let blockSize: Int
    /// Bytes of the header.
    package let headerSize: Int
  }

  /// Where it goes among files: names with `/` between, no two alike in a tree.
  package let path: String
  /// As the disc has it; bytes that are no text as ``NameText`` keeps them.
  package let name: String
  package let kind: Kind
  /// Bytes of a file.
  package internal(set) var size: UInt64
  /// Seconds since 1970; `nil` where the disc does not say, or says what no time can be.
  package var modified: Int64?
  /// A time that cannot be, as it is stored.
  package var impossibleTime: String?
  /// Of a symbolic link.
  package var target: String?
  package var marks: Set<Mark> = []
  /// What is wrong with it, a clause each.
  package var problems: [String] = []
  package var contents = Contents.extents([])
  package var compression: Compression?
  /// The disc does not say where all of it lies.
  package var isCut = false
  /// Its sectors are of form 2, or may be: each gives all of its 2324 bytes.
  package var isByForm = false

  init(path: String, name: String, kind: Kind, size: UInt64 = 0) {
    self.path = path
    self.name = name
    self.kind = kind
    self.size = size
  }

  /// First sector of its contents; `nil` where it has none on the disc.
  package var sector: Int? {
    guard case .extents(let extents) = contents else { return nil }
    return extents.lazy.compactMap(\.start).first.map { Int($0 / 2048) }
  }
}

/// One file system of one session: its files and folders.
package struct DiscTree: Sendable {
  /// The richest first.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case rockRidge = "rock-ridge"
    case udf
    case joliet
    case iso9660
    case highSierra = "high-sierra"

    /// For people.
    package var title: String {
      switch self {
      case .rockRidge: "Rock Ridge"
      case .udf: "UDF"
      case .joliet: "Joliet"
      case .iso9660: "ISO 9660"
      case .highSierra: "High Sierra"
      }
    }
  }

  package let kind: Kind
  package let session: Int
  package let track: Int
  /// Of the volume; empty where it has none.
  package let name: String
  /// By path.
  package let entries: [DiscEntry]
  /// What reading it came across, a sentence without a full stop each.
  package let remarks: [String]

  package var files: Int { entries.count { $0.kind == .file } }
}

/// Entries of a tree as they are found: paths that can be those of files, no two alike.
struct TreeBuilder {
  private(set) var entries: [DiscEntry] = []
  private(set) var remarks: [String] = []
  private var taken: Set<String> = []
  private var notes: [String: Int] = [:]

  /// Entries of one tree; a disc of 25 GB of empty files has fewer.
  static let mostEntries = 500_000
  private static let mostRemarks = 50
  /// Bytes; file systems take 255, and what is copied gets an ending.
  private static let longestName = 230

  var isFull: Bool { entries.count >= Self.mostEntries }

  /// The path of a name in a folder.
  /// - Returns: and whether it is another than the disc says.
  mutating func path(
    of name: String, in folder: String, isAssociated: Bool = false
  ) -> (path: String, isRenamed: Bool) {
    let safe = Self.safe(name) + (isAssociated ? "~associated" : "")
    let wanted = folder.isEmpty ? safe : "\(folder)/\(safe)"
    var path = wanted
    var number = 2
    while !taken.insert(path).inserted {
      path = "\(wanted)~\(number)"
      number += 1
    }
    return (path, path != (folder.isEmpty ? name : "\(folder)/\(name)"))
  }

  mutating func add(_ entry: DiscEntry) { entries.append(entry) }

  /// By path; entries are large, so that their places are sorted.
  func sorted() -> [DiscEntry] {
    entries.indices.sorted { entries[$0].path < entries[$1].path }.map { entries[$0] }
  }

  /// The same remark is made once.
  mutating func note(_ remark: String) {
    guard notes[remark] == nil, remarks.count < Self.mostRemarks else { return }
    notes[remark] = 1
    remarks.append(remark)
  }

  /// What cannot be in a name of a file is written as percent signs and digits.
  private static func safe(_ name: String) -> String {
    switch name {
    case "": return "%00"
    case ".": return "%2E"
    case "..": return "%2E%2E"
    default: break
    }
    let plain = name.replacing("/", with: "%2F").replacing("\0", with: "%00")
    guard plain.utf8.count > longestName else { return plain }
    var short = ""
    for character in plain where short.utf8.count + character.utf8.count < longestName {
      short.append(character)
    }
    return short + "~"
  }
}
