import Evidence
import OpticalDisc

/// Reads the catalogue of HFS and HFS+ as folders.
struct AppleTree {
  private let volume: AppleVolume
  private var builder = TreeBuilder()
  /// By the number of the folder.
  private var children: [UInt32: [AppleRecord]] = [:]
  /// Files that hard links lead to, by the number in their names.
  private var linked: [UInt32: AppleRecord] = [:]
  /// How files are compressed, by their numbers.
  private var compressions: [UInt32: AppleCompression] = [:]

  /// The folder of the files that hard links lead to, in the root.
  private static let linkFolder = "\0\0\0\0HFS+ Private Data"
  private static let linkName = "iNode"
  private static let longestTarget = 4096
  private static let root: UInt32 = 2
  private static let mostRecords = 2_000_000

  /// - Parameter start: byte of the disc on which the volume begins.
  /// - Returns: `nil` where there is none.
  static func read(_ sectors: DiscSectors, at start: UInt64, session: Int, track: Int) -> DiscTree? {
    let place = AppleVolume.wrapped(sectors, at: start) ?? start
    guard let volume = AppleVolume(sectors, at: place) else { return nil }
    var tree = AppleTree(volume)
    let name = tree.walk()
    return DiscTree(
      kind: volume.kind, session: session, track: track, name: volume.name.isEmpty ? name : volume.name,
      entries: tree.builder.sorted(), remarks: volume.remarks + tree.builder.remarks,
      losses: tree.builder.losses)
  }

  private init(_ volume: AppleVolume) { self.volume = volume }

  /// - Returns: the name of the root folder.
  private mutating func walk() -> String {
    var found: [UInt32: [AppleRecord]] = [:]
    var name = ""
    var count = 0
    let isWhole = volume.catalogue.forEach { key, data in
      guard count < Self.mostRecords, let one = AppleRecord(key, data, isPlus: volume.kind == .hfsPlus) else {
        return
      }
      count += 1
      // The root is in folder 1.
      if one.isFolder, one.number == Self.root {
        name = one.name
      } else {
        found[one.parent, default: []].append(one)
      }
    }
    if !isWhole { builder.lose("the chain of its catalogue breaks: not all of it is read") }
    findContents(found)
    children = found
    var open: [(number: UInt32, path: String)] = [(Self.root, "")]
    while let folder = open.popLast() {
      guard let records = children.removeValue(forKey: folder.number) else { continue }
      builder.begin(folder: folder.path)
      for record in records where !builder.isFull {
        let path = add(record)
        if record.isFolder { open.append((record.number, path)) }
      }
    }
    if builder.isFull { builder.lose("only the first \(TreeBuilder.mostEntries) entries are listed") }
    let lost = children.values.reduce(0) { $0 + $1.count }
    if lost > 0, !builder.isFull { builder.lose("\(lost) entries lie in folders that are not found") }
    return name
  }

  /// Of hard links and of compressed files.
  private mutating func findContents(_ found: [UInt32: [AppleRecord]]) {
    let all = found.values.joined()
    if all.contains(where: { $0.link != nil }),
      let folder = found[Self.root]?.first(where: { $0.isFolder && $0.name == Self.linkFolder })
    {
      for record in found[folder.number] ?? [] where record.name.hasPrefix(Self.linkName) {
        if let number = UInt32(record.name.dropFirst(Self.linkName.count)) { linked[number] = record }
      }
    }
    if all.contains(where: \.isCompressed) {
      compressions = volume.attributes(named: AppleCompression.attribute).compactMapValues {
        AppleCompression($0)
      }
    }
  }

  private mutating func add(_ stored: AppleRecord) -> String {
    var record = stored
    var problem: String?
    if let link = stored.link {
      if let target = linked[link] {
        record = target
        record.name = stored.name
      } else {
        problem = "it is a hard link to \(Self.linkName)\(link), which is not there"
      }
    }
    let (path, isRenamed) = builder.path(of: record.name)
    var one = DiscEntry(path: path, stored: isRenamed ? record.name : nil, kind: kind(record))
    one.facts = DiscEntry.Facts(times: record.times, owner: record.owner)
    if isRenamed { one.marks.insert(.renamed) }
    if record.isHidden { one.marks.insert(.hidden) }
    if let note = record.note { one.note = note }
    if one.kind == .file {
      fill(&one, record, isResource: false)
      if record.isCompressed { problem = decompress(&one, record) }
      if let problem {
        one.isCut = true
        one.problems.append(problem)
      }
    } else if one.kind == .symbolicLink {
      let target = volume.contents(of: record.data, file: record.number, most: Self.longestTarget)
      one.target = NameText.text(target)
    }
    builder.add(one)
    if record.resource.size > 0 { addResource(record) }
    return path
  }

  /// - Returns: why it cannot be.
  private func decompress(_ one: inout DiscEntry, _ record: AppleRecord) -> String? {
    guard let compression = compressions[record.number] else {
      return "HFS+ has compressed it, and how is not found"
    }
    one.size = compression.size
    switch compression.contents {
    case .inline(let bytes):
      one.contents = .inline(bytes)
      if UInt64(bytes.count) != compression.size {
        return "its attribute has \(bytes.count) of its \(compression.size) bytes"
      }
    case .resourceFork:
      fill(&one, record, isResource: true)
      one.size = compression.size
      one.compression = .resourceFork
    case .unreadable(let reason): return reason
    }
    return nil
  }

  private func kind(_ record: AppleRecord) -> DiscEntry.Kind {
    guard !record.isFolder else { return .folder }
    switch (record.owner?.mode ?? 0) & 0o170000 {
    case 0o120000: return .symbolicLink
    case 0o010000, 0o020000, 0o060000, 0o140000: return .other
    default: return .file
    }
  }

  /// The second fork of a file.
  private mutating func addResource(_ record: AppleRecord) {
    let (path, _) = builder.path(of: record.name, ending: "~associated")
    var one = DiscEntry(path: path, stored: record.name, kind: .file)
    one.facts = DiscEntry.Facts(times: record.times, owner: record.owner)
    one.marks = [.associated, .renamed]
    fill(&one, record, isResource: true)
    builder.add(one)
  }

  private func fill(_ one: inout DiscEntry, _ record: AppleRecord, isResource: Bool) {
    let fork = isResource ? record.resource : record.data
    let (extents, isWhole) = volume.places(of: fork, file: record.number, isResource: isResource)
    one.size = fork.size
    one.setExtents(extents)
    guard !isWhole else { return }
    one.isCut = true
    one.problems.append("its parts have \(extents.reduce(0) { $0 + $1.count }) of its \(fork.size) bytes")
  }
}
