import DiskImages
import DiscImages
import Evidence
import FormatKit
import OpticalDisc
import SystemIO
import SystemPackage

/// Every format there is a word for, and the one answer to what a file is.
package enum Formats {
  package static let all: [Format] = readable + known

  /// The format with an identifier.
  package static func named(_ id: FormatID) -> Format? { all.first { $0.id == id } }

  /// The title of a format; its identifier where it is on no list.
  package static func title(_ id: FormatID) -> String { named(id)?.title ?? id.rawValue }

  // MARK: What a file is

  /// What a file is: by its bytes where they say it, then by its name. Blocks on the file.
  /// - Returns: `nil` where nothing claims it: bytes and nothing else, or nothing that Exhibit knows.
  /// - Throws: `fileMissing`, `readFailed`; `formatUnknown` for what is no regular file.
  package static func identify(_ path: FilePath) throws(EvidenceError) -> Format? {
    let first = try firstOfSet(path)
    return identify(try ProbeInput(first), name: first.lastComponent?.string ?? "")
  }

  /// What bytes are, in a file of this name. Total.
  package static func identify(_ input: ProbeInput, name: String) -> Format? {
    let claims = all.map { ($0, $0.probe(input)) }
    func first(_ confidence: ProbeConfidence) -> Format? { claims.first { $0.1 == confidence }?.0 }
    return first(.certain) ?? first(.likely) ?? readable.first { $0.claims(name: name) } ?? first(.possible)
  }

  /// A later file of a split set begins with anything: the first one tells.
  private static func firstOfSet(_ path: FilePath) throws(EvidenceError) -> FilePath {
    let name = path.lastComponent?.string ?? ""
    let ending = name.split(separator: ".").last ?? ""
    guard ending.count > 1, ending.allSatisfy({ $0.isASCII && $0.isNumber }) else { return path }
    let folder = path.removingLastComponent()
    let set = SplitFileNames.set(containing: name, among: try FileFolders(folder).names())
    return set.names.first.map { folder.appending($0) } ?? path
  }

  // MARK: Opening

  /// Opens the image of a disk. What nothing claims is raw.
  /// - Parameter id: the format it is opened as, whatever its bytes look like: a raw image may well hold an E01.
  /// - Throws: `formatUnreadable` for what is known and cannot be read, `formatUnknown` for the image of a disc,
  ///   `imageMalformed` for an empty file; what opening throws.
  package static func openDisk(
    _ path: FilePath, as id: FormatID? = nil, _ opening: DiskOpening = DiskOpening()
  ) throws(EvidenceError) -> any ImageReader {
    guard try SegmentFile(path).size > 0 else {
      throw EvidenceError(.imageMalformed, path.string, "the file is empty")
    }
    let format = try format(path, as: id) ?? .raw
    if let refusal = format.refusal(of: path) { throw refusal }
    guard case .disk(let open) = format.reading else {
      throw EvidenceError(.formatUnknown, path.string, "it is the image of an optical disc (\(format.title))")
    }
    return try open(path, opening)
  }

  /// Opens the image of an optical disc.
  /// - Parameter id: the format it is opened as.
  /// - Throws: `formatUnreadable` for what is known and cannot be read, `formatUnknown` for anything else that is no
  ///   disc; what opening throws.
  package static func openDisc(
    _ path: FilePath, as id: FormatID? = nil
  ) throws(EvidenceError) -> (format: Format, image: DiscImage) {
    let format = try format(path, as: id)
    if let refusal = format?.refusal(of: path) { throw refusal }
    guard let format, case .disc(let open) = format.reading else {
      throw EvidenceError(
        .formatUnknown, path.string,
        format.map { "it is the image of a disk (\($0.title))" }
          ?? "no cue sheet, no table of contents of cdrdao, no sectors of a data track")
    }
    return (format, try open(path, openSectors))
  }

  private static func format(_ path: FilePath, as id: FormatID?) throws(EvidenceError) -> Format? {
    guard let id else { return try identify(path) }
    guard let format = named(id) else { throw EvidenceError(.formatUnknown, path.string, "as \(id)") }
    return format
  }

  /// Opens what holds the sectors of a disc that something else describes: a container of disks, or the bytes alone,
  /// which may well look like a disc of their own.
  @Sendable private static func openSectors(
    _ path: FilePath, _ opening: DiskOpening
  ) throws(EvidenceError) -> any ImageReader {
    let format = try identify(path)
    guard let format, format.contents == .disk else { return try openDisk(path, as: .raw, opening) }
    return try openDisk(path, as: format.id, opening)
  }
}

extension ProbeInput {
  /// Reads the beginning and the end of a file.
  /// - Throws: `fileMissing`, `formatUnknown` for what is no regular file, `readFailed`.
  package init(_ path: FilePath) throws(EvidenceError) {
    let file = try SegmentFile(path)
    let tail = min(UInt64(Self.tailSize), file.size)
    self.init(
      head: try file.bytes(at: 0, count: Self.headSize),
      tail: try file.bytes(at: file.size - tail, count: Int(tail)), size: file.size)
  }
}
