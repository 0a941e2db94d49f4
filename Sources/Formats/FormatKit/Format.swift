import Evidence
import OpticalDisc
import SystemPackage

/// What an image is of.
package enum FormatContents: Hashable, Sendable {
  /// The sectors of a disk, a stick, a card.
  case disk
  /// An optical disc: tracks and sessions.
  case disc
  /// Files without the medium they lay on.
  case files
  /// Something packed, which is looked into only when it is unpacked.
  case packed
}

/// What opening a disk image needs to know besides its path.
package struct DiskOpening: Sendable {
  /// Unit of addressing in bytes, positive, for formats that do not say it.
  package var sectorSize: UInt32
  /// Folders that hold files of the set besides that of the path.
  package var others: [FilePath]
  /// The disc whose stored sectors, one after the other, are what is read of the image of a disc: it says where in this stream
  /// each lies.
  package var disc: Disc?
  /// The format of the file, for those who would have to guess it.
  package var format: FormatID?

  package init(
    sectorSize: UInt32 = 512, besides others: [FilePath] = [], disc: Disc? = nil, format: FormatID? = nil
  ) {
    self.sectorSize = sectorSize
    self.others = others
    self.disc = disc
    self.format = format
  }
}

/// Opens the image of a disk, whichever format it has.
package typealias DiskOpener =
  @Sendable (FilePath, DiskOpening) throws(EvidenceError) -> any ImageReader

/// What a format is: one value for each, all of them in `Formats.all`. Nothing outside the folder of a format asks which
/// format an image has; what differs between formats is said here, by its reader, or by its writer.
package struct Format: Sendable {
  /// What the format is read with.
  package enum Reading: Sendable {
    case disk(DiskOpener)
    /// The reader is given what opens disk images, since some discs lie in one.
    case disc(@Sendable (FilePath, DiskOpener) throws(EvidenceError) -> DiscImage)
    /// It is known so that it is never taken for something else.
    /// - Parameter advice: what to do instead, as a sentence.
    case refused(advice: String)
  }

  package let id: FormatID
  /// Name as printed.
  package let title: String
  /// Endings of its files: small letters, without the first dot.
  package let endings: [String]
  package let contents: FormatContents
  /// Has a structure of its own: checksums, case data, digests. What has none is bytes and nothing else.
  package let isContainer: Bool
  package let reading: Reading
  /// Whether a file is of the format, by its first and last bytes. Total: it never throws and takes any bytes.
  package let probe: @Sendable (ProbeInput) -> ProbeConfidence
  /// What of unreadable sectors the format's own list can name; `nil` where it has no list.
  package let listed: (@Sendable ([SectorRange]) -> [SectorRange])?
  /// What checks an image of these files with a stock program, as a command; `nil` where nothing checks more than the
  /// digests of the files.
  package let stockCheck: @Sendable (_ files: [String]) -> String?
  /// What writes so many bytes of the contents to standard output with a stock program; `nil` where none does.
  package let stockContents: @Sendable (_ files: [String], _ length: UInt64) -> String?

  package init(
    _ id: FormatID, _ title: String, endings: [String], contents: FormatContents, isContainer: Bool = true,
    reading: Reading, probe: @escaping @Sendable (ProbeInput) -> ProbeConfidence,
    listed: (@Sendable ([SectorRange]) -> [SectorRange])? = nil,
    stockCheck: @escaping @Sendable ([String]) -> String? = { _ in nil },
    stockContents: @escaping @Sendable ([String], UInt64) -> String? = { _, _ in nil }
  ) {
    self.id = id
    self.title = title
    self.endings = endings
    self.contents = contents
    self.isContainer = isContainer
    self.reading = reading
    self.probe = probe
    self.listed = listed
    self.stockCheck = stockCheck
    self.stockContents = stockContents
  }

  /// Whether the name of a file ends as those of the format do.
  package func claims(name: String) -> Bool {
    let small = name.lowercased()
    return endings.contains { small.hasSuffix("." + $0) }
  }

  /// Why it cannot be read; `nil` where it can.
  /// - Parameter path: of a file that is of the format.
  package func refusal(of path: FilePath) -> EvidenceError? {
    guard case .refused(let advice) = reading else { return nil }
    return EvidenceError(.formatUnreadable, path.string, "\(title); \(advice)")
  }
}

/// How surely a file is of a format.
package enum ProbeConfidence: Int, Hashable, Sendable, Comparable {
  case none
  /// The bytes fit, and those of a disk would fit as well: the name decides, or whoever asks for a disc.
  case possible
  /// Parts of the format are there, but not its signature: perhaps damaged.
  case likely
  case certain

  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What of a file a probe sees.
package struct ProbeInput: Sendable {
  /// Bytes of the beginning that are wanted; fewer where the file is shorter.
  package static let headSize = 64 << 10
  /// Bytes of the end that are wanted.
  package static let tailSize = 4 << 10

  package let head: [UInt8]
  package let tail: [UInt8]
  /// Of the file, in bytes.
  package let size: UInt64

  package init(head: [UInt8], tail: [UInt8], size: UInt64) {
    self.head = head
    self.tail = tail
    self.size = size
  }

  /// Whether these bytes stand in the beginning.
  package func has(_ bytes: [UInt8], at offset: Int = 0) -> Bool {
    offset >= 0 && offset <= head.count && head[offset...].starts(with: bytes)
  }

  package func has(_ text: String, at offset: Int = 0) -> Bool { has(Array(text.utf8), at: offset) }

  /// Whether these bytes begin `distance` bytes before the end of the file.
  package func ends(_ text: String, _ distance: Int) -> Bool {
    distance <= tail.count && tail[(tail.count - distance)...].starts(with: text.utf8)
  }

  /// Text is a description only where it is all there is: a disk may begin with any text.
  package var isShortText: Bool {
    // Some programs fill the last block of a text with zeros.
    size <= UInt64(Self.headSize) && head.drop { $0 != 0 }.allSatisfy { $0 == 0 } && !firstLines.isEmpty
  }

  /// The first lines as text, in capitals, to the first NUL; empty where it is not text.
  package var firstLines: [String] {
    let start = head.prefix(4096).prefix { $0 != 0 }.drop { $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }
    guard !start.contains(where: { $0 < 9 || ($0 > 13 && $0 < 32 && $0 != 0x1A) }) else { return [] }
    return start.split { $0 == 10 || $0 == 13 }.map { line in
      String(decoding: line.drop { $0 == 32 || $0 == 9 }, as: UTF8.self).uppercased()
    }.filter { !$0.isEmpty }
  }
}
