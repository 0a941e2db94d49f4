import DiscImages
import Evidence
import OpticalDisc

/// Reads the folders of UDF.
struct UDFTree {
  private struct Folder {
    let path: String
    let entry: UDFFileEntry
    let partition: UInt16
  }

  private let volume: UDFVolume
  private let sectors: DiscSectors
  private var builder = TreeBuilder()
  private var open: [Folder] = []
  private var seen: Set<UInt64> = []
  private var folderBytes = 0

  private static let largestFolder = 1 << 24
  private static let mostFolderBytes = 1 << 27
  private static let largestStreams: UInt64 = 1 << 20
  /// Areas of further descriptors of one file, and descriptors of it.
  private static let mostAreas = 1024
  private static let mostAllocations = 1 << 18
  /// Bytes of one file that nothing was written to.
  private static let mostEmpty: UInt64 = 1 << 37

  private init(_ volume: UDFVolume, _ sectors: DiscSectors) {
    self.volume = volume
    self.sectors = sectors
  }

  /// - Returns: `nil` where the track has no UDF.
  static func read(_ track: DiscTrack, _ sectors: DiscSectors, session: Int) -> DiscTree? {
    guard let volume = UDFVolume(track, sectors) else { return nil }
    var tree = UDFTree(volume, sectors)
    tree.walk()
    return DiscTree(
      kind: .udf, session: session, track: track.number, name: volume.name,
      entries: tree.builder.sorted(),
      remarks: volume.remarks + tree.builder.remarks, losses: volume.losses.union(tree.builder.losses),
      volumeEnd: volume.end)
  }

  private mutating func walk() {
    guard let place = volume.fileSet, let position = volume.position(place.block, in: place.partition) else {
      builder.lose("its file set is not found")
      return
    }
    let set = sectors.bytes(at: position, count: 512)
    guard UDFDescriptors.tag(set[...]) == .fileSet,
      let root = UDFDescriptors.Allocation(long: set.span.bytes, at: 400)
    else {
      builder.lose("its file set is damaged")
      return
    }
    guard let position = volume.position(root.block, in: root.partition),
      let entry = entry(at: position, of: "the root folder")
    else {
      builder.lose("its root folder is damaged")
      return
    }
    open.append(Folder(path: "", entry: entry, partition: root.partition))
    while let folder = open.popLast() {
      guard !builder.isFull else {
        builder.lose("only the first \(TreeBuilder.mostEntries) entries are listed")
        return
      }
      read(folder)
    }
  }

  private mutating func entry(at position: UInt64, of what: String) -> UDFFileEntry? {
    let checked = sectors.checked(at: position, count: volume.blockSize)
    builder.note(checked, of: "the entry of \(what)")
    return UDFFileEntry(checked.bytes)
  }

  // MARK: Folders

  private mutating func read(_ folder: Folder) {
    let shown = folder.path.isEmpty ? "/" : folder.path
    guard folder.entry.size <= Self.largestFolder,
      folderBytes + Int(folder.entry.size) <= Self.mostFolderBytes
    else {
      builder.lose("the folder \(shown) has \(folder.entry.size) bytes: it is not read")
      return
    }
    folderBytes += Int(folder.entry.size)
    let checked = contents(of: folder.entry, folder.partition)
    let bytes = checked.bytes
    builder.note(checked, of: "the folder \(shown)")
    if bytes.count < Int(folder.entry.size) { builder.lose("the folder \(shown) is not whole in the image") }
    builder.begin(folder: folder.path)
    let identifiers = UDFIdentifiers(bytes)
    for place in identifiers.damaged {
      builder.lose("the folder \(shown) has a record that cannot be read, at its byte \(place)")
    }
    // What is there has its name before what was deleted.
    let records = identifiers.records.filter { $0.flags & 8 == 0 }
    for record in records.filter({ $0.flags & 4 == 0 }) + records.filter({ $0.flags & 4 != 0 })
    where !builder.isFull { add(record) }
  }

  private mutating func add(_ record: UDFIdentifiers.Record) {
    let (name, flags, icb) = (record.name, record.flags, record.icb)
    let isDeleted = flags & 4 != 0
    // The place of a deleted file is often given up.
    let position = isDeleted && icb.length == 0 ? nil : volume.position(icb.block, in: icb.partition)
    var found: UDFFileEntry?
    if let position { found = entry(at: position, of: name) }
    // What was deleted may have left its place to another.
    if isDeleted, let serial = found?.owner.serial, record.serial > 0,
      UInt32(truncatingIfNeeded: serial) != record.serial
    {
      found = nil
    }
    let (path, isRenamed) = builder.path(of: name)
    var kind: DiscEntry.Kind = flags & 2 != 0 ? .folder : .file
    switch found?.fileType {
    case 4: kind = .folder
    case 12: kind = .symbolicLink
    case 6, 7, 9, 10: kind = .other
    default: break
    }
    var one = DiscEntry(path: path, stored: isRenamed ? name : nil, kind: kind)
    if flags & 1 != 0 { one.marks.insert(.hidden) }
    if isDeleted { one.marks.insert(.deleted) }
    if isRenamed { one.marks.insert(.renamed) }
    guard let found else {
      if isDeleted {
        one = DiscEntry(path: path, stored: isRenamed ? name : nil, kind: .other)
        one.marks = isRenamed ? [.deleted, .renamed] : [.deleted]
        one.problems.append("only its name is left")
      } else {
        one.isCut = kind == .file
        one.problems.append("its entry is damaged")
        if kind == .folder { builder.lose("the folder \(path) cannot be read: its entry is damaged") }
      }
      builder.add(one)
      return
    }
    one.facts = DiscEntry.Facts(record: position, times: found.times, owner: found.owner)
    if kind == .symbolicLink {
      one.target = Self.target(contents(of: found, icb.partition).bytes)
    } else if kind == .file {
      one.size = found.size
      fill(&one, found, icb.partition)
    }
    builder.add(one)
    if let streams = found.streams { addStreams(streams, of: name) }
    guard kind == .folder, !isDeleted else { return }
    guard let position, seen.insert(position).inserted else {
      builder.note("the folder \(path) is one that was read before: it is not read again")
      return
    }
    open.append(Folder(path: path, entry: found, partition: icb.partition))
  }

  // MARK: Named streams

  /// A folder whose files are the streams of one: the resource fork of a Macintosh, for instance.
  private mutating func addStreams(_ place: UDFDescriptors.Allocation, of name: String) {
    guard let position = volume.position(place.block, in: place.partition),
      let folder = entry(at: position, of: "the streams of \(name)"), folder.size <= Self.largestStreams,
      folderBytes + Int(folder.size) <= Self.mostFolderBytes
    else {
      builder.lose("the named streams of \(name) cannot be read")
      return
    }
    folderBytes += Int(folder.size)
    let identifiers = UDFIdentifiers(contents(of: folder, place.partition).bytes)
    if !identifiers.damaged.isEmpty { builder.lose("the folder of the named streams of \(name) is damaged") }
    for record in identifiers.records where record.flags & 8 == 0 && !builder.isFull {
      let title = "\(name):\(record.name)"
      let (path, isRenamed) = builder.path(of: title)
      let at = volume.position(record.icb.block, in: record.icb.partition)
      var one = DiscEntry(path: path, stored: isRenamed ? title : nil, kind: .file)
      one.marks = isRenamed ? [.stream, .renamed] : [.stream]
      if record.flags & 4 != 0 { one.marks.insert(.deleted) }
      if let at, let found = entry(at: at, of: title) {
        one.facts = DiscEntry.Facts(record: at, times: found.times, owner: found.owner)
        one.size = found.size
        fill(&one, found, record.icb.partition)
      } else {
        one.isCut = true
        one.problems.append("its entry is damaged")
      }
      builder.add(one)
    }
  }

  // MARK: Contents

  private func fill(_ one: inout DiscEntry, _ entry: UDFFileEntry, _ partition: UInt16) {
    if let inline = entry.inline {
      one.contents = .inline(inline)
      if inline.count < Int(clamping: entry.size) {
        one.isCut = true
        one.problems.append("its entry has \(inline.count) of its \(entry.size) bytes")
      }
      return
    }
    let extents = extents(of: entry, partition)
    guard extents.reduce(0, { $0 + ($1.start == nil ? $1.count : 0) }) <= Self.mostEmpty else {
      one.isCut = true
      one.problems.append("it has more empty space than any disc: it is not read")
      return
    }
    one.setExtents(extents)
    let total = extents.reduce(0 as UInt64) { $0 + $1.count }
    if total < entry.size {
      one.isCut = true
      one.problems.append("its parts have \(total) of its \(entry.size) bytes")
    }
    if one.reaches(past: (sectors.size + 2047) / 2048 * 2048) {
      one.problems.append("it extends past the end of the image")
    }
  }

  /// Of the size the entry says, and no more.
  private func extents(of entry: UDFFileEntry, _ partition: UInt16) -> [DiscEntry.Extent] {
    var left = entry.size
    var extents: [DiscEntry.Extent] = []
    for one in allocations(of: entry, partition) where left > 0 {
      let count = min(UInt64(one.length), left)
      left -= count
      guard one.kind == .recorded else {
        extents.append(DiscEntry.Extent(nil, count: count))
        continue
      }
      add(one, count, to: &extents)
    }
    return extents
  }

  /// Blocks that follow each other in a partition may lie apart on the disc.
  private func add(_ one: UDFDescriptors.Allocation, _ count: UInt64, to extents: inout [DiscEntry.Extent]) {
    let size = UInt64(volume.blockSize)
    var begin: UInt64?
    var length: UInt64 = 0
    func end() { if length > 0 { extents.append(DiscEntry.Extent(begin ?? sectors.size, count: length)) } }
    if volume.isLinear(one.partition) {
      extents.append(
        DiscEntry.Extent(volume.position(one.block, in: one.partition) ?? sectors.size, count: count))
      return
    }
    var done: UInt64 = 0
    while done < count {
      let position = volume.position(one.block &+ UInt32(truncatingIfNeeded: done / size), in: one.partition)
      let piece = min(size, count - done)
      if length > 0, position == begin.map({ $0 + length }) {
        length += piece
      } else {
        end()
        begin = position
        length = piece
      }
      done += piece
    }
    end()
  }

  private func allocations(
    of entry: UDFFileEntry, _ partition: UInt16
  ) -> [UDFDescriptors.Allocation] {
    var all: [UDFDescriptors.Allocation] = []
    var rest = entry.allocations(in: partition)
    var areas = 0
    while areas < Self.mostAreas, all.count < Self.mostAllocations {
      guard let further = rest.firstIndex(where: { $0.kind == .further }) else { return all + rest }
      all += rest[..<further]
      areas += 1
      let place = rest[further]
      guard let position = volume.position(place.block, in: place.partition) else { return all }
      // A header of 24 bytes, with the length of what follows.
      let bytes = sectors.bytes(at: position, count: volume.blockSize)
      guard let length = bytes.span.bytes.littleEndian(at: 20, as: UInt32.self) else { return all }
      rest = entry.further(Array(bytes.dropFirst(24).prefix(Int(length))), in: place.partition)
    }
    return all
  }

  private func contents(of entry: UDFFileEntry, _ partition: UInt16) -> DiscSectors.Checked {
    var all = DiscSectors.Checked()
    if let inline = entry.inline {
      all.bytes = inline
      return all
    }
    for extent in extents(of: entry, partition) where all.bytes.count < Self.largestFolder {
      let count = Int(min(extent.count, UInt64(Self.largestFolder)))
      guard let start = extent.start else {
        all.bytes += [UInt8](repeating: 0, count: count)
        continue
      }
      let part = sectors.checked(at: start, count: count)
      all.bytes += part.bytes
      all.corrected += part.corrected
      all.damaged += part.damaged
      guard part.bytes.count == count else { break }
    }
    return all
  }

  /// Components of a path: kind, length, version, name.
  private static func target(_ bytes: [UInt8]) -> String {
    var parts: [String] = []
    var isAbsolute = false
    var place = 0
    while place + 4 <= bytes.count {
      let length = Int(bytes[place + 1])
      guard place + 4 + length <= bytes.count else { break }
      switch bytes[place] {
      case 1, 2:
        parts = []
        isAbsolute = true
      case 3: parts.append("..")
      case 4: parts.append(".")
      case 5: parts.append(UDFDescriptors.text(bytes[place + 4..<place + 4 + length]))
      default: break
      }
      place += 4 + length
    }
    return (isAbsolute ? "/" : "") + parts.joined(separator: "/")
  }
}
