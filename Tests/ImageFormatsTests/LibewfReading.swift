import CEWF
import Evidence
import EvidenceTestKit
import Foundation
import SystemPackage

/// Reads an E01 with libewf, as programs built on it do. The tests are its only user.
enum LibewfReading {
  struct Contents {
    let bytes: [UInt8]
    /// Chunks whose checksum was wrong; the library delivers something else in their place and reports success.
    let checksumErrors: UInt32
  }

  /// The whole contents, through `libewf_handle_read_buffer`.
  /// - Throws: where the library refuses.
  static func contents(_ segments: [FilePath]) throws -> Contents {
    var handle: UnsafeMutablePointer<libewf_handle_t>?
    try check("initialise") { libewf_handle_initialize(&handle, $0) }
    defer { libewf_handle_free(&handle, nil) }
    var names = segments.map { strdup($0.string) }
    defer { for name in names { free(name) } }
    try check("open") {
      libewf_handle_open(handle, &names, Int32(names.count), libewf_get_access_flags_read(), $0)
    }
    defer { libewf_handle_close(handle, nil) }
    var size: size64_t = 0
    try check("ask the size") { libewf_handle_get_media_size(handle, &size, $0) }
    var bytes = [UInt8](repeating: 0, count: Int(size))
    var done = 0
    while done < bytes.count {
      var error: UnsafeMutablePointer<libewf_error_t>?
      let count = bytes.withUnsafeMutableBytes {
        libewf_handle_read_buffer(
          handle, $0.baseAddress.map { $0 + done }, min(1 << 20, $0.count - done), &error)
      }
      guard count > 0 else { throw failure("read", error) }
      done += count
    }
    var errors: UInt32 = 0
    try check("ask for checksum errors") { libewf_handle_get_number_of_checksum_errors(handle, &errors, $0) }
    return Contents(bytes: bytes, checksumErrors: errors)
  }

  private static func check(
    _ action: String, _ call: (UnsafeMutablePointer<UnsafeMutablePointer<libewf_error_t>?>) -> Int32
  ) throws {
    var error: UnsafeMutablePointer<libewf_error_t>?
    guard call(&error) >= 0 else { throw failure(action, error) }
  }

  private static func failure(
    _ action: String, _ error: UnsafeMutablePointer<libewf_error_t>?
  ) -> ToolFailure {
    var error = error
    var text = [CChar](repeating: 0, count: 4096)
    if error != nil {
      libewf_error_backtrace_sprint(error, &text, text.count)
      libewf_error_free(&error)
    }
    let trace = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return ToolFailure(description: "libewf: \(action): \(trace)")
  }
}
