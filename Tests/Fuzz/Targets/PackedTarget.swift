import DiscImages
import Evidence
import FormatKit
import Formats
import SystemPackage

/// Containers that pack the sectors of a disc.
///
/// Input: three bytes with the length of the first file where there is a second (little-endian, 0 for one file), then
/// the files.
enum PackedTarget {
  static let headerSize = 3

  private static let names: [(signature: String, names: [String])] = [
    ("IsZ!", ["packed.isz", "packed.i01"]), ("DAA", ["packed.daa", "packed.d00"]),
    ("GBI", ["packed.gbi", "packed.d00"]),
  ]

  static func problem(with input: [UInt8]) -> String? {
    guard input.count > headerSize else { return nil }
    let split = Int(input[0]) | Int(input[1]) << 8 | Int(input[2]) << 16
    let bytes = Array(input[headerSize...])
    let place = min(split, bytes.count)
    let names = names.first { bytes.starts(with: $0.signature.utf8) }?.names ?? ["packed.img"]
    let parts = split == 0 || names.count == 1 ? [bytes] : [Array(bytes[..<place]), Array(bytes[place...])]
    guard let first = Scratch.shared.write(parts, as: names) else {
      return "the scratch file was not written"
    }
    guard let format = try? Formats.identify(first), format.isContainer else { return nil }
    if format.contents == .disk {
      return (try? Formats.openDisk(first)).flatMap { ReaderInvariants.problem(with: $0) }
    }
    guard let image = try? Formats.openDisc(first).image else { return nil }
    for reader in image.containers {
      if let problem = ReaderInvariants.problem(with: reader) { return problem }
    }
    return DiscInvariants.problem(with: image, claimsAll: false)
  }
}
