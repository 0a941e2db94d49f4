import Evidence

/// One file system of one session: its files and folders.
package struct DiscTree: Sendable {
  /// The richest first.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case rockRidge = "rock-ridge"
    case udf
    case joliet
    case iso9660
    case hfsPlus = "hfs-plus"
    case hfs
    case highSierra = "high-sierra"
    /// What is no file: images to start from, partitions, what is stored elsewhere.
    case areas

    /// For people.
    package var title: String {
      switch self {
      case .rockRidge: "Rock Ridge"
      case .udf: "UDF"
      case .joliet: "Joliet"
      case .iso9660: "ISO 9660"
      case .hfsPlus: "HFS+"
      case .hfs: "HFS"
      case .highSierra: "High Sierra"
      case .areas: "Areas outside of the file trees"
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
  /// Those of them for which entries may be missing, or wrong.
  package let losses: Set<String>

  /// Entries of each kind.
  package let files: Int
  package let folders: Int
  /// Files without forks and streams of others.
  package let mainFiles: Int
  /// Byte of the disc behind the volume, as it says; `nil` where it does not.
  let volumeEnd: UInt64?

  init(
    kind: Kind, session: Int, track: Int, name: String, entries: [DiscEntry], remarks: [String],
    losses: Set<String> = [], volumeEnd: UInt64? = nil
  ) {
    self.kind = kind
    self.session = session
    self.track = track
    self.name = name
    self.entries = entries
    self.remarks = remarks
    self.losses = losses
    self.volumeEnd = volumeEnd
    mainFiles = entries.indices.count {
      entries[$0].kind == .file && entries[$0].marks.isDisjoint(with: [.associated, .stream])
    }
    files = entries.indices.count { entries[$0].kind == .file }
    folders = entries.indices.count { entries[$0].kind == .folder }
  }
}

/// Entries of a tree as they are found: paths that can be those of files, no two alike.
struct TreeBuilder {
  private(set) var entries: [DiscEntry] = []
  private var firstRemarks: [String] = []
  private var furtherRemarks = 0
  private(set) var losses: Set<String> = []
  private var taken: Set<String> = []
  private var prefix = ""
  private var notes: Set<String> = []
  /// The entries of each folder, by its path.
  private var runs: [String: Range<Int>] = [:]
  private var folder: (path: String, first: Int)?

  /// Entries of one tree; a disc of 25 GB of empty files has fewer.
  static let mostEntries = 500_000
  private static let mostRemarks = 50
  /// Bytes; file systems take 255, and what is copied gets an ending.
  private static let longestName = 230

  var remarks: [String] {
    firstRemarks + (furtherRemarks > 0 ? ["\(furtherRemarks) more such remarks"] : [])
  }

  var isFull: Bool { entries.count >= Self.mostEntries }

  /// Begins a folder: its names are told apart, and stand in no other.
  mutating func begin(folder: String) {
    endFolder()
    self.folder = (folder, entries.count)
    prefix = folder.isEmpty ? "" : folder + "/"
    taken.removeAll(keepingCapacity: true)
  }

  /// The path of a name in the folder that was begun.
  /// - Parameter ending: what the path gets besides.
  /// - Returns: and whether it is another than the disc says.
  mutating func path(of name: String, ending: String = "") -> (path: String, isRenamed: Bool) {
    let wanted = Self.safe(name) + ending
    var chosen = wanted
    var number = 2
    while !taken.insert(chosen).inserted {
      chosen = "\(wanted)~\(number)"
      number += 1
    }
    return (prefix + chosen, chosen != name)
  }

  /// The path of a name in a folder that has entries already.
  /// - Parameter paths: of all entries; the new one is put among them.
  static func path(
    of name: String, in folder: String, besides paths: inout Set<String>
  ) -> (path: String, isRenamed: Bool) {
    let wanted = (folder.isEmpty ? "" : folder + "/") + safe(name)
    var chosen = wanted
    var number = 2
    while !paths.insert(chosen).inserted {
      chosen = "\(wanted)~\(number)"
      number += 1
    }
    return (chosen, chosen != wanted || safe(name) != name)
  }

  mutating func add(_ entry: DiscEntry) { entries.append(entry) }

  private mutating func endFolder() {
    guard let folder else { return }
    runs[folder.path] = folder.first..<entries.count
    self.folder = nil
  }

  /// By path.
  mutating func sorted() -> [DiscEntry] {
    endFolder()
    // Entries are large, so that their places are sorted; those of a folder, behind it, are nearly in order.
    let paths = entries.indices.map { entries[$0].path }
    var places: [Int] = []
    places.reserveCapacity(entries.count)
    var open: [Range<Int>] = runs[""].map { [$0] } ?? []
    runs[""] = nil
    while let run = open.popLast() {
      guard let first = run.first else { continue }
      places.append(first)
      open.append(run.dropFirst())
      if entries[first].kind == .folder, let inner = runs.removeValue(forKey: paths[first]) {
        open.append(inner)
      }
    }
    // What is in no folder that is listed.
    if places.count < entries.count { places = Array(entries.indices) }
    if !zip(places, places.dropFirst()).allSatisfy({ paths[$0] < paths[$1] }) {
      places.sort { paths[$0] < paths[$1] }
    }
    // Each into its place, around each circle of places: a second array would hold all of them twice.
    entries.withUnsafeMutableBufferPointer { entries in
      for start in places.indices where places[start] != start {
        var place = start
        while places[place] != start {
          let next = places[place]
          entries.swapAt(place, next)
          places[place] = place
          place = next
        }
        places[place] = place
      }
    }
    return entries
  }

  /// Files of which a piece lies behind a byte of the disc.
  func files(reachingPast end: UInt64) -> Int {
    entries.indices.count { entries[$0].kind == .file && entries[$0].reaches(past: end) }
  }

  /// The same remark is made once.
  mutating func note(_ remark: String) {
    guard firstRemarks.count < Self.mostRemarks else {
      furtherRemarks += 1
      return
    }
    if notes.insert(remark).inserted { firstRemarks.append(remark) }
  }

  /// A remark for which entries may be missing, or wrong.
  mutating func lose(_ remark: String) {
    note(remark)
    if losses.count < Self.mostRemarks { losses.insert(remark) }
  }

  /// Where a folder or its records lie in sectors whose EDC is wrong.
  mutating func note(_ checked: DiscSectors.Checked, of what: String) {
    func list(_ sectors: [Int]) -> String {
      "sector\(sectors.count == 1 ? "" : "s") \(sectors.prefix(8).map { "\($0)" }.joined(separator: ", "))"
        + (sectors.count > 8 ? " and \(sectors.count - 8) more" : "")
    }
    if !checked.corrected.isEmpty {
      note("\(what) lies in damaged sectors, corrected by parity: \(list(checked.corrected))")
    }
    if !checked.damaged.isEmpty {
      lose("\(what) lies in damaged sectors, entries may be missing or wrong: \(list(checked.damaged))")
    }
  }

  /// What cannot be in a name of a file is written as percent signs and digits.
  private static func safe(_ name: String) -> String {
    if name.utf8.count < 3 {
      switch name {
      case "": return "%00"
      case ".": return "%2E"
      case "..": return "%2E%2E"
      default: break
      }
    }
    let isPlain =
      name.utf8.withContiguousStorageIfAvailable { !$0.contains(UInt8(ascii: "/")) && !$0.contains(0) }
      ?? name.utf8.allSatisfy { $0 != UInt8(ascii: "/") && $0 != 0 }
    let plain = isPlain ? name : name.replacing("/", with: "%2F").replacing("\0", with: "%00")
    guard plain.utf8.count > longestName else { return plain }
    var short = ""
    for character in plain where short.utf8.count + character.utf8.count < longestName {
      short.append(character)
    }
    return short + "~"
  }
}
