import Evidence

extension SectorCodec {
  /// Past the last sector that a header has a time for.
  package static let headerEnd = 100 * 60 * MSF.framesPerSecond - MSF.leadTime

  /// Whole sectors around parts of them: what the parts lack is computed. A subheader that was never stored says data of
  /// file 0, channel 0.
  /// - Parameters:
  ///   - parts: of sectors that follow each other.
  ///   - layout: what the parts are; not `raw`.
  ///   - lba: of the first sector; all lie between the times 00:00:00 and 99:59:74.
  static func whole(_ parts: [UInt8], of layout: SectorLayout, _ mode: TrackMode, from lba: Int) -> [UInt8] {
    var sectors: [UInt8] = []
    sectors.reserveCapacity(parts.count / layout.size * size)
    for (number, start) in stride(from: 0, to: parts.count, by: layout.size).enumerated() {
      guard let address = MSF(lba: lba + number) else { preconditionFailure("before 00:00:00") }
      sectors += whole(parts[start..<start + layout.size], of: layout, mode, at: address)
    }
    return sectors
  }

  private static func whole(
    _ part: ArraySlice<UInt8>, of layout: SectorLayout, _ mode: TrackMode, at address: MSF
  ) -> [UInt8] {
    switch layout {
    case .raw: return Array(part)
    case .mode1Data, .dvdData: return encode(.mode1, at: address, data: Array(part))
    case .form1Data: return encode(.form1, at: address, subheader: [0, 0, 8, 0], data: Array(part))
    case .form2Data: return encode(.form2, at: address, subheader: [0, 0, form2Bit, 0], data: Array(part))
    case .form2Body:
      var sector = encode(.formless, at: address, data: part + [0, 0, 0, 0])
      protect(&sector, as: .form2)
      return sector
    case .body: return encode(mode == .mode0 ? .mode0 : .formless, at: address, data: Array(part))
    }
  }
}
