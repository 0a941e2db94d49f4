/// How hard an image is compressed. The raw value is what manifests state.
package enum ImageCompression: String, Hashable, Sendable, CaseIterable {
  /// Chunks are stored as they are.
  case none
  /// Only chunks of zeros are compressed.
  case emptyBlock
  /// About the size of zlib level 1, several times as fast.
  case fast
  /// About the size of zlib level 9, many times as fast.
  case best

  /// As it is typed, and as journals keep it.
  package var word: String { self == .emptyBlock ? "empty-block" : rawValue }

  package init?(word: String) {
    guard let one = Self.allCases.first(where: { $0.word == word }) else { return nil }
    self = one
  }
}
