import CaseFolders
import Casework
import Digests
import Evidence
import FormatKit
import Formats
import Manifests
import Media
import ReferenceMedia
import Sessions
import SystemIO
import SystemPackage
import Verification
import WriterKit

/// Where one check works: a folder of its own, a case to acquire into, and what of the system it asked for.
///
/// Acquisitions are those of `exhibit acquire`: the same use case, pipeline, writers and record.
final class Bench {
  let folder: FilePath
  let stop: StopFlag
  /// Results of the checks that ran before.
  let earlier: [CheckResult]
  private let item: ItemNumber
  private var opened: CaseFolder?
  private var undoings: [(program: String, arguments: [String])] = []
  private var decodings = 0

  /// - Parameter folder: is created, and removed by ``close()``.
  init(_ folder: FilePath, stop: StopFlag, earlier: [CheckResult]) throws {
    self.folder = folder
    self.stop = stop
    self.earlier = earlier
    self.item = try ItemNumber("001")
    try DurableFolder.create(folder)
  }

  /// Gives back devices and mounts and removes the folder.
  func close() throws {
    for undoing in undoings.reversed() {
      _ = try ExternalProgram(named: undoing.program)?.run(undoing.arguments)
    }
    undoings = []
    try FolderTree.remove(folder)
  }

  // MARK: Media

  /// Writes a medium to a file.
  func file(_ name: String, _ contents: StampedContents) throws -> FilePath {
    try file(name, contents, ranges: [0..<contents.length])
  }

  /// Writes parts of a medium to a file of its length; the rest takes no space.
  func file(_ name: String, _ contents: StampedContents, ranges: [Range<UInt64>]) throws -> FilePath {
    let path = folder.appending(name)
    let file = try DurableFile(creating: path)
    let step = 1 << 20
    for range in ranges {
      for start in stride(from: range.lowerBound, to: range.upperBound, by: step) {
        let bytes = contents.bytes(start..<min(start + UInt64(step), range.upperBound))
        try file.write(bytes.span.bytes, at: start)
      }
    }
    try file.close()
    return path
  }

  /// A file of this length that takes no space.
  func sparse(_ name: String, length: UInt64) throws -> FilePath {
    try file(name, StampedContents(length: length), ranges: [length - 512..<length])
  }

  /// A loop device over a file, until the check ends.
  /// - Parameter isWritable: the kernel may write to it, even where a write protection of the number it got was left
  ///   behind by somebody.
  func loopDevice(
    _ file: FilePath, _ options: [String] = [], isWritable: Bool = false
  ) throws -> FilePath {
    let device = try demand("losetup", ["--find", "--show"] + options + [file.string])
    undoings.append(("losetup", ["--detach", device]))
    if isWritable { try demand("blockdev", ["--setrw", device]) }
    return FilePath(device)
  }

  /// The device of a partition that the kernel is told of.
  func partition(of loop: FilePath, _ sectors: SectorRange) throws -> FilePath {
    try demand("addpart", [loop.string, "1", "\(sectors.first)", "\(sectors.count)"])
    undoings.append(("delpart", [loop.string, "1"]))
    let device = FilePath(loop.string + "p1")
    // Whoever makes device nodes takes a moment.
    for _ in 0..<100 where !Files.exists(device) { Host.pause(milliseconds: 20) }
    guard Files.kind(device) == .blockDevice else { throw CannotRun("\(device) does not appear") }
    return device
  }

  /// A new folder on which a file system is mounted until the check ends.
  func mount(_ name: String, _ arguments: [String]) throws -> FilePath {
    let point = folder.appending(name)
    try DurableFolder.create(point)
    try demand("mount", arguments + [point.string])
    undoings.append(("umount", ["--lazy", point.string]))
    return point
  }

  /// A file system in memory with this much room.
  func memoryFileSystem(_ name: String, bytes: Int) throws -> FilePath {
    try mount(name, ["-t", "tmpfs", "-o", "size=\(bytes)", "tmpfs"])
  }

  // MARK: Programs

  /// Runs a program that must succeed before the check can begin.
  @discardableResult
  func demand(_ name: String, _ arguments: [String]) throws -> String {
    let result = try program(name).run(arguments)
    guard result.status == 0 else {
      throw CannotRun("`\(name) \(arguments.joined(separator: " "))` says: \(result.text)")
    }
    return String(result.text.prefix { !$0.isNewline })
  }

  func program(_ name: String) throws -> ExternalProgram {
    guard let program = ExternalProgram(named: name) else { throw CannotRun("\(name) is not installed") }
    return program
  }

  /// What `ewfexport` makes of an E01, as a file.
  func decode(_ image: FilePath) throws -> FilePath {
    decodings += 1
    let target = folder.appending("decoded-\(decodings)")
    let result = try program("ewfexport").run([
      "-u", "-q", "-f", "raw", "-t", target.string, image.string,
    ])
    guard result.status == 0 else {
      throw EvidenceError(.imageMalformed, image.string, "ewfexport says: \(result.text)")
    }
    return FilePath(target.string + ".raw")
  }

  /// The digest of a file as `md5sum`, `sha1sum` or `sha256sum` gives it, in hexadecimal.
  func digest(of file: FilePath, _ algorithm: DigestAlgorithm) throws -> String {
    let name = algorithm.rawValue + "sum"
    let result = try program(name).run(["--", file.string])
    guard result.status == 0 else { throw EvidenceError(.readFailed, file.string, result.text) }
    // A backslash in front says that the name was escaped.
    return String(result.text.drop { $0 == "\\" }.prefix { $0 != " " })
  }

  // MARK: Acquiring and verifying

  /// The case, made when it is first asked for.
  /// - Parameter place: where it is made then; the folder of the check where `nil`.
  @discardableResult
  func caseFolder(in place: FilePath? = nil) throws -> CaseFolder {
    if let opened { return opened }
    let path = (place ?? folder).appending("case")
    _ = try CaseCreation(folder: path, number: "validation", title: "Validation", examiner: "Validation")
      .perform()
    let made = try CaseFolder.at(path)
    _ = try Items.add(
      to: made, number: item, description: "medium of known contents", serial: nil, remarks: nil)
    opened = made
    return made
  }

  /// Acquires a source into E01 and raw, unless `change` says otherwise.
  func acquire(
    _ source: FilePath, _ change: (inout AcquisitionRequest) -> Void = { _ in }
  ) throws -> Acquired {
    try acquire(source, medium: nil, change)
  }

  /// The same of a medium that is no file.
  func acquire(
    _ medium: any SectorSource, _ change: (inout AcquisitionRequest) -> Void = { _ in }
  ) throws -> Acquired {
    try acquire(medium.facts.path, medium: medium, change)
  }

  private func acquire(
    _ source: FilePath, medium: (any SectorSource)?, _ change: (inout AcquisitionRequest) -> Void
  ) throws -> Acquired {
    let folder = try caseFolder()
    var request = AcquisitionRequest(source, item: item)
    request.output.write([.e01, .raw])
    request.commandLine = [ToolVersion.name, "validate"]
    change(&request)
    let job = try AcquisitionJob(request, in: folder, medium: medium) { () throws(EvidenceError) in [] }
    let summary = try job.perform(stop: stop) { _ in }
    if stop.isRaised { throw EvidenceError(.interrupted, "validation") }
    return Acquired(summary: summary)
  }

  /// Verifies an acquisition by its manifest, as `exhibit-verify` does.
  /// - Parameter others: folders that hold segments besides that of the manifest.
  func verify(manifest: FilePath, besides others: [FilePath] = []) throws -> VerificationReport {
    try VerificationJob(
      .alone(.manifest(manifest)),
      try VerificationSettings(
        trusting: [try caseFolder().examinerCertificate], besides: others, stop: stop)
    ).perform { _, _ in }
  }

  func open(_ image: FilePath) throws -> any ImageReader { try Formats.openDisk(image) }

  /// Runs `body` while one bit of a file is flipped.
  func withFlippedBit(_ path: FilePath, _ position: Int, _ body: () throws -> Void) throws {
    let bytes = try Files.contents(path, cap: 1 << 30)
    func write(_ byte: UInt8) throws {
      let file = try DurableFile(resuming: path, length: UInt64(bytes.count))
      try file.write([byte].span.bytes, at: UInt64(position))
      try file.close()
    }
    try write(bytes[position] ^ 1 << UInt8(position % 8))
    defer { try? write(bytes[position]) }
    try body()
  }

  /// What a verification by the manifest finds wrong; that it cannot even be read counts as found.
  func failures(manifest: FilePath) throws -> [String] {
    do {
      return try verify(manifest: manifest).findings.filter { $0.severity == .failure }.map(\.code.rawValue)
    } catch let error as EvidenceError {
      return [error.code.rawValue]
    }
  }

  /// Verifies an image that has nothing beside it.
  func verify(image: FilePath) throws -> VerificationReport {
    try LoneImageVerification(image, VerificationSettings(stop: stop)).perform { _, _ in }
  }

  /// Verifies the whole case, audit log and custody included.
  func verifyCase() throws -> VerificationReport {
    try VerificationJob(.record(try caseFolder(), item: nil), VerificationSettings(stop: stop)).perform {
      _, _ in
    }
  }
}

/// A finished acquisition.
struct Acquired {
  let summary: AcquisitionSummary

  /// One folder of it; the case's own is the first.
  func record(_ index: Int = 0) throws -> Record {
    guard let folder = summary.destinations[index].folder, summary.destinations[index].failure == nil,
      let name = folder.lastComponent?.string
    else {
      throw summary.failure ?? summary.destinations[index].failure
        ?? EvidenceError(.writeFailed, "acquisition", summary.verdict.sentence)
    }
    return Record(folder: folder, names: RecordNames(acquisition: name))
  }

  /// What an acquisition left in one folder.
  struct Record {
    let folder: FilePath
    let names: RecordNames

    var manifestPath: FilePath { folder.appending(names.manifest) }
    var e01: FilePath { folder.appending(names.acquisition + ".E01") }
    /// The raw image, or its first file where it is split.
    var raw: FilePath {
      let split = folder.appending(names.acquisition + ".001")
      return Files.exists(split) ? split : folder.appending(names.acquisition + ".raw")
    }

    /// - Parameter others: folders that hold segments besides its own.
    func reader(
      _ image: Manifest.Image, sectorSize: UInt32, besides others: [FilePath] = []
    ) throws -> any ImageReader {
      try Formats.openDisk(
        folder.appending(image.segments[0].name), as: image.format,
        DiskOpening(sectorSize: sectorSize, besides: others))
    }

    /// Its E01, whatever sectors the medium has.
    func openE01() throws -> any ImageReader { try Formats.openDisk(e01) }

    func bytes(_ name: String) throws -> [UInt8] {
      try Files.contents(folder.appending(name), cap: Manifest.largestFile)
    }

    func manifest() throws -> Manifest {
      try Manifest(parsing: try bytes(names.manifest), name: names.manifest)
    }
  }
}

/// Folders with everything in them; only for what a validation made itself.
enum FolderTree {
  static func remove(_ path: FilePath) throws {
    guard Files.kind(path, followLinks: false) == .folder else {
      _ = try Syscalls.unlink(path).orThrow(.writeFailed, path.string)
      return
    }
    for name in try Files.names(in: path) { try remove(path.appending(name)) }
    _ = try Syscalls.removeFolder(path).orThrow(.writeFailed, path.string)
  }

  /// Copies a folder of plain files.
  static func copy(_ folder: FilePath, to copy: FilePath) throws {
    try DurableFolder.create(copy)
    for name in try Files.names(in: folder) {
      try DurableFile.write(
        try Files.contents(folder.appending(name), cap: 1 << 30), to: copy.appending(name))
    }
  }
}

extension AcquisitionRequest {
  /// An E01 and a raw image with settings of their own.
  mutating func write(_ change: (inout ImageSettings) -> Void) {
    var settings = ImageSettings()
    change(&settings)
    output.write([.e01, .raw], settings)
  }
}
