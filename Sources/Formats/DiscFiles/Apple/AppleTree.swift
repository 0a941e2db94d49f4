import Evidence
import OpticalDisc

/// Reads the catalogue of HFS and HFS+ as folders.
struct AppleTree {
  private let volume: AppleVolume
  private var builder = TreeBuilder()
  /// By the number of the folder.
  private var children: [UInt32: [AppleRecord]] = [:]

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

  private mutating func add(_ record: AppleRecord) -> String {
    let (path, isRenamed) = builder.path(of: record.name)
    var one = DiscEntry(path: path, stored: isRenamed ? record.name : nil, kind: kind(record))
    one.facts = DiscEntry.Facts(times: record.times, owner: record.owner)
    if isRenamed { one.marks.insert(.renamed) }
    if record.isHidden { one.marks.insert(.hidden) }
    if let note = record.note { one.note = note }
    if one.kind == .file {
      fill(&one, record, isResource: false)
      if let problem = record.problem {
        one.isCut = true
        one.problems.append(problem)
      }
    }
    builder.add(one)
    if record.resource.size > 0 { addResource(record) }
    return path
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
