import Evidence

/// `NAME.map`: the state of every sector as a GNU ddrescue mapfile ("Mapfile structure" in its manual).
///
/// Positions and sizes are bytes; a last short sector has its true length. Contains no times, so that the
/// same map always gives the same bytes.
package struct MapFile: Hashable, Sendable {
  /// Largest map file in bytes.
  package static let largestFile = 256 << 20

  package let map: SectorMap
  /// Bytes per sector.
  package let sectorSize: UInt32
  /// True length of the stream in bytes.
  package let length: UInt64

  /// - Precondition: the map covers exactly `length` bytes of sectors of a positive `sectorSize`.
  package init(map: SectorMap, sectorSize: UInt32, length: UInt64) {
    precondition(
      MediaGeometry(length: length, logicalSectorSize: sectorSize).sectorCount == map.sectorCount,
      "the map is not one of this length")
    self.map = map
    self.sectorSize = sectorSize
    self.length = length
  }

  package var bytes: [UInt8] {
    // Status `?` is ddrescue's "copying non-tried blocks", `+` "finished"; the pass is 1 in both.
    let pending = map.ranges(in: .notAttempted).first
    var text = """
      # Mapfile. Sectors of one stream as Exhibit read them
      # current_pos  current_status  current_pass
      \(Self.hex(pending.map { start($0) } ?? 0))     \(pending == nil ? "+" : "?")               1
      #      pos        size  status

      """
    for run in map.runs {
      text +=
        "\(Self.hex(start(run.range)))  \(Self.hex(end(run.range) - start(run.range)))  \(run.state.sign)\n"
    }
    return Array(text.utf8)
  }

  /// Reads a map file that has exactly the form `bytes` writes.
  /// - Parameters:
  ///   - length: true length of the stream in bytes.
  ///   - sectorSize: bytes per sector; positive.
  ///   - name: what the file is called in errors.
  /// - Throws: `fileTooLarge`, `recordFileMalformed`.
  package init(
    parsing bytes: [UInt8], sectorSize: UInt32, length: UInt64, name: String
  ) throws(EvidenceError) {
    var lines = try TextLines(bytes, name: name, cap: Self.largestFile)
    let geometry = MediaGeometry(length: length, logicalSectorSize: sectorSize)
    let size = UInt64(sectorSize)
    var map = SectorMap(sectorCount: geometry.sectorCount)
    var position: UInt64 = 0
    var isAfterStatusLine = false
    while let line = lines.next() {
      if line.first == UInt8(ascii: "#") { continue }
      guard isAfterStatusLine else {
        isAfterStatusLine = true
        continue
      }
      let fields = line.split(separator: UInt8(ascii: " "))
      guard fields.count == 3, let start = Self.number(fields[0]), let count = Self.number(fields[1]),
        let state = SectorState(sign: fields[2])
      else { throw lines.failure("not a position, a size and a status") }
      let (end, overflow) = start.addingReportingOverflow(count)
      guard !overflow, start == position, count > 0, end <= length, end % size == 0 || end == length else {
        throw lines.failure("not the whole sectors after byte \(position)")
      }
      map.mark(SectorRange(start / size..<end / size + (end % size == 0 ? 0 : 1)), as: state)
      position = end
    }
    guard position == length else { throw lines.failure("covers \(position) of \(length) bytes") }
    self.init(map: map, sectorSize: sectorSize, length: length)
    // Blanks, comments and the status line follow from the map; whatever differs was changed.
    guard self.bytes == bytes else {
      throw EvidenceError(.recordFileMalformed, name, "not in the form Exhibit writes")
    }
  }

  private func start(_ range: SectorRange) -> UInt64 { min(range.first * UInt64(sectorSize), length) }

  private func end(_ range: SectorRange) -> UInt64 {
    let (end, overflow) = range.end.multipliedReportingOverflow(by: UInt64(sectorSize))
    return overflow ? length : min(end, length)
  }

  private static func hex(_ number: UInt64) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return "0x" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  private static func number(_ text: ArraySlice<UInt8>) -> UInt64? {
    guard text.starts(with: Array("0x".utf8)), text.count <= 18 else { return nil }
    return UInt64(String(decoding: text.dropFirst(2), as: UTF8.self), radix: 16)
  }
}

extension SectorState {
  fileprivate var sign: Character {
    switch self {
    case .read: "+"
    case .unreadable: "-"
    case .notAttempted: "?"
    }
  }

  fileprivate init?(sign: ArraySlice<UInt8>) {
    guard let state = Self.allCases.first(where: { String($0.sign).utf8.elementsEqual(sign) }) else {
      return nil
    }
    self = state
  }
}
