/// Which part of a sector a file stores.
package enum SectorLayout: String, Hashable, Sendable, CaseIterable {
  /// All 2352 bytes of a CD sector; of an audio sector, 588 stereo samples.
  case raw
  /// The 2048 bytes of user data of mode 1.
  case mode1Data
  /// The 2048 bytes of user data of mode 2 form 1.
  case form1Data
  /// The 2324 bytes of user data of mode 2 form 2.
  case form2Data
  /// Subheader and data of form 2 without its EDC: 2332 bytes.
  case form2Body
  /// All that follows the header: 2336 bytes of mode 0 or 2.
  case body
  /// 2048 bytes with nothing around them: a sector of a DVD or BD, or the user data of one of any disc.
  case dvdData

  /// The bytes of the 2352-byte sector that are stored; of a DVD, which has no such sector, as if it were mode 1.
  package var range: Range<Int> {
    switch self {
    case .raw: 0..<2352
    case .mode1Data, .dvdData: 16..<2064
    case .form1Data: 24..<2072
    case .form2Data: 24..<2348
    case .form2Body: 16..<2348
    case .body: 16..<2352
    }
  }

  /// Bytes per sector.
  package var size: Int { range.count }
}

/// How the 96 bytes of P to W of a sector are stored.
package enum SubchannelLayout: String, Hashable, Sendable, CaseIterable {
  /// As a drive delivers them: byte i holds bit i of every channel, P in the highest bit.
  case interleaved
  /// One channel after the other, 12 bytes each, as in `.sub` files.
  case deinterleaved
  /// Packs of R to W, de-interleaved and corrected by the drive; without P and Q.
  case packs
}
