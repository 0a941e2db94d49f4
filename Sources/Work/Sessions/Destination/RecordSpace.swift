/// The space that the record beside the images needs at most.
enum RecordSpace {
  /// Map, manifest, signature and database, generously.
  private static let fixed: UInt64 = 8 << 20
  /// A line of the chunk file.
  private static let chunkLine: UInt64 = 128

  /// Bytes.
  static func needed(chunkCount: UInt64) -> UInt64 { fixed + chunkCount * chunkLine }
}
