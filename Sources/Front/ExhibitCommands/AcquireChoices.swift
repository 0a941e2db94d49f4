import Acquisition
import DiscWriters
import Evidence
import Formats
import Sessions
import SystemPackage
import WriterKit

/// The words allowed as values of options.
enum AcquireChoices {
  static let formats = ImagePlans.formats.map(\.rawValue).joined(separator: ", ")
  static let readable = Formats.readable.map(\.id.rawValue).joined(separator: ", ")
  static let compressions = ImageCompression.allCases.map(\.word).joined(separator: ", ")
  static let digests = DigestAlgorithm.allCases.map(\.rawValue).joined(separator: ",")

  static func images(
    named names: [String], _ settings: ImageSettings, option: String = "--format"
  ) throws(EvidenceError) -> [any ImagePlan] {
    try names.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.mapThrowing {
      name throws(EvidenceError) in
      guard let plan = ImagePlans.plan(FormatID(name.lowercased()), settings) else {
        throw EvidenceError(.argumentInvalid, "\(option) \(name)", "one of \(formats)")
      }
      return plan
    }
  }

  /// `FOLDER`, or `FORMAT:FOLDER`.
  static func copy(
    named text: String, _ settings: ImageSettings
  ) throws(EvidenceError) -> AcquisitionRequest.Copy {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2, let plan = ImagePlans.plan(FormatID(parts[0].lowercased()), settings) {
      return AcquisitionRequest.Copy(folder: FilePath(String(parts[1])), images: [plan])
    }
    return AcquisitionRequest.Copy(folder: FilePath(text))
  }

  static func compression(_ name: String) throws(EvidenceError) -> ImageCompression {
    guard let compression = ImageCompression(word: name.lowercased()) else {
      throw EvidenceError(.argumentInvalid, "--compression \(name)", "one of \(compressions)")
    }
    return compression
  }

  /// The word for digests of chunks in place of those of the whole.
  static let segmented = "chunks"

  /// Digests of the whole, and whether they are left to the first full verification: then MD5 is among them.
  static func acquisitionDigests(
    named list: String
  ) throws(EvidenceError) -> (digests: Set<DigestAlgorithm>, isSegmented: Bool) {
    let words = list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let others = words.filter { $0.lowercased() != segmented }
    guard others.count < words.count else { return (try digests(named: list), false) }
    let asked: Set<DigestAlgorithm>
    do throws(EvidenceError) {
      asked = others.isEmpty ? [] : try digests(named: others.joined(separator: ","))
    } catch {
      throw EvidenceError(.argumentInvalid, "--digest \(list)", "of \(digests),\(segmented)")
    }
    return (asked.union([.md5, .sha256]), true)
  }

  static func digests(named list: String) throws(EvidenceError) -> Set<DigestAlgorithm> {
    var result: Set<DigestAlgorithm> = []
    for name in list.split(separator: ",", omittingEmptySubsequences: false) {
      guard let algorithm = DigestAlgorithm(rawValue: name.lowercased()) else {
        throw EvidenceError(.argumentInvalid, "--digest \(list)", "of \(digests)")
      }
      result.insert(algorithm)
    }
    return result
  }

  /// One of the words of a closed list.
  static func word<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, _ option: String
  ) throws(EvidenceError) -> Choice {
    guard let choice = Choice(rawValue: name.lowercased()) else {
      throw EvidenceError(.argumentInvalid, "\(option) \(name)", "one of \(list(Choice.self))")
    }
    return choice
  }

  static func list<Choice: RawRepresentable<String> & CaseIterable>(_: Choice.Type) -> String {
    Choice.allCases.map(\.rawValue).joined(separator: ", ")
  }
}

/// Sizes as typed: `1500MiB`, `2GiB`, `650MB`, `1048576`.
enum ByteSize {
  private static let units: [(String, UInt64)] = [
    ("KIB", 1 << 10), ("MIB", 1 << 20), ("GIB", 1 << 30), ("TIB", 1 << 40), ("KB", 1000), ("MB", 1_000_000),
    ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30),
    ("T", 1 << 40), ("B", 1), ("", 1),
  ]

  static func parse(_ text: String, _ option: String) throws(EvidenceError) -> UInt64 {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text.dropFirst(digits.count).uppercased()
    if let number = UInt64(digits), let factor = units.first(where: { $0.0 == unit })?.1 {
      let (product, overflow) = number.multipliedReportingOverflow(by: factor)
      if !overflow, product > 0, product <= UInt64(Int64.max) { return product }
    }
    throw EvidenceError(.argumentInvalid, "\(option) \(text)", "a size such as 1500MiB, 2GiB or 650MB")
  }
}
