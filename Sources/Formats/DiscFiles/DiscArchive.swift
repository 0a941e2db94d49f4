internal import CArchive
import Evidence
import Glibc
import OpticalDisc

/// A file or folder of a disc.
package struct DiscEntry: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    case file
    case folder
    case symbolicLink = "link"
    case other
  }

  /// As the disc has it, with `/` between folders.
  package let path: String
  package let kind: Kind
  /// Bytes of a file.
  package let size: UInt64
  /// Seconds since 1970; `nil` where the disc does not say.
  package let modified: Int64?
  /// Of a symbolic link.
  package let target: String?
  /// Path of a file listed before that has the same contents: they are not delivered again.
  package let sameAs: String?
}

/// Lists and reads the files of a file system of ISO 9660 through libarchive. Rock Ridge goes before Joliet.
package final class DiscArchive: DiscFileReader {
  private let source: Source
  private let handle: OpaquePointer
  private var entry: OpaquePointer?
  /// Of files so far: those with the same contents as another have none of their own.
  private var sizes: [String: UInt64] = [:]

  /// - Throws: `imageMalformed` where libarchive finds no file system it knows; `readFailed`.
  package init(_ image: DiscImage, _ system: DiscImage.FileSystems) throws(EvidenceError) {
    guard let handle = archive_read_new() else {
      throw EvidenceError(.systemCall, "libarchive", "no memory")
    }
    self.source = Source(try DiscVolume(image, system))
    self.handle = handle
    archive_read_support_format_iso9660(handle)
    archive_read_support_filter_none(handle)
    archive_read_set_read_callback(handle) { _, client, buffer in Source.of(client)?.read(buffer) ?? -1 }
    archive_read_set_skip_callback(handle) { _, client, count in Source.of(client)?.skip(Int(count)) ?? 0 }
    archive_read_set_seek_callback(handle) { _, client, offset, origin in
      Source.of(client)?.seek(Int(offset), origin) ?? Int64(ARCHIVE_FATAL)
    }
    archive_read_set_callback_data(handle, Unmanaged.passUnretained(source).toOpaque())
    let status = archive_read_open1(handle)
    guard status == ARCHIVE_OK else { throw failure() }
  }

  deinit { archive_read_free(handle) }

  /// The next file or folder; `nil` after the last. Folders come in no particular order.
  package func next() throws(EvidenceError) -> DiscEntry? {
    while true {
      let status = archive_read_next_header(handle, &entry)
      if status == ARCHIVE_EOF { return nil }
      guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry else { throw failure() }
      let kind: DiscEntry.Kind =
        switch archive_entry_filetype(entry) & 0o170000 {
        case 0o100000: .file
        case 0o040000: .folder
        case 0o120000: .symbolicLink
        default: .other
        }
      let path = archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry)
      guard let path else { continue }
      source.isProbing = false
      let name = String(cString: path)
      let original = archive_entry_hardlink_utf8(entry).map { String(cString: $0) }
      let size = original.flatMap { sizes[$0] } ?? UInt64(max(0, archive_entry_size(entry)))
      if kind == .file { sizes[name] = size }
      return DiscEntry(
        path: name, kind: kind, size: size,
        modified: Self.time(entry),
        target: archive_entry_symlink_utf8(entry).map { String(cString: $0) }, sameAs: original)
    }
  }

  /// Years before 0 and after 9999 are no times of files.
  private static func time(_ entry: OpaquePointer) -> Int64? {
    guard archive_entry_mtime_is_set(entry) != 0 else { return nil }
    let time = Int64(archive_entry_mtime(entry))
    return (-62_167_219_200..<253_402_300_800).contains(time) ? time : nil
  }

  /// The next piece of the contents of the file that ``next()`` gave last; `nil` at its end.
  /// - Throws: `imageMalformed`, `readFailed`.
  package func read() throws(EvidenceError) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = buffer.withUnsafeMutableBytes { archive_read_data(handle, $0.baseAddress, $0.count) }
    guard count >= 0 else { throw failure() }
    guard count > 0 else { return nil }
    buffer.removeLast(buffer.count - count)
    return buffer
  }

  private func failure() -> EvidenceError {
    if let failure = source.failure { return failure }
    let text = archive_error_string(handle).map { String(cString: $0) } ?? "unknown reason"
    return EvidenceError(.imageMalformed, "file system", "libarchive: \(text)")
  }
}

/// What libarchive reads from.
private final class Source {
  private let volume: DiscVolume
  private var position = 0
  /// Memory that libarchive may look at until it asks for more.
  private var held = UnsafeMutableRawBufferPointer.allocate(byteCount: 1, alignment: 16)
  private(set) var failure: EvidenceError?
  /// Until the first file is named.
  var isProbing = true

  init(_ volume: DiscVolume) { self.volume = volume }

  deinit { held.deallocate() }

  static func of(_ client: UnsafeMutableRawPointer?) -> Source? {
    client.map { Unmanaged<Source>.fromOpaque($0).takeUnretainedValue() }
  }

  func read(_ buffer: UnsafeMutablePointer<UnsafeRawPointer?>?) -> Int {
    let size = DiscVolume.sectorSize
    do throws(EvidenceError) {
      let bytes = try volume.bytes(from: position / size, isProbing: isProbing)
      let start = position % size
      guard bytes.count > start else { return 0 }
      held.deallocate()
      held = .allocate(byteCount: bytes.count - start, alignment: 16)
      held.copyBytes(from: bytes[start...])
      position += held.count
      buffer?.pointee = UnsafeRawPointer(held.baseAddress)
      return held.count
    } catch {
      failure = error
      return Int(ARCHIVE_FATAL)
    }
  }

  /// Files of an earlier session lie before those of a later one.
  func seek(_ offset: Int, _ origin: Int32) -> Int64 {
    let end = volume.sectors * DiscVolume.sectorSize
    let base = origin == SEEK_SET ? 0 : origin == SEEK_CUR ? position : end
    position = min(max(0, base + offset), end)
    return Int64(position)
  }

  func skip(_ count: Int) -> Int64 {
    let room = max(0, volume.sectors * DiscVolume.sectorSize - position)
    let skipped = min(max(0, count), room)
    position += skipped
    return Int64(skipped)
  }
}
