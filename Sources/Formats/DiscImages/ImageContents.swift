import Evidence
import FormatKit
import OpticalDisc
import SystemIO
import SystemPackage

/// The contents of an image as a file of sectors.
package struct ImageContents: DiscFile {
  package let reader: any ImageReader
  package let name: String
  /// Zero bytes behind the contents, of no digest.
  private let padding: UInt64
  package var names: [String] { reader.segments.map(\.string) }
  package var size: UInt64 { reader.geometry.length + padding }

  package init(_ reader: any ImageReader, name: String, padding: UInt64 = 0) {
    self.padding = padding
    self.reader = reader
    self.name = name
  }

  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(EvidenceError)
    -> Int
  {
    guard offset < size else { return 0 }
    let count = Int(min(UInt64(buffer.count), size - offset))
    let length = reader.geometry.length
    let stored = offset < length ? Int(min(UInt64(count), length - offset)) : 0
    UnsafeMutableRawBufferPointer(rebasing: buffer[stored..<count]).initializeMemory(
      as: UInt8.self, repeating: 0)
    guard stored > 0 else { return count }
    let damaged = try reader.read(
      into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<stored]), at: offset)
    if let first = damaged.first {
      throw EvidenceError(.imageMalformed, name, "bytes \(first.bytes) are damaged: \(first.reason)")
    }
    return count
  }
}

extension DiscImage {
  /// The containers that sectors are unpacked from.
  package var containers: [any ImageReader] { files.compactMap { ($0 as? ImageContents)?.reader } }
}
