/// What the sectors of a track are. Manifests and descriptions of discs store the raw value.
package enum TrackMode: String, Hashable, Sendable, CaseIterable {
  case audio
  /// Data sectors whose user data is all zero (ECMA-130 §14.3).
  case mode0
  /// 2048 bytes of user data with EDC and ECC.
  case mode1
  /// 2336 bytes after the header: formless, or forms 1 and 2 of CD-ROM XA in any mix.
  case mode2
  /// Sectors of 2048 bytes of a DVD or BD.
  case dvd
  /// 2048 bytes of user data, of a CD, DVD or BD: nothing says which.
  case userData = "data"

  package var isData: Bool { self != .audio }
}
