import DiskImages
import DiscImages
import Evidence
import FormatKit
import OpticalDisc
import SystemIO
import SystemPackage

/// Every format there is a word for, and the one answer to what a file is.
package enum Formats {
  package static let all: [Format] = readable + known + named

  /// The format with an identifier.
  package static func named(_ id: FormatID) -> Format? { all.first { $0.id == id } }

  /// The title of a format; its identifier where it is on no list.
  package static func title(_ id: FormatID) -> String { named(id)?.title ?? id.rawValue }

  // MARK: What a file is

  /// What a file is: by its bytes where they say it, then by its name. Blocks on the file.
  /// - Returns: `nil` where nothing claims it: bytes and nothing else, or nothing that Exhibit knows.
  /// - Throws: `fileMissing`, `readFailed`; `formatUnknown` for what is no regular file.
  package static func identify(_ path: FilePath) throws(EvidenceError) -> Format? {
    let files = try filesOfSet(path)
    let format = identify(try ProbeInput(files), name: files[0].lastComponent?.string ?? "")
    // The readers of discs know no split files; together they are bytes.
    if files.count > 1, let format, format.contents == .disc, !format.isContainer { return .raw }
    if format?.isContainer != true, files.count == 1, let part = try partOfSet(path) { return part }
    return format
  }

  /// A part of a split image that nothing here joins; its title names the others.
  private static func partOfSet(_ path: FilePath) throws(EvidenceError) -> Format? {
    let folder = path.removingLastComponent()
    guard Files.kind(path) == .file else { return nil }
    let parts = SplitPartNames.parts(
      with: path.lastComponent?.string ?? "", among: try FileFolders(folder).names())
    guard !parts.isEmpty, try areCutAlike(parts.map { folder.appending($0) }) else { return nil }
    let shown = parts.prefix(mostNames).joined(separator: ", ")
    let more = parts.count > mostNames ? " and \(parts.count - mostNames) more" : ""
    return Format(
      FormatID("split-part"), "perhaps a part of a split image: \(shown)\(more)", endings: [],
      contents: .disk,
      reading: .refused(advice: "join copies of its parts first, for example with cat"), probe: { _ in .none }
    )
  }

  /// Parts are of one size, but for a last one that is shorter; pictures that are numbered are not.
  private static func areCutAlike(_ parts: [FilePath]) throws(EvidenceError) -> Bool {
    let sizes = try parts.mapThrowing { part throws(EvidenceError) in
      try OwnedDescriptor.openFile(part).fileSize()
    }
    guard let first = sizes.first, let last = sizes.last else { return false }
    return sizes.dropLast().allSatisfy { $0 == first } && last <= first
  }

  /// Most parts that are named one by one.
  private static let mostNames = 8

  /// What bytes are, in a file of this name. Total.
  package static func identify(_ input: ProbeInput, name: String) -> Format? {
    let claims = all.map { ($0, $0.probe(input)) }
    func first(_ confidence: ProbeConfidence) -> Format? { claims.first { $0.1 == confidence }?.0 }
    // A container may hold the sectors of a disc as they are; a disc is no container.
    return claims.first { $0.1 == .certain && $0.0.isContainer }?.0 ?? first(.certain) ?? first(.likely)
      ?? (readable + named).first { $0.claims(name: name) }
  }

  /// The files of a split set, in order: a later one begins with anything, and the last one has the end.
  private static func filesOfSet(_ path: FilePath) throws(EvidenceError) -> [FilePath] {
    let name = path.lastComponent?.string ?? ""
    let ending = name.split(separator: ".").last ?? ""
    guard ending.count > 1, ending.allSatisfy({ $0.isASCII && $0.isNumber }) else { return [path] }
    let folder = path.removingLastComponent()
    let set = SplitFileNames.set(containing: name, among: try FileFolders(folder).names())
    return set.names.isEmpty ? [path] : set.names.map { folder.appending($0) }
  }

  /// The container that the bytes of a file certainly are.
  private static func certain(_ path: FilePath) throws(EvidenceError) -> Format? {
    let input = try ProbeInput(try filesOfSet(path))
    return all.first { $0.isContainer && $0.probe(input) == .certain }
  }

  // MARK: Opening

  /// Opens an image of a record, whatever it holds.
  /// - Parameter description: the description of the disc in the record, which says what of an image of a disc is the
  ///   stream that was acquired; not looked at for others.
  /// - Throws: what ``openDisk(_:as:_:)`` throws; of the description `fileMissing`, `sheetMalformed`.
  package static func openRecorded(
    _ path: FilePath, as id: FormatID, _ opening: DiskOpening, description: FilePath
  ) throws(EvidenceError) -> any ImageReader {
    var opening = opening
    if named(id)?.contents == .disc {
      let bytes = try Files.contents(description, cap: DiscDescription.largestFile)
      opening.disc = try DiscDescription(parsing: bytes, name: description.string).disc
    }
    return try openDisk(path, as: id, opening)
  }

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
    if case .disc(let open) = format.reading, let disc = opening.disc {
      let image = try open(path, openSectors)
      try demandSectors(of: image, named: path)
      return try DiscStreamReader(image, of: format, at: path, disc, sectorSize: opening.sectorSize)
    }
    guard case .disk(let open) = format.reading else {
      throw EvidenceError(
        .formatUnknown, path.string, "it is an optical disc image (\(format.title)), not a disk image")
    }
    return try open(path, opening)
  }

  /// Opens the image of an optical disc, also one whose sectors a container of disks holds.
  /// - Parameter id: the format it is opened as.
  /// - Throws: `formatUnreadable` for what is known and cannot be read, `formatUnknown` for anything else that is no
  ///   disc, is certainly something else or split; `sheetMalformed` where it names a container as sectors; what opening
  ///   throws.
  package static func openDisc(
    _ path: FilePath, as id: FormatID? = nil
  ) throws(EvidenceError) -> (format: Format, image: DiscImage) {
    var format = try format(path, as: id)
    if let refusal = format?.refusal(of: path) { throw refusal }
    let files = try filesOfSet(path)
    if id == nil, files.count == 1, format?.contents != .disc, format?.isContainer != true {
      // Whoever asks for a disc says what the bytes alone leave open.
      let input = try ProbeInput(files)
      format = readable.first { $0.contents == .disc && $0.probe(input) == .possible } ?? format
    }
    if let format, format.isContainer, case .disk(let open) = format.reading {
      // The container of a disk may hold the sectors of a disc.
      let sectors = ImageContents(try open(path, DiskOpening()), name: path.string)
      if try ISOReader.claims(sectors) { return (format, try ISOReader.image(of: sectors)) }
    }
    guard let format, case .disc(let open) = format.reading else {
      throw EvidenceError(
        .formatUnknown, path.string,
        format.map { "it is a disk image (\($0.title)), not an optical disc image" }
          ?? "not a cue sheet, a cdrdao table of contents or sectors of a data track")
    }
    // A reader of discs knows one file.
    guard files.count == 1 || format.isContainer else {
      throw EvidenceError(
        .formatUnknown, path.string, "one of \(files.count) parts of a split image: join them first")
    }
    let image = try open(path, openSectors)
    try demandSectors(of: image, named: path)
    try demandLength(of: image, named: path)
    return (format, image)
  }

  /// The files that a description names hold sectors; a container holds them in another order, packed or encrypted.
  private static func demandSectors(of image: DiscImage, named path: FilePath) throws(EvidenceError) {
    for file in image.files {
      guard let file = file as? PlainDiscFile, file.name != path.string,
        let container = try certain(FilePath(file.name))
      else { continue }
      throw EvidenceError(
        .sheetMalformed, path.string,
        "it names \(file.name) as sectors, which is of the format \(container.title)")
    }
  }

  /// How often the tracks of a disc may take the bytes of its files: a part may be in several, but what is read must have
  /// to do with what is stored.
  private static let mostRepetitions: UInt64 = 16

  private static func demandLength(of image: DiscImage, named path: FilePath) throws(EvidenceError) {
    let stored = image.files.map(\.size).clampedSum()
    let taken = image.disc.sessions.flatMap(\.tracks).flatMap(\.extents).compactMap { extent in
      extent.run.map { UInt64(extent.count) * UInt64($0.layout.size) }
    }.clampedSum()
    guard taken / mostRepetitions > stored else { return }
    throw EvidenceError(
      .sheetMalformed, path.string, "its tracks take \(taken) bytes of files that have \(stored)")
  }

  private static func format(_ path: FilePath, as id: FormatID?) throws(EvidenceError) -> Format? {
    guard let id else { return try identify(path) }
    guard let format = named(id) else { throw EvidenceError(.formatUnknown, path.string, "as \(id)") }
    // Only its bytes as they are can be had of what certainly is something else.
    if format.isContainer || format.contents == .disc, let other = try certain(path), other.id != id {
      throw EvidenceError(.formatUnknown, path.string, "it is of the format \(other.title)")
    }
    return format
  }

  /// Opens what holds the sectors of a disc that something else describes: a container of disks, or the bytes alone,
  /// which may well look like a disc of their own.
  @Sendable private static func openSectors(
    _ path: FilePath, _ opening: DiskOpening
  ) throws(EvidenceError) -> any ImageReader {
    if let format = opening.format { return try openDisk(path, as: format, opening) }
    let format = try identify(path)
    guard let format, case .disk(let open) = format.reading else {
      return try openDisk(path, as: .raw, opening)
    }
    return try open(path, opening)
  }
}

extension ProbeInput {
  /// Reads the beginning of the first file of a set and the end of its last.
  /// - Parameter files: in order; at least one.
  /// - Throws: `fileMissing`, `formatUnknown` for what is no regular file, `readFailed` where the beginning cannot be
  ///   read; an end that cannot be read says nothing.
  package init(_ files: [FilePath]) throws(EvidenceError) {
    var tail: [UInt8] = []
    var size: UInt64 = 0
    // One after the other: a set may have more files than a process may open.
    for path in files.reversed() {
      let file = try SegmentFile(path)
      size &+= file.size
      let count = min(Self.tailSize - tail.count, Int(clamping: file.size))
      guard count > 0 else { continue }
      do throws(EvidenceError) {
        tail = try file.bytes(at: file.size - UInt64(count), count: count) + tail
      } catch {
        guard error.code == .readFailed else { throw error }
      }
    }
    self.init(head: try SegmentFile(files[0]).bytes(at: 0, count: Self.headSize), tail: tail, size: size)
  }
}
