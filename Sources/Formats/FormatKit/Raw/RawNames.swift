import Evidence

extension FormatID {
  /// The bytes of the medium and nothing else, in one file or split.
  package static let raw = FormatID("raw")
}
