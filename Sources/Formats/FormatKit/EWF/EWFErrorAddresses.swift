import Evidence

/// Which sectors an E01 can name in its own list of unreadable ones (section `error2`).
///
/// Address and count have 32 bits each, and libewf stores the low 32 bits of whatever it is given: a sector past
/// them would appear as another one. Since it also joins neighbouring ranges, the very last address is left out,
/// with which a range could have 2³² sectors.
package enum EWFErrorAddresses {
  /// Sectors that can be listed.
  package static let listable = SectorRange(0..<0xffff_ffff)

  /// The parts of `ranges` that can be listed.
  package static func listed(_ ranges: [SectorRange]) -> [SectorRange] {
    ranges.compactMap { $0.intersection(listable) }
  }

  /// The parts of `ranges` that cannot be listed; only map and manifest have them.
  package static func unlisted(_ ranges: [SectorRange]) -> [SectorRange] {
    ranges.compactMap { $0.intersection(SectorRange(listable.end..<UInt64.max)) }
  }
}
