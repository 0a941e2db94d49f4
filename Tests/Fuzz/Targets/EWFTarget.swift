import Evidence
import Formats
import SystemIO
import SystemPackage

/// The E01 reader.
///
/// Input: one byte of flags, three of a length (little-endian), then the file. With flag 1 the checksums of all
/// sections are made right first, since mutations would hardly get past them; with flag 2 the file is split at
/// that length into two segments.
enum EWFTarget {
  static let headerSize = 4
  static let repairs: UInt8 = 1
  static let splits: UInt8 = 2

  private static let names = ["image.E01", "image.E02"]

  static func problem(with input: [UInt8]) -> String? {
    guard input.count > headerSize else { return nil }
    let flags = input[0]
    let split = Int(input[1]) | Int(input[2]) << 8 | Int(input[3]) << 16
    var segments = [Array(input[headerSize...])]
    if flags & splits != 0 {
      let place = min(split, segments[0].count)
      segments = [Array(segments[0][..<place]), Array(segments[0][place...])]
    }
    if flags & repairs != 0 { segments = segments.map(EWFRepair.repaired) }
    guard let first = Scratch.shared.write(segments, as: names) else {
      return "the scratch file was not written"
    }
    guard let reader = try? Formats.openDisk(first, as: .e01) else { return nil }
    return ReaderInvariants.problem(with: reader)
  }
}
