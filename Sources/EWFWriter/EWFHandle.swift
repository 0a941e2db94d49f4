internal import CEWF
import Evidence
import Glibc
import ImageFormats
import SystemIO
import SystemPackage

/// A libewf handle open for writing one set of segments in the EnCase 6 format.
///
/// EnCase 6 is the one format of this library that carries case data, MD5 and SHA-1, acquiry errors and media
/// over 2 TiB.
///
/// `@unchecked Sendable` holds because the handle is used by one thread at a time: the writer that owns it is
/// called from one thread.
final class EWFHandle: @unchecked Sendable {
  private var handle: UnsafeMutablePointer<libewf_handle_t>?
  private let base: FilePath

  /// - Parameter base: the path without extension. Files are created with the first chunk.
  init(base: FilePath, geometry: MediaGeometry, sectorsPerChunk: UInt32, options: EWFOptions)
    throws(EvidenceError)
  {
    self.base = base
    try check("initialise") { libewf_handle_initialize(&handle, $0) }
    try base.withMutableString { (name: UnsafeMutablePointer<CChar>) throws(EvidenceError) in
      var names: [UnsafeMutablePointer<CChar>?] = [name]
      try check("open") { libewf_handle_open(handle, &names, 1, libewf_get_access_flags_write(), $0) }
    }
    try configure(geometry: geometry, sectorsPerChunk: sectorsPerChunk, options: options)
  }

  deinit { abandon() }

  /// Format first, since it resets the ceiling of the segment size; then the geometry.
  private func configure(
    geometry: MediaGeometry, sectorsPerChunk: UInt32, options: EWFOptions
  ) throws(EvidenceError) {
    let sectorSize = geometry.logicalSectorSize
    let mediaSize = geometry.sectorCount * UInt64(sectorSize)
    let level: Int8 =
      switch options.compression {
      case .none, .emptyBlock: 0
      case .fast: 1
      case .best: 2
      }
    try check("set format") { libewf_handle_set_format(handle, Self.encase6, $0) }
    try check("set compression") {
      libewf_handle_set_compression_values(
        handle, level, options.compression == .emptyBlock ? Self.emptyBlockFlag : 0, $0)
    }
    try check("set sector size") { libewf_handle_set_bytes_per_sector(handle, sectorSize, $0) }
    try check("set chunk size") { libewf_handle_set_sectors_per_chunk(handle, sectorsPerChunk, $0) }
    try check("set media size") { libewf_handle_set_media_size(handle, mediaSize, $0) }
    try check("set segment size") { libewf_handle_set_maximum_segment_size(handle, options.segmentSize, $0) }
    try check("set error granularity") {
      libewf_handle_set_error_granularity(handle, options.errorGranularity, $0)
    }
    try check("set media type") {
      libewf_handle_set_media_type(handle, (options.mediaType ?? .fixed).code, $0)
    }
    let flags = (options.isPhysical ? Self.physicalFlag : 0) | (options.writeBlocker?.flag ?? 0)
    try check("set media flags") { libewf_handle_set_media_flags(handle, flags, $0) }
    let identifier = Host.randomBytes(16)
    try check("set identifier") { libewf_handle_set_segment_file_set_identifier(handle, identifier, 16, $0) }
    try check("set code page") { libewf_handle_set_header_codepage(handle, Self.windows1252, $0) }
    for (name, value) in options.description.ewfHeaderValues {
      // The library looks at the byte behind the length it is given: without a NUL there, values are lost.
      let name = Array(name.utf8) + [0]
      let value = Array(value.utf8) + [0]
      try check("set header value") {
        libewf_handle_set_utf8_header_value(handle, name, name.count - 1, value, value.count - 1, $0)
      }
    }
  }

  /// Appends one chunk that is a zlib stream, or one that is stored as it is with its Adler-32.
  func writeChunk(
    _ stored: UnsafeRawBufferPointer, plainLength: Int, isCompressed: Bool, checksum: UInt32
  ) throws(EvidenceError) {
    var error: UnsafeMutablePointer<libewf_error_t>?
    var checksumBytes: UInt32 = 0
    errno = 0
    let written = withUnsafeMutableBytes(of: &checksumBytes) { checksumBytes in
      libewf_handle_write_chunk(
        handle, stored.baseAddress, stored.count, plainLength, isCompressed ? 1 : 0,
        isCompressed ? nil : checksumBytes.baseAddress, checksum, isCompressed ? 0 : 1, &error)
    }
    // The stored size comes back; 0 means that the media size is already reached.
    guard written > 0, written >= stored.count else { throw failure("write a chunk", error) }
  }

  /// Stores digests and unreadable sectors, completes the last segment and closes the set.
  func finish(digests: DigestSet, unreadable: [SectorRange]) throws(EvidenceError) {
    if var bytes = digests[.md5]?.bytes {
      try check("store the MD5") { libewf_handle_set_md5_hash(handle, &bytes, bytes.count, $0) }
    }
    if var bytes = digests[.sha1]?.bytes {
      try check("store the SHA-1") { libewf_handle_set_sha1_hash(handle, &bytes, bytes.count, $0) }
    }
    for range in EWFErrorAddresses.listed(unreadable) {
      try check("store unreadable sectors") {
        libewf_handle_append_acquiry_error(handle, range.first, range.count, $0)
      }
    }
    var error: UnsafeMutablePointer<libewf_error_t>?
    errno = 0
    // 0 means that less than the media size was written, and that nothing was done.
    guard libewf_handle_write_finalize(handle, &error) > 0 else { throw failure("finalize", error) }
    guard libewf_handle_close(handle, &error) == 0 else { throw failure("close", error) }
    libewf_handle_free(&handle, nil)
  }

  /// Closes without finalizing: what is on disk stays recognisably incomplete.
  func abandon() {
    guard handle != nil else { return }
    _ = libewf_handle_close(handle, nil)
    libewf_handle_free(&handle, nil)
  }

  private static let encase6: UInt8 = 0x06
  private static let emptyBlockFlag: UInt8 = 0x01
  private static let physicalFlag: UInt8 = 0x02
  private static let windows1252: Int32 = 1252

  private func check(
    _ action: String, _ call: (UnsafeMutablePointer<UnsafeMutablePointer<libewf_error_t>?>) -> Int32
  ) throws(EvidenceError) {
    var error: UnsafeMutablePointer<libewf_error_t>?
    errno = 0
    guard call(&error) == 1 else { throw failure(action, error) }
  }

  private func failure(_ action: String, _ error: UnsafeMutablePointer<libewf_error_t>?) -> EvidenceError {
    let number = errno
    var error = error
    var text = [CChar](repeating: 0, count: 4096)
    if error != nil {
      libewf_error_backtrace_sprint(error, &text, text.count)
      libewf_error_free(&error)
    }
    let trace = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // The library does not say why a write failed; a full file system shows by itself.
    if [ENOSPC, EDQUOT].contains(number) || isDestinationFull || trace.contains("insufficient space") {
      return EvidenceError(.destinationFull, base.string, "E01: \(action)", errno: ENOSPC)
    }
    let reason = trace.split(separator: "\n").last.map(String.init) ?? "no reason given"
    return EvidenceError(.encoderFailed, base.string, "E01: \(action): \(reason)")
  }

  private var isDestinationFull: Bool {
    guard let free = try? Files.freeSpace(base.removingLastComponent()) else { return false }
    return free < 1 << 16
  }
}

extension FilePath {
  fileprivate func withMutableString(
    _ body: (UnsafeMutablePointer<CChar>) throws(EvidenceError) -> Void
  ) throws(EvidenceError) {
    let copy = withPlatformString { strdup($0) }
    defer { free(copy) }
    guard let copy else { return }
    try body(copy)
  }
}
