import DiscImages
import Evidence
import OpticalDisc

/// Reads the folders of ISO 9660, in each of the ways their names are written.
///
/// Total over what is stored: a record that is wrong costs that record, and is named.
struct ISO9660Tree {
  /// A descriptor of a volume.
  struct Volume {
    let kind: DiscTree.Kind
    let name: String
    /// Bytes.
    let blockSize: Int
    /// Bytes the volume says it has.
    let size: UInt64
    var root: DirectoryRecord
    /// Of its path tables: bytes, and the blocks of both.
    var table: (size: UInt32, little: UInt32, big: UInt32) = (0, 0, 0)
    /// What is to be said of how it was found.
    var remark: String?
    /// Byte of the disc from which its blocks are counted: they are those of the disc, or of the track.
    var base: UInt64 = 0
    /// Byte of the disc on which its track begins: its size counts from there.
    var origin: UInt64 = 0

    /// Byte of the disc behind it.
    var end: UInt64 { max(base, origin) + size }

    /// Its folders as its path table lists them, the root first; none where it has no table that begins with it.
    func pathTable(_ sectors: DiscSectors) -> [PathTable.Folder] {
      for (block, isBigEndian) in [(table.little, false), (table.big, true)] where block > 0 {
        let bytes = sectors.bytes(at: place(block), count: min(Int(clamping: table.size), PathTable.largest))
        let folders = PathTable(bytes, isBigEndian: isBigEndian).folders
        if let first = folders.first, first.name.elementsEqual([0]), first.parent == 1 { return folders }
      }
      return []
    }

    /// The record of itself with which a folder begins.
    func folder(_ block: UInt32, _ attributeBlocks: UInt8, _ sectors: DiscSectors) -> DirectoryRecord? {
      let bytes = sectors.bytes(at: place(block, behind: attributeBlocks), count: 2048)
      guard let own = DirectoryRecord(bytes[...], isHighSierra: kind == .highSierra), own.isDot,
        own.block == block || own.byCopies.block == block
      else { return nil }
      return own
    }

    func place(_ block: UInt32, behind blocks: UInt8 = 0) -> UInt64 {
      base + (UInt64(block) + UInt64(blocks)) * UInt64(blockSize)
    }
  }

  private struct Folder {
    let path: String
    let start: UInt64
    let size: Int
  }

  private let sectors: DiscSectors
  private let volume: Volume
  private var builder = TreeBuilder()
  private var open: [Folder] = []
  private var seen: Set<UInt64> = []
  /// By the byte on which they begin.
  private var pathsOfFolders: [UInt64: String] = [:]
  /// Bytes of folders that were read.
  private var folderBytes = 0
  /// Bytes before the entries of SUSP.
  private var skip = 0

  /// Bytes of continuation areas, and parts of interleaved files, that are still looked at.
  private var continuationBytes = 1 << 28
  private var partsLeft = 1_000_000

  private static let largestFolder = 1 << 24
  private static let mostFolderBytes = 1 << 27

  private init(_ volume: Volume, _ sectors: DiscSectors) {
    self.volume = volume
    self.sectors = sectors
  }

  /// - Parameter remark: what is to be said of it besides.
  static func read(
    _ volume: Volume, _ sectors: DiscSectors, session: Int, track: Int, remark: String? = nil
  ) -> DiscTree {
    var tree = ISO9660Tree(volume, sectors)
    tree.walk()
    return DiscTree(
      kind: volume.kind, session: session, track: track, name: volume.name,
      entries: tree.builder.sorted(),
      remarks: [remark, volume.remark].compactMap(\.self) + tree.builder.remarks,
      losses: tree.builder.losses,
      volumeEnd: volume.size > 0 ? volume.end : nil)
  }

  /// Whether the first record of the root announces SUSP, and with how many bytes before its entries.
  static func suspSkip(_ volume: Volume, _ sectors: DiscSectors) -> Int? {
    let bytes = sectors.bytes(at: volume.place(volume.root.block), count: 2048)
    guard let record = DirectoryRecord(bytes[...], isHighSierra: false) else { return nil }
    // Behind attributes of XA, the entry may stand after 14 bytes.
    return [0, 14].lazy.compactMap { SystemUse(record.systemUse, skip: $0) { _, _, _ in [] }.skip }.first
  }

  private mutating func walk() {
    if volume.kind == .rockRidge { skip = Self.suspSkip(volume, sectors) ?? 0 }
    push(volume.root.block, size: volume.root.size, attributeBlocks: volume.root.attributeBlocks, as: "")
    readFolders()
    addLostFolders()
    let behind = builder.files(reachingPast: volume.end)
    if behind > 0, volume.size > 0 {
      builder.note(
        "\(behind == 1 ? "1 file lies" : "\(behind) files lie") behind the \(volume.size) bytes the volume says it has"
      )
    }
  }

  private mutating func readFolders() {
    while let folder = open.popLast() {
      guard !builder.isFull else {
        builder.lose("only the first \(TreeBuilder.mostEntries) entries are listed")
        return
      }
      read(folder)
    }
  }

  /// Those that only the path table lists: the record that led to them is damaged.
  private mutating func addLostFolders() {
    let folders = volume.pathTable(sectors)
    var taken: Set<String> = []
    var counted = 0
    for folder in folders.dropFirst() where !builder.isFull {
      let start = volume.place(folder.block, behind: folder.attributeBlocks)
      guard !seen.contains(start), let own = volume.folder(folder.block, folder.attributeBlocks, sectors)
      else {
        continue
      }
      let parent = (1...folders.count).contains(folder.parent) ? folders[folder.parent - 1] : nil
      let place = parent.map { volume.place($0.block, behind: $0.attributeBlocks) }
      let above = place.flatMap { pathsOfFolders[$0] } ?? ""
      let name =
        volume.kind == .joliet ? NameText.text(utf16: folder.name) : NameText.text(folder.name)
      taken.formUnion(builder.entries[counted...].lazy.map(\.path))
      counted = builder.entries.count
      let (path, isRenamed) = TreeBuilder.path(of: name, in: above, besides: &taken)
      var entry = DiscEntry(path: path, stored: isRenamed ? name : nil, kind: .folder)
      if isRenamed { entry.marks.insert(.renamed) }
      entry.problems.append("only the path table lists it: its record is damaged or was removed")
      builder.add(entry)
      push(folder.block, size: own.size, attributeBlocks: folder.attributeBlocks, as: path)
      readFolders()
    }
  }

  private mutating func push(_ block: UInt32, size: UInt32, attributeBlocks: UInt8, as path: String) {
    let start = volume.place(block, behind: attributeBlocks)
    guard seen.insert(start).inserted else {
      builder.note("the folder \(path) is one that was read before: it is not read again")
      return
    }
    guard Int(size) <= Self.largestFolder, folderBytes + Int(size) <= Self.mostFolderBytes else {
      builder.lose("the folder \(path) has \(size) bytes: it is not read")
      return
    }
    folderBytes += Int(size)
    pathsOfFolders[start] = path
    open.append(Folder(path: path, start: start, size: Int(size)))
  }

  // MARK: Folders

  private mutating func read(_ folder: Folder) {
    func shown() -> String { folder.path.isEmpty ? "/" : folder.path }
    let checked = sectors.checked(at: folder.start, count: folder.size)
    let bytes = checked.bytes
    builder.note(checked, of: "the folder \(shown())")
    if !(bytes.count >= DirectoryRecord.shortest
      && DirectoryRecord(bytes[...], isHighSierra: volume.kind == .highSierra)?.isDot == true)
    {
      builder.lose("the folder \(shown()) does not begin with the record of itself")
    }
    if bytes.count < folder.size {
      builder.lose("the folder \(shown()) is not whole in the image")
    }
    builder.begin(folder: folder.path)
    var pending: [Found] = []
    var place = 0
    while place < bytes.count {
      let end = min((place / 2048 + 1) * 2048, bytes.count)
      // No record crosses the end of a sector; zeros fill it.
      guard bytes[place] != 0 else {
        place = end
        continue
      }
      let begin = place
      guard var record = DirectoryRecord(bytes[place..<end], isHighSierra: volume.kind == .highSierra) else {
        builder.lose("the folder \(shown()) has a record that cannot be read, at its byte \(place)")
        place = nextRecord(in: bytes, place + 1..<end) ?? end
        continue
      }
      // Another record inside of it: its length is wrong.
      let next = place + record.shortestLength
      if !record.systemUse.isEmpty, DirectoryRecord.seemsToBegin(at: next, in: bytes, before: end) {
        builder.note("the folder \(shown()) has a record of a wrong length, at its byte \(place)")
        record = record.shortened()
        place = next
      } else {
        place += Int(bytes[place])
      }
      guard !record.isDot else { continue }
      let one = Found(record: record, place: folder.start + UInt64(begin))
      if let first = pending.first {
        if first.record.name == record.name, !record.isFolder {
          pending.append(one)
          guard !record.goesOn else { continue }
          add(pending[0], further: pending.dropFirst())
          pending = []
          continue
        }
        add(first, further: pending.dropFirst(), isBroken: true)
        pending = []
      }
      if record.goesOn, !record.isFolder { pending = [one] } else { add(one) }
    }
    if let first = pending.first { add(first, further: pending.dropFirst(), isBroken: true) }
  }

  /// Where a record seems to begin, behind one that is damaged.
  private func nextRecord(in bytes: [UInt8], _ range: Range<Int>) -> Int? {
    range.first { DirectoryRecord.seemsToBegin(at: $0, in: bytes, before: range.upperBound) }
  }

  // MARK: Records

  /// A record, and the byte of the disc where it lies.
  private struct Found {
    let record: DirectoryRecord
    let place: UInt64
  }

  /// - Parameter further: of the same file, an extent each.
  private mutating func add(_ found: Found, further: ArraySlice<Found> = [], isBroken: Bool = false) {
    let blocks = sectors.size / UInt64(volume.blockSize)
    var record = found.record
    var rest = further.map(\.record)
    var contradictions = record.settle(within: blocks).map { [$0] } ?? []
    for index in rest.indices {
      if let one = rest[index].settle(within: blocks) { contradictions.append(one) }
    }
    let use = systemUse(of: record)
    guard !(use.isRelocated && volume.kind == .rockRidge) else { return }
    let name = name(of: record, use)
    let (path, isRenamed) = builder.path(of: name, ending: record.isAssociated ? "~associated" : "")
    var kind: DiscEntry.Kind = record.isFolder ? .folder : .file
    if volume.kind == .rockRidge {
      if use.child != nil { kind = .folder }
      switch (use.owner?.mode ?? 0) & 0o170000 {
      case 0o120000: kind = .symbolicLink
      case 0o010000, 0o020000, 0o060000, 0o140000: kind = .other
      default: break
      }
    }
    var entry = DiscEntry(path: path, stored: isRenamed ? name : nil, kind: kind)
    entry.problems = use.problems + contradictions
    if isBroken {
      entry.isCut = true
      entry.problems.append("its last part is not listed: it is cut")
    }
    if isRenamed { entry.marks.insert(.renamed) }
    if record.isHidden { entry.marks.insert(.hidden) }
    if record.isAssociated { entry.marks.insert(.associated) }
    var facts = DiscEntry.Facts(record: found.place)
    if volume.kind == .rockRidge { (facts.times, facts.owner) = (use.times, use.owner) }
    if !use.statesModified, let time = DiscTime.of(record: record.date, .modified) {
      facts.times.append(time)
    }
    entry.facts = facts
    if kind == .symbolicLink { entry.target = use.target.map { NameText.text($0) } ?? "" }
    if kind == .file { fill(&entry, record, rest, use) }
    builder.add(entry)
    guard kind == .folder else { return }
    if let child = use.child, volume.kind == .rockRidge {
      push(child, size: sizeOfFolder(at: child), attributeBlocks: 0, as: path)
    } else {
      push(record.block, size: record.size, attributeBlocks: record.attributeBlocks, as: path)
    }
  }

  /// Bytes of a folder, as its own first record says.
  private func sizeOfFolder(at block: UInt32) -> UInt32 {
    let bytes = sectors.bytes(at: volume.place(block), count: 2048)
    return DirectoryRecord(bytes[...], isHighSierra: false)?.size ?? 0
  }

  private mutating func systemUse(of record: DirectoryRecord) -> SystemUse {
    guard volume.kind == .rockRidge else {
      // The attributes of XA stand there without SUSP as well.
      return SystemUse(record.systemUse.count >= 14 ? record.systemUse.prefix(14) : [], skip: 14) { _, _, _ in
        []
      }
    }
    let (sectors, volume) = (sectors, volume)
    var left = continuationBytes
    let use = SystemUse(record.systemUse, skip: skip) { block, offset, count in
      left -= count
      return left < 0 ? [] : sectors.bytes(at: volume.place(block) + UInt64(offset), count: count)
    }
    continuationBytes = max(0, left)
    return use
  }

  private mutating func fill(
    _ entry: inout DiscEntry, _ first: DirectoryRecord, _ further: [DirectoryRecord], _ use: SystemUse
  ) {
    if further.isEmpty, !first.isInterleaved {
      entry.contents = .extent(
        DiscEntry.Extent(
          volume.place(first.block, behind: first.attributeBlocks), count: UInt64(first.size)))
      entry.size = UInt64(first.size)
    } else {
      let records = [first] + further
      var extents: [DiscEntry.Extent] = []
      for record in records {
        guard let parts = parts(of: record) else {
          entry.isCut = true
          entry.problems.append("it is divided into too many parts: it is not read")
          continue
        }
        extents += parts
      }
      entry.setExtents(extents)
      entry.size = records.reduce(0) { $0 + UInt64($1.size) }
    }
    if use.isSparse {
      entry.isCut = true
      entry.problems.append("its contents are a table of pieces (Rock Ridge SF): the table is delivered")
    }
    if let (size, compression) = use.compression, volume.kind == .rockRidge {
      entry.compression = compression
      entry.size = size
    } else if let algorithm = use.unknownCompression {
      entry.isCut = true
      entry.problems.append(
        "it is compressed in a way that is not read (ZF \(algorithm)): it is delivered as it is stored")
    }
    if entry.reaches(past: (sectors.size + 2047) / 2048 * 2048) {
      entry.problems.append("it extends past the end of the image")
    }
    // Attributes of XA say form 2 of all sectors, or of some between others; a sector says it too.
    let isForm2 = (use.attributes ?? 0) & 0x1000 != 0
    let isMixed = (use.attributes ?? 0) & 0x2000 != 0
    guard let first = entry.sector, entry.size > 0 else { return }
    if sectors.isForm2(first) || (isForm2 || isMixed) && sectors.isStoredByForm(first) {
      entry.isByForm = true
      if isMixed, entry.size > 0 {
        entry.problems.append("its sectors may be of both forms: it is as large as this, or smaller")
      }
      entry.size = (entry.size + 2047) / 2048 * 2324
    } else if isForm2 {
      entry.problems.append("its sectors are of form 2, of whose 2324 bytes the image has 2048")
    }
  }

  /// Extents on the disc: behind an extended attribute record, and around the gaps of an interleaved file.
  /// - Returns: `nil` where a tree would have more of them than fit.
  private mutating func parts(of record: DirectoryRecord) -> [DiscEntry.Extent]? {
    let block = UInt64(volume.blockSize)
    var start = volume.place(record.block, behind: record.attributeBlocks)
    var left = UInt64(record.size)
    guard record.isInterleaved else { return [DiscEntry.Extent(start, count: left)] }
    let (unit, gap) = (UInt64(record.unit) * block, UInt64(record.gap) * block)
    partsLeft -= Int(left / unit)
    guard partsLeft > 0 else { return nil }
    var parts: [DiscEntry.Extent] = []
    while left > 0, start < sectors.size {
      let count = min(unit, left)
      parts.append(DiscEntry.Extent(start, count: count))
      start += unit + gap
      left -= count
    }
    if left > 0 { parts.append(DiscEntry.Extent(start, count: left)) }
    return parts
  }

  // MARK: Names

  private func name(of record: DirectoryRecord, _ use: SystemUse) -> String {
    switch volume.kind {
    case .rockRidge: NameText.text(use.name?[...] ?? Self.plain(record.name))
    case .joliet:
      Self.withoutVersion(NameText.text(utf16: record.name))
    case .iso9660, .highSierra, .udf, .hfs, .hfsPlus, .areas: NameText.text(Self.plain(record.name))
    }
  }

  /// `A.TXT;1` is version 1 of `A.TXT`, `A.;1` of `A`.
  private static func plain(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard name.count >= 2, name[name.endIndex - 1] == UInt8(ascii: "1"),
      name[name.endIndex - 2] == UInt8(ascii: ";")
    else { return name }
    let bare = name.dropLast(2)
    return bare.last == UInt8(ascii: ".") ? bare.dropLast() : bare
  }

  private static func withoutVersion(_ name: String) -> String {
    name.hasSuffix(";1") ? String(name.dropLast(2)) : name
  }
}
