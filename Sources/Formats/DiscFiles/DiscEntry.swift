import Evidence

/// A file or folder of a disc, as one of its trees has it.
package struct DiscEntry: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    case file
    case folder
    case symbolicLink = "link"
    case other
  }

  package struct Marks: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let hidden = Marks(rawValue: 1)
    /// Belongs to the file of the same name: the resource fork of a Macintosh.
    package static let associated = Marks(rawValue: 2)
    package static let deleted = Marks(rawValue: 4)
    /// Its name on the disc cannot be one of a file, or another entry has it: `path` is another one.
    package static let renamed = Marks(rawValue: 8)
    /// A named stream of the file whose name stands before the last `:`.
    package static let stream = Marks(rawValue: 16)

    private static let all: [(mark: Marks, name: String)] = [
      (.associated, "associated"), (.deleted, "deleted"), (.hidden, "hidden"), (.renamed, "renamed"),
      (.stream, "stream"),
    ]

    /// As in JSON, in alphabetical order.
    package var names: [String] { isEmpty ? [] : Self.all.filter { contains($0.mark) }.map(\.name) }
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
    /// As most files have it: no memory of its own.
    case extent(Extent)
    case extents([Extent])
    /// In the record itself.
    case inline([UInt8])
    /// Bytes of a file of the image that belong to no sector of a track.
    case raw(file: Int, Range<UInt64>)
  }

  /// What POSIX has of a file: in Rock Ridge and UDF.
  package struct Ownership: Hashable, Sendable {
    /// Type and permissions as `st_mode` has them.
    package var mode: UInt32
    /// `nil` where UDF states none.
    package var user: UInt32?
    package var group: UInt32?
    package var links: UInt32
    /// Number of the file, which its other names share.
    package var serial: UInt64?
  }

  /// How the blocks of a file are compressed.
  package enum Compression: Hashable, Sendable {
    /// Bytes of a block, of the header, and of each number that says where a block begins.
    case zisofs(blockSize: Int, headerSize: Int, placeSize: Int)
    /// In the resource fork of HFS+, which its extents are.
    case resourceFork
  }

  /// What the record of an entry states besides, which has memory of its own: trees are long.
  struct Facts: Hashable, Sendable {
    var record: UInt64?
    var times: [DiscTime] = []
    var owner: Ownership?
  }

  /// What few entries have.
  private struct Rare: Hashable, Sendable {
    var storedName: String?
    var target: String?
    var problems: [String] = []
    var compression: Compression?
    var note: String?
  }

  private final class Box<Value: Hashable & Sendable>: Hashable, Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
    static func == (left: Box, right: Box) -> Bool { left.value == right.value }
    func hash(into hasher: inout Hasher) { value.hash(into: &hasher) }
  }

  /// Where it goes among files: names with `/` between, no two alike in a tree.
  package let path: String
  package let kind: Kind
  package var marks: Marks = []
  /// The disc does not say where all of it lies.
  package var isCut = false
  /// Its sectors are of form 2, or may be: each gives all of its 2324 bytes.
  package var isByForm = false
  /// Bytes of a file.
  package internal(set) var size: UInt64
  package var contents = Contents.extents([])
  private var boxedFacts: Box<Facts>?
  private var boxedRare: Box<Rare>?

  /// - Parameter stored: its name on the disc, where it is another than the end of the path.
  init(path: String, stored: String?, kind: Kind, size: UInt64 = 0) {
    self.path = path
    self.kind = kind
    self.size = size
    if let stored { boxedRare = Box(Rare(storedName: stored)) }
  }

  var facts: Facts {
    get { boxedFacts?.value ?? Facts() }
    set { boxedFacts = Box(newValue) }
  }

  private var rare: Rare {
    get { boxedRare?.value ?? Rare() }
    set { boxedRare = Box(newValue) }
  }

  /// As many as the disc states.
  package var times: [DiscTime] { facts.times }
  package var owner: Ownership? { facts.owner }
  /// First byte of its record, in user data of 2048 bytes a sector from the beginning of the disc.
  package var record: UInt64? { facts.record }

  /// Of a symbolic link.
  package var target: String? {
    get { rare.target }
    set { rare.target = newValue }
  }
  /// What is wrong with it, a clause each.
  package var problems: [String] {
    get { boxedRare?.value.problems ?? [] }
    set { if boxedRare != nil || !newValue.isEmpty { rare.problems = newValue } }
  }
  package var compression: Compression? {
    get { boxedRare?.value.compression }
    set { rare.compression = newValue }
  }
  /// What else is known of it, a clause: type and creator of a Macintosh, what an area is.
  package var note: String? {
    get { boxedRare?.value.note }
    set { rare.note = newValue }
  }

  /// As the disc has it; bytes that are no text as ``NameText`` keeps them.
  package var name: String {
    if let stored = boxedRare?.value.storedName { return stored }
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
    return String(path[path.utf8.index(after: slash)...])
  }

  /// Seconds since 1970 of the last change; `nil` where the disc does not say, or says what no time can be.
  package var modified: Int64? {
    time(.modified)?.microseconds.map { ($0 - ($0 % 1_000_000 + 1_000_000) % 1_000_000) / 1_000_000 }
  }
  /// The same where it cannot be, as it is stored.
  package var impossibleTime: String? { time(.modified)?.impossible }

  package func time(_ kind: DiscTime.Kind) -> DiscTime? { boxedFacts?.value.times.first { $0.kind == kind } }

  /// Pieces of its contents on the disc; none of what stands in its record.
  package var extents: [Extent] {
    switch contents {
    case .extent(let one): [one]
    case .extents(let all): all
    case .inline, .raw: []
    }
  }

  /// First sector of its contents; `nil` where it has none on the disc.
  package var sector: Int? {
    switch contents {
    case .extent(let one): one.start.map { Int($0 / 2048) }
    case .extents(let all): all.lazy.compactMap(\.start).first.map { Int($0 / 2048) }
    case .inline, .raw: nil
    }
  }

  /// Whether a piece of it ends behind a byte of the disc.
  func reaches(past end: UInt64) -> Bool {
    func isPast(_ extent: Extent) -> Bool {
      guard let start = extent.start, extent.count > 0 else { return false }
      return start > end || extent.count > end - start
    }
    return switch contents {
    case .extent(let one): isPast(one)
    case .extents(let all): all.contains(where: isPast)
    case .inline, .raw: false
    }
  }

  mutating func setExtents(_ extents: [Extent]) {
    contents = extents.count == 1 ? .extent(extents[0]) : .extents(extents)
  }
}
