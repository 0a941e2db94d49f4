import Evidence
import FormatKit
import ReferenceMedia
import SystemIO
import SystemPackage

/// What an image must hold: a run of sectors of a medium, the fill pattern in place of those it refused, and zeros
/// after the end of the medium where an image holds whole sectors only.
struct ExpectedContents {
  let medium: StampedContents
  /// First sector of the medium.
  let first: UInt64
  /// In bytes.
  let length: UInt64
  /// Sectors of the medium that were refused.
  let unreadable: Set<UInt64>
  let fill: FillPattern

  /// - Parameter range: in sectors of the medium; all of it where `nil`.
  init(
    _ medium: StampedContents, range: SectorRange? = nil, unreadable: Set<UInt64> = [],
    fill: FillPattern = .zero
  ) {
    self.fill = fill
    let size = UInt64(medium.sectorSize)
    self.medium = medium
    self.first = range?.first ?? 0
    self.length = min(range.map { $0.end * size } ?? medium.length, medium.length) - first * size
    self.unreadable = unreadable
  }

  var sectorSize: UInt64 { UInt64(medium.sectorSize) }
  var sectorCount: UInt64 { (length + sectorSize - 1) / sectorSize }
  var paddedLength: UInt64 { sectorCount * sectorSize }

  /// The bytes of `range`, which counts from the beginning of the image and lies within ``paddedLength``.
  func bytes(_ range: Range<UInt64>) -> [UInt8] {
    let start = first * sectorSize
    let held = range.clamped(to: 0..<length)
    var bytes = medium.bytes(start + held.lowerBound..<start + held.upperBound)
    for sector in unreadable {
      let place = sector * sectorSize..<(sector + 1) * sectorSize
      let pattern = filling(of: sector)
      for position in place.clamped(to: start + held.lowerBound..<start + held.upperBound) {
        bytes[Int(position - start - held.lowerBound)] =
          pattern[
            Int(position - place.lowerBound) % pattern.count]
      }
    }
    return bytes + [UInt8](repeating: 0, count: range.count - bytes.count)
  }

  /// What is repeated in the place of a refused sector: said here anew, since the program must not be its own measure.
  private func filling(of sector: UInt64) -> [UInt8] {
    switch fill {
    case .byte(let byte): [byte]
    case .address: Array("unreadable sector \(sector)\n".utf8)
    }
  }

  /// Everything, without what fills the last sector.
  var all: [UInt8] { bytes(0..<length) }
}

/// Contents compared with what they must be, sector by sector.
struct SectorComparison {
  private(set) var compared: UInt64 = 0
  /// Sectors of the image that are not what they must be, those that are missing or too many included.
  private(set) var differing: [SectorRange] = []

  /// Bytes compared at once.
  private static let step: UInt64 = 1 << 20

  /// What an image holds, as our own reader decodes it.
  init(of reader: any ImageReader, with expected: ExpectedContents) throws {
    try self.init(length: reader.geometry.length, expected) { buffer, position in
      if let damage = try reader.read(into: buffer, at: position).first {
        throw EvidenceError(.imageMalformed, reader.segments[0].string, damage.reason)
      }
    }
  }

  /// What a file holds.
  init(ofFile path: FilePath, with expected: ExpectedContents) throws {
    let file = try FileSequence([path])
    try self.init(length: file.length, expected) { buffer, position in
      guard try file.read(into: buffer, at: position) == buffer.count else {
        throw EvidenceError(.readFailed, path.string, "it became shorter")
      }
    }
  }

  private init(
    length: UInt64, _ expected: ExpectedContents,
    read: (UnsafeMutableRawBufferPointer, UInt64) throws -> Void
  ) throws {
    let size = expected.sectorSize
    let common = min(length, expected.paddedLength)
    var found: [SectorRange] = []
    for position in stride(from: 0, to: common, by: Int(Self.step)) {
      let range = position..<min(position + Self.step, common)
      var observed = [UInt8](repeating: 0, count: range.count)
      try observed.withUnsafeMutableBytes { try read($0, position) }
      let wanted = expected.bytes(range)
      guard observed != wanted else { continue }
      for start in stride(from: 0, to: observed.count, by: Int(size)) {
        let sector = start..<min(start + Int(size), observed.count)
        if observed[sector] != wanted[sector] {
          found.append(SectorRange(first: (position + UInt64(start)) / size, count: 1))
        }
      }
    }
    // A raw image ends with the medium, others with a whole sector.
    if length != expected.length, length != expected.paddedLength {
      let ends = [common / size, max(common / size + 1, (max(length, expected.length) + size - 1) / size)]
      found.append(SectorRange(ends[0]..<ends[1]))
    }
    compared = (common + size - 1) / size
    differing = found.joined()
  }
}
