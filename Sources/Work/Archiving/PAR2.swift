import CaseStore
import Digests
import Evidence
import SystemIO
import SystemPackage

/// PAR2 by par2cmdline, for whoever must be able to restore with stock programs: slower by two orders of magnitude, one set a
/// file.
struct PAR2Protection {
  private let program: ExternalProgram
  private let request: ProtectRequest
  private let stop: StopFlag

  static let name = "par2"
  private static let ending = ".par2"
  /// Blocks of a set, at most; the format ends at 32768, and the time grows with their number.
  private static let mostBlocks: UInt64 = 2000

  /// - Throws: `programMissing`; `argumentInvalid` where lost files are to come back, which PAR2 cannot do in time.
  init(_ request: ProtectRequest, stop: StopFlag) throws(EvidenceError) {
    guard request.lostFiles == 0 else {
      throw EvidenceError(
        .argumentInvalid, "lost files",
        "with PAR2 a lost file does not come back; Exhibit's own parity can do that")
    }
    program = try Self.program()
    self.request = request
    self.stop = stop
  }

  /// - Throws: `programMissing`.
  static func program() throws(EvidenceError) -> ExternalProgram {
    guard let program = ExternalProgram(named: name) else { throw EvidenceError(.programMissing, name) }
    return program
  }

  /// Writes a set for each file.
  /// - Parameters:
  ///   - check: holds the SHA-256 of each file to what the catalogue has.
  func write(
    _ files: [(name: String, path: FilePath, size: UInt64)], in place: FilePath,
    _ check: (String, Digest) throws(EvidenceError) -> Void, _ progress: (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> (written: [ProtectedHolding.Written], references: [NewReference]) {
    let total = files.reduce(0) { $0 &+ $1.size }
    var done: UInt64 = 0
    var written: [ProtectedHolding.Written] = []
    var references: [NewReference] = []
    for file in files where file.size > 0 {
      let base = file.path.removingLastComponent()
      let name = file.path.lastComponent?.string ?? file.name
      let (index, folder) = (
        place.appending(name + Self.ending), place.appending(name + Self.ending + ProtectJob.partialEnding)
      )
      guard !Files.exists(index) else { throw EvidenceError(.outputExists, index.string) }
      if Files.kind(folder, followLinks: false) == .folder { try DurableFolder.removeWithFiles(folder) }
      try DurableFolder.create(folder)
      var isDone = false
      defer { if !isDone { try? DurableFolder.removeWithFiles(folder) } }
      let made = folder.appending(name + Self.ending)
      try run(
        [
          "create", "-q", "-q", "-n1", "-s\(Self.blockSize(file.size))",
          "-r\(Int(request.percent.rounded(.up)))",
          "-B", base.string, "--", made.string, file.path.string,
        ], file.path)
      let digest = try sha256(file.path)
      try check(file.name, digest)
      // What was written is read again before it counts.
      try run(["verify", "-q", "-q", "-B", base.string, "--", made.string], made)
      let names = try Files.names(in: folder).sorted { $0.utf8.count < $1.utf8.count }
      var size: UInt64 = 0
      for name in names {
        let made = folder.appending(name)
        try DurableFolder.syncFile(made)
        size &+= FileStatus(made)?.size ?? 0
        references.append(
          RecordedParity.reference(
            .par2, place.appending(name), target: file.name, value: digest, origin: try sha256(made)))
      }
      try DurableFolder.moveIntoPlace(
        names.map { (folder.appending($0), place.appending($0)) }, outOf: folder)
      isDone = true
      written.append(.init(path: index, files: [file.name], isAcross: false, size: size))
      done &+= file.size
      progress(done, total)
    }
    return (written, references)
  }

  private static func blockSize(_ size: UInt64) -> UInt64 {
    var block: UInt64 = 4096
    while size / block > mostBlocks { block *= 2 }
    return block
  }

  private func sha256(_ path: FilePath) throws(EvidenceError) -> Digest {
    var pass = FilePass(files: [path], stop: stop, throttle: Throttle(nil))
    pass.whole = ["sha256"]
    let result = pass.perform { _ in }
    guard !result.wasStopped else { throw EvidenceError(.interrupted, path.string) }
    guard let value = result.whole["sha256"] else {
      throw EvidenceError(.readFailed, path.string, result.findings.first?.observed ?? "")
    }
    return Digest(.sha256, value)
  }

  private func run(_ arguments: [String], _ subject: FilePath) throws(EvidenceError) {
    let result = try program.run(arguments, cap: 1 << 16)
    guard !stop.isRaised else { throw EvidenceError(.interrupted, subject.string) }
    guard result.status == 0 else {
      throw EvidenceError(
        .systemCall, "\(Self.name) \(arguments[0]) \(subject.string)",
        "it ended with \(result.status): \(HumanText.singleLine(String(result.text.suffix(200))))")
    }
  }
}

/// Restores one file from a PAR2 set, without touching it.
enum PAR2Restoration {
  /// - Parameters:
  ///   - damaged: what is left of the file; need not be there.
  ///   - name: the file is restored as.
  ///   - scratch: an empty folder that it appears in.
  /// - Returns: the restored file; `nil` where par2 cannot restore it.
  /// - Throws: `programMissing`, `systemCall`, `writeFailed`.
  static func restore(
    _ damaged: FilePath, name: String, index: FilePath, scratch: FilePath
  ) throws(EvidenceError) -> FilePath? {
    let program = try PAR2Protection.program()
    let place = index.removingLastComponent()
    let stem = String((index.lastComponent?.string ?? "").dropLast(5))
    let parts = try Files.names(in: place).filter { $0.hasPrefix(stem) && $0.hasSuffix(".par2") }
    for part in parts { try SymbolicLinks.create(scratch.appending(part), to: place.appending(part)) }
    // By another name: a file that par2 knows by its own it would rename, and write the restored one beside it.
    let link = scratch.appending("damaged-file")
    if Files.exists(damaged) { try SymbolicLinks.create(link, to: damaged) }
    let result = try program.run(
      ["repair", "-q", "-q", "-B", scratch.string, "--", scratch.appending(stem + ".par2").string]
        + (Files.exists(damaged) ? [link.string] : []), cap: 1 << 16)
    let restored = scratch.appending(name)
    return result.status == 0 && Files.kind(restored, followLinks: false) == .file ? restored : nil
  }
}

/// Links into evidence from a folder of our own; evidence is read through them and never written.
enum SymbolicLinks {
  static func create(_ link: FilePath, to target: FilePath) throws(EvidenceError) {
    let absolute = try Syscalls.resolve(target).orThrow(.readFailed, target.string)
    _ = try Syscalls.symbolicLink(link, to: absolute).orThrow(.writeFailed, link.string)
  }
}
