import Evidence

/// The physical format information of a layer of a DVD, as READ DISC STRUCTURE answers it without its header.
package struct DVDPhysicalFormat: Hashable, Sendable {
  /// Which book, e.g. 2 for DVD-R, and the version of its part.
  package let book: UInt8
  package let part: UInt8
  package let isEightCentimetres: Bool
  /// 1 or 2 in what is made; up to 4 can be stated.
  package let layers: Int
  /// The second layer is read from the outside inwards.
  package let isOppositeTrackPath: Bool
  /// Physical sector numbers where the data area begins and ends, and where it ends on layer 0 of an opposite track path.
  package let first: Int
  package let last: Int
  package let lastOfLayer0: Int
  package let hasBurstCuttingArea: Bool

  /// - Parameter bytes: at least 17; `nil` of fewer.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 17 else { return nil }
    func number(_ at: Int) -> Int { bytes[at..<at + 3].reduce(0) { $0 << 8 | Int($1) } }
    self.book = bytes[0] >> 4
    self.part = bytes[0] & 0xF
    self.isEightCentimetres = bytes[1] >> 4 == 1
    self.layers = Int(bytes[2] >> 5 & 3) + 1
    self.isOppositeTrackPath = bytes[2] & 0x10 != 0
    self.first = number(5)
    self.last = number(9)
    self.lastOfLayer0 = number(13)
    self.hasBurstCuttingArea = bytes[16] & 0x80 != 0
  }

  /// Sectors of the data area of both layers, as stated; `nil` where the numbers cannot be.
  package var sectors: Int? {
    guard isOppositeTrackPath, layers > 1 else { return last >= first ? last - first + 1 : nil }
    // Numbers of layer 1 are the complements of those of layer 0, in 24 bits.
    let firstOfLayer1 = 0xFF_FFFF - lastOfLayer0
    guard lastOfLayer0 >= first, last >= firstOfLayer1 else { return nil }
    return (lastOfLayer0 - first + 1) + (last - firstOfLayer1 + 1)
  }

  /// Sector of the data area with which layer 1 begins; `nil` where there is none.
  package var layerBreak: Int? {
    isOppositeTrackPath && layers > 1 && lastOfLayer0 >= first ? lastOfLayer0 - first + 1 : nil
  }

  package var bookTitle: String {
    let titles: [UInt8: String] = [
      0: "DVD-ROM", 1: "DVD-RAM", 2: "DVD-R", 3: "DVD-RW", 4: "HD DVD-ROM", 5: "HD DVD-RAM", 6: "HD DVD-R",
      9: "DVD+RW", 0xA: "DVD+R", 0xD: "DVD+RW of two layers", 0xE: "DVD+R of two layers",
    ]
    return titles[book] ?? "book \(book)"
  }
}

/// What protects a DVD, as its lead-in states it.
package struct DVDCopyright: Hashable, Sendable {
  package let system: UInt8
  /// Regions from 1 to 8 it may be played in.
  package let regions: [Int]

  /// - Parameter bytes: at least 2; `nil` of fewer.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 2 else { return nil }
    self.system = bytes[0]
    // A bit that is set forbids its region.
    self.regions = (1...8).filter { bytes[1] >> ($0 - 1) & 1 == 0 }
  }

  package var title: String {
    let titles: [UInt8: String] = [0: "no protection", 1: "CSS or CPPM", 2: "CPRM", 3: "AACS", 0x10: "AACS"]
    return titles[system] ?? "protection \(system)"
  }
}

extension RawStructures.DiscStructure {
  /// The kind of structure, of a DVD.
  package var title: String {
    let titles: [UInt8: String] = [
      0: "physical format", 1: "copyright", 3: "burst cutting area", 4: "manufacturer",
      8: "DVD-RAM medium status",
      0x0D: "recording management area", 0x0E: "pre-recorded information in the lead-in", 0x11: "ADIP",
      0x20: "layer boundary",
    ]
    return titles[format] ?? "structure \(format)"
  }
}

/// A series of measurements of the density of data, as Alcohol 120% stores it: number, first sector, distance and count of
/// entries, then the entries.
package struct DensitySeries: Hashable, Sendable {
  package let first: Int
  package let distance: Int
  package let entries: Int

  /// `nil` where its head is not whole.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 16 else { return nil }
    func number(_ at: Int) -> Int { bytes[at..<at + 4].reversed().reduce(0) { $0 << 8 | Int($1) } }
    self.first = number(4)
    self.distance = number(8)
    self.entries = (bytes.count - 16) / 4
  }
}
