import Evidence
import Glibc
import OpticalDisc
import SystemIO
import SystemPackage

/// Lists and reads the files of a file system through 7-Zip, as a program of its own: libarchive reads no UDF.
///
/// It wants a file of 2048-byte sectors. Where the image is no such file, the user data of the track is put into one
/// first, in the folder for temporary files.
package final class SevenZipReader: DiscFileReader {
  private let program: ExternalProgram
  private let type: String
  private let volume: FilePath
  private let isTemporary: Bool
  private var rest: ArraySlice<DiscEntry>
  private var current: (entry: DiscEntry, output: ExternalProgram.Output?)?

  /// What a list of files may take, in bytes: some 200,000 files.
  private static let longestList = 64 << 20

  /// - Parameter type: as 7-Zip calls it.
  /// - Throws: `systemCall` where 7-Zip is not installed; `imageMalformed` where it finds no such file system.
  init(_ image: DiscImage, _ system: DiscImage.FileSystems, type: String) throws(EvidenceError) {
    guard let program = ExternalProgram(named: "7zz") ?? ExternalProgram(named: "7z") else {
      throw EvidenceError(.systemCall, "7zz", "it is not installed, and reads files of UDF: install 7zip")
    }
    self.program = program
    self.type = type
    if let plain = Self.plainFile(of: image, system.track) {
      self.volume = plain
      self.isTemporary = false
    } else {
      self.volume = try Self.temporaryFile(of: image, system.track)
      self.isTemporary = true
    }
    self.rest = []
    let list = try program.run(["l", "-slt", "-ba", "-t\(type)", "--", volume.string], cap: Self.longestList)
    guard list.status == 0, list.output.count < Self.longestList else {
      let word = list.text.split(separator: "\n").first { $0.contains("ERROR") }.map { ": \($0)" } ?? ""
      throw EvidenceError(
        .imageMalformed, "track \(system.track.number)", "7-Zip ended with \(list.status)\(word)")
    }
    self.rest = Self.entries(in: list.text)[...]
  }

  deinit { if isTemporary { _ = Syscalls.unlink(volume) } }

  package func next() -> DiscEntry? {
    guard let entry = rest.popFirst() else { return nil }
    current = (entry, nil)
    return entry
  }

  package func read() throws(EvidenceError) -> [UInt8]? {
    guard let (entry, output) = current else { return nil }
    if let output { return try output.next() }
    // Without wildcards, and whatever the name begins with.
    let begun = try program.open(["x", "-so", "-spd", "-t\(type)", "--", volume.string, entry.path])
    current = (entry, begun)
    return try begun.next()
  }

  // MARK: The file it reads

  /// The file that is nothing but the 2048-byte sectors of the track.
  private static func plainFile(of image: DiscImage, _ track: DiscTrack) -> FilePath? {
    let stored = track.extents.filter(\.isStored)
    guard stored.count == 1, let run = stored.first?.run, run.offset == 0, run.stride == 2048,
      run.layout.size == 2048, run.subchannel == nil, let file = image.files[run.file] as? PlainDiscFile
    else { return nil }
    return FilePath(file.name)
  }

  private static func temporaryFile(
    of image: DiscImage, _ track: DiscTrack
  ) throws(EvidenceError) -> FilePath {
    let folder = FilePath(Environment.value("TMPDIR") ?? "/tmp")
    let path = folder.appending("exhibit-volume-\(getpid())-\(track.number).iso")
    let file = try DurableFile(creating: path)
    do throws(EvidenceError) {
      var offset: UInt64 = 0
      for first in stride(from: track.start, to: track.end, by: 512) {
        let bytes = try image.userData(from: first, count: min(512, track.end - first))
        try file.write(bytes.span.bytes, at: offset)
        offset += UInt64(bytes.count)
        // Behind a part that is not stored, addresses would be wrong.
        if bytes.count < min(512, track.end - first) * 2048 { break }
      }
      try file.close()
    } catch {
      _ = Syscalls.unlink(path)
      throw error
    }
    return path
  }

  // MARK: The list

  /// Blocks of `Field = value`, apart by empty lines.
  private static func entries(in text: String) -> [DiscEntry] {
    var entries: [DiscEntry] = []
    var fields: [Substring: Substring] = [:]
    func end() {
      defer { fields = [:] }
      guard let path = fields["Path"], !path.isEmpty else { return }
      let isFolder = fields["Folder"] == "+"
      let target = fields["Symbolic Link"].flatMap { $0.isEmpty ? nil : String($0) }
      entries.append(
        DiscEntry(
          path: String(path), kind: isFolder ? .folder : target != nil ? .symbolicLink : .file,
          size: fields["Size"].flatMap { UInt64($0) } ?? 0, modified: fields["Modified"].flatMap(seconds),
          target: target, sameAs: nil))
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty { end() }
      if let range = line.firstRange(of: " = ") {
        fields[line[..<range.lowerBound]] = line[range.upperBound...]
      }
    }
    end()
    return entries
  }

  /// `2026-11-24 13:19:00` with or without a fraction, in UTC.
  private static func seconds(_ text: Substring) -> Int64? {
    let whole = text.prefix { $0 != "." }.replacing(" ", with: "T")
    return Timestamp(String(whole) + "Z").map { $0.microseconds / 1_000_000 }
  }
}
