import Digests
import DiscFiles
import Evidence
import Formats
import OpticalDisc
import SystemIO
import SystemPackage

/// Finds the file system to list or to extract.
package enum DiscFileSystems {
  /// - Parameters:
  ///   - track: number of the track; by default the last that has a file system, which on a disc of several sessions
  ///     shows all files there are.
  ///   - kind: of the file systems of the track; ISO 9660 before UDF where `nil`.
  /// - Throws: what opening throws; `argumentInvalid` where there is no such track; `formatUnknown` where its file
  ///   system is none that can be listed; `systemCall` where a program that is needed for it is not installed.
  package static func open(
    _ path: FilePath, track: Int? = nil, as kind: DiscFileSystem? = nil
  ) throws(EvidenceError) -> any DiscFileReader {
    let image = try Formats.openDisc(path).image
    let systems = try image.fileSystems()
    guard let system = systems.last(where: { track == nil || $0.track.number == track }) else {
      let numbers = systems.map { "\($0.track.number)" }.joined(separator: ", ")
      let reason = systems.isEmpty ? "no track has a file system" : "file systems are on: \(numbers)"
      throw track.map { EvidenceError(invalid: .track, "\($0)", reason) }
        ?? EvidenceError(.argumentInvalid, path.string, reason)
    }
    let known = (kind.map { [$0] } ?? DiscFileSystem.allCases).first { kind in
      system.descriptors.volumes.contains { $0.kind == kind.volume }
    }
    guard let known else {
      let kinds = system.descriptors.volumes.map(\.kind.rawValue).joined(separator: ", ")
      let wanted = kind.map { $0.volume.rawValue } ?? "ISO 9660 and UDF"
      throw EvidenceError(
        .formatUnknown, path.string,
        "files are read from \(wanted); track \(system.track.number) has \(kinds)"
      )
    }
    return try known.reader(image, system)
  }

  /// All files and folders, by path.
  package static func list(
    _ path: FilePath, track: Int? = nil, as kind: DiscFileSystem? = nil
  ) throws(EvidenceError) -> [DiscEntry] {
    let archive = try open(path, track: track, as: kind)
    var entries: [DiscEntry] = []
    while let entry = try archive.next() { entries.append(entry) }
    return entries.sorted { $0.path < $1.path }
  }
}

/// Copies the files of a disc into a new folder.
package struct DiscExtractJob {
  package struct File: Hashable, Sendable {
    package let entry: DiscEntry
    package let sha256: Digest
  }

  package struct Report: Sendable {
    /// By path.
    package let files: [File]
    /// What was not copied: links, devices, names that would lead out of the folder.
    package let skipped: [DiscEntry]
  }

  private let path: FilePath
  private let folder: FilePath
  private let track: Int?
  private let kind: DiscFileSystem?
  private let stop: StopFlag

  package init(
    _ path: FilePath, to folder: FilePath, track: Int? = nil, as kind: DiscFileSystem? = nil,
    stop: StopFlag = StopFlag()
  ) {
    self.kind = kind
    self.path = path
    self.folder = folder
    self.track = track
    self.stop = stop
  }

  /// Blocks until all is synced. The folder is new; where something fails, what was copied stays in it.
  /// - Throws: as ``DiscFileSystems/open(_:track:as:)``; `outputExists`, `destinationMissing`, `writeFailed`,
  ///   `interrupted`.
  package func perform() throws(EvidenceError) -> Report {
    let archive = try DiscFileSystems.open(path, track: track, as: kind)
    try DurableFolder.create(folder)
    var made: Set<FilePath> = [folder]
    var files: [File] = []
    var skipped: [DiscEntry] = []
    var places: [String: FilePath] = [:]
    while let entry = try archive.next() {
      guard !stop.isRaised else { throw EvidenceError(.interrupted, path.string) }
      guard let target = target(of: entry) else {
        if entry.path != "." { skipped.append(entry) }
        continue
      }
      switch entry.kind {
      case .folder: try make(target, &made)
      case .file:
        try make(target.removingLastComponent(), &made)
        let digest = try copy(entry, archive, to: target, like: entry.sameAs.flatMap { places[$0] })
        files.append(File(entry: entry, sha256: digest))
        places[entry.path] = target
      case .symbolicLink, .other: skipped.append(entry)
      }
    }
    for folder in made { try DurableFolder.sync(folder) }
    return Report(
      files: files.sorted { $0.entry.path < $1.entry.path }, skipped: skipped.sorted { $0.path < $1.path })
  }

  /// Where an entry goes; `nil` where its name is not one of files inside the folder.
  private func target(of entry: DiscEntry) -> FilePath? {
    var target = folder
    let parts = entry.path.split(separator: "/").filter { $0 != "." }
    guard !parts.isEmpty, !entry.path.contains("\0") else { return nil }
    for part in parts {
      guard part != "..", let component = FilePath.Component(String(part)), component.kind == .regular else {
        return nil
      }
      target.append(component)
    }
    return target
  }

  private func make(_ path: FilePath, _ made: inout Set<FilePath>) throws(EvidenceError) {
    guard !made.contains(path) else { return }
    try make(path.removingLastComponent(), &made)
    try DurableFolder.create(path)
    made.insert(path)
  }

  /// - Parameter original: a copy made before, where the disc has the same contents under two names.
  private func copy(
    _ entry: DiscEntry, _ archive: any DiscFileReader, to path: FilePath, like original: FilePath?
  ) throws(EvidenceError) -> Digest {
    let file = try DurableFile(creating: path)
    let digest = try fill(file, entry, archive, like: original)
    try file.close()
    return digest
  }

  private func fill(
    _ file: borrowing DurableFile, _ entry: DiscEntry, _ archive: any DiscFileReader, like original: FilePath?
  ) throws(EvidenceError) -> Digest {
    var digest = StreamingDigest(.sha256)
    var offset: UInt64 = 0
    if let original {
      let source = try PlainDiscFile(original)
      while offset < source.size {
        let piece = try source.bytes(at: offset, count: 1 << 20)
        try file.write(piece.span.bytes, at: offset)
        digest.update(piece.span.bytes)
        offset += UInt64(piece.count)
      }
    } else {
      while let piece = try archive.read() {
        try file.write(piece.span.bytes, at: offset)
        digest.update(piece.span.bytes)
        offset += UInt64(piece.count)
      }
    }
    guard offset == entry.size else {
      throw EvidenceError(
        .imageMalformed, entry.path, "\(entry.size) bytes are announced, \(offset) were read")
    }
    return digest.finish()
  }
}
