import DiscImages
import Evidence
import Media
import OpticalDisc

/// What a disc has besides files: images to start a computer from, partitions, and what is stored where no file system or
/// track says anything. Each as a file of a tree of its own.
struct AreaTree {
  private let track: DiscTrack
  private let sectors: DiscSectors
  private let trees: [DiscTree]
  private var builder = TreeBuilder()

  private var start: UInt64 { UInt64(track.start) * 2048 }
  private var end: UInt64 { UInt64(track.end) * 2048 }

  private static let mostDescriptors = 64
  /// Bytes that are looked at to tell whether an area is empty.
  private static let mostLookedAt = 1 << 24

  /// - Parameters:
  ///   - trees: of the same track.
  ///   - isLast: what belongs to no track is told with it.
  /// - Returns: `nil` where there is nothing of it.
  static func read(
    _ track: DiscTrack, _ sectors: DiscSectors, session: Int, trees: [DiscTree], isLast: Bool
  ) -> DiscTree? {
    var tree = AreaTree(track: track, sectors: sectors, trees: trees)
    tree.builder.begin(folder: "")
    tree.addBoot()
    tree.addPartitions()
    tree.addUnclaimed(isLast: isLast)
    guard !tree.builder.entries.isEmpty else { return nil }
    return DiscTree(
      kind: .areas, session: session, track: track.number, name: "", entries: tree.builder.sorted(),
      remarks: tree.builder.remarks)
  }

  private init(track: DiscTrack, sectors: DiscSectors, trees: [DiscTree]) {
    self.track = track
    self.sectors = sectors
    self.trees = trees
  }

  private mutating func add(_ name: String, _ start: UInt64, _ count: UInt64, _ note: String) {
    var one = DiscEntry(path: builder.path(of: name).path, stored: nil, kind: .file, size: count)
    one.setExtents([DiscEntry.Extent(start, count: count)])
    one.note = note
    if start + count > sectors.size { one.problems.append("it extends past the end of the image") }
    builder.add(one)
  }

  // MARK: El Torito

  private mutating func addBoot() {
    for number in 0..<Self.mostDescriptors {
      let bytes = sectors.bytes(
        at: start + UInt64(VolumeDescriptors.systemArea + number) * 2048, count: 2048)
      guard bytes.count == 2048, bytes[1..<6].elementsEqual("CD001".utf8), bytes[0] != 255 else { return }
      let found = ElTorito(bytes) { block, count in sectors.bytes(at: UInt64(block) * 2048, count: count) }
      guard let found else { continue }
      for remark in found.remarks { builder.note(remark) }
      add("boot-catalogue.bin", UInt64(found.block) * 2048, 2048, "El Torito, \(found.entries.count) entries")
      for (index, entry) in found.entries.enumerated() { add(entry, index + 1) }
      return
    }
  }

  private mutating func add(_ entry: ElTorito.Entry, _ number: Int) {
    let place = UInt64(entry.block) * 2048
    let size = entry.size(file: sizeOfFile(at: Int(entry.block)), first: sectors.bytes(at: place, count: 512))
    let note =
      "El Torito, \(entry.platformName), \(entry.mediaName), \(entry.isBootable ? "bootable" : "not bootable"), loads \(entry.sectors) sectors of 512 bytes"
    add("boot-\(number)-\(entry.platformName).img", place, size, note)
  }

  /// The largest that begins there.
  private func sizeOfFile(at sector: Int) -> UInt64? {
    trees.flatMap { tree in
      tree.entries.indices.lazy.filter { tree.entries[$0].sector == sector }.map { tree.entries[$0].size }
    }.max()
  }

  // MARK: Partitions

  private mutating func addPartitions() {
    let (sectors, start, length) = (sectors, start, end - start)
    let read = { (at: UInt64, count: Int) -> [UInt8] in
      at < length ? sectors.bytes(at: start + at, count: Int(min(UInt64(count), length - at))) : []
    }
    if let table = PartitionTable.find(sectorSize: 512, sectorCount: length / 512, read: read) {
      let scheme = table.scheme == .mbr ? "MBR" : "GPT"
      for remark in table.remarks { builder.note("\(scheme): \(remark)") }
      for one in table.partitions {
        let names = [one.typeName, one.name].compactMap(\.self).joined(separator: ", ")
        add(
          "partition-\(scheme.lowercased())-\(one.number).img", start + one.sectors.first * 512,
          one.sectors.count * 512, "\(scheme), type \(one.type)\(names.isEmpty ? "" : ", \(names)")")
      }
    }
    guard let map = AppleMap(read: read) else { return }
    for (index, one) in map.partitions.enumerated() where one.count > 0 {
      add(
        "partition-apple-\(index + 1).img", start + one.start, one.count,
        "Apple partition map, type \(one.type)\(one.name.isEmpty ? "" : ", \(one.name)")")
    }
  }

  // MARK: What nothing says anything of

  private mutating func addUnclaimed(isLast: Bool) {
    if let volume = trees.compactMap(\.volumeEnd).max(), volume > start, volume < end {
      let whole = (volume + 2047) / 2048 * 2048
      if whole < end {
        add(
          "behind-volume.bin", whole, end - whole,
          "stored behind the end of the volume, \(look(whole, end - whole))")
      }
    }
    if track.first < track.start, track.first >= 0 {
      let pregap = track.extents(in: track.first..<track.start).filter(\.isStored)
      if let first = pregap.first?.start, let last = pregap.last?.end {
        let (place, count) = (UInt64(first) * 2048, UInt64(last - first) * 2048)
        add(
          "pregap-track-\(track.number).bin", place, count,
          "stored before index 1 of the track, \(look(place, count))")
      }
    }
    guard isLast else { return }
    for (index, part) in sectors.image.unclaimed.enumerated() where !part.range.isEmpty {
      let name = builder.path(of: "no-track-\(index + 1).bin").path
      var one = DiscEntry(path: name, stored: nil, kind: .file, size: UInt64(part.range.count))
      one.contents = .raw(file: part.file, part.range)
      one.note = "belongs to no track: \(part.reason)"
      builder.add(one)
    }
  }

  private func look(_ place: UInt64, _ count: UInt64) -> String {
    let bytes = sectors.bytes(at: place, count: Int(min(count, UInt64(Self.mostLookedAt))))
    guard bytes.allSatisfy({ $0 == 0 }) else { return "not empty" }
    return bytes.count == Int(clamping: count) ? "all zero" : "zero in its first \(bytes.count) bytes"
  }
}
