import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Digests
import Evidence
import Glibc
import Parity
import SystemIO
import SystemPackage

/// How holdings are protected.
package struct ProtectRequest: Sendable {
  package var form = ParityForm.exhibit
  /// Parity in percent of what it protects, 1 to 100.
  package var percent = 5.0
  /// Segments of each 128 that may be lost; `nil` for one where the form can do it cheaply.
  package var lost: Int?
  /// Where parity is written; beside the holding where `nil`.
  package var output: FilePath?

  package init() {}

  var lostFiles: Int { lost ?? (form == .exhibit ? 1 : 0) }
}

/// Parity of one holding, as it was written.
package struct ProtectedHolding: Sendable {
  package struct Written: Sendable {
    package let path: FilePath
    /// Names of the files it protects.
    package let files: [String]
    package let isAcross: Bool
    /// In bytes.
    package let size: UInt64
  }

  package let holding: HoldingRecord
  package let path: String
  /// Of the files that are protected, in bytes.
  package let size: UInt64
  package let written: [Written]
  /// Files that do not come back where they are lost as a whole.
  package let notLost: [String]
  /// Whether a verification with a good result had come before.
  package let wasVerified: Bool
  package let seconds: Double

  /// Bytes of all parity files.
  package var paritySize: UInt64 { written.reduce(0) { $0 &+ $1.size } }
}

/// Writes parity of holdings beside them, and records it. What is protected is never written to.
package struct ProtectJob: Sendable {
  /// Signs the head of a parity file by the key of the archive.
  package typealias Sign = @Sendable ([UInt8]) throws(EvidenceError) -> [UInt8]

  private let store: CaseStore
  private let request: ProtectRequest
  private let stop: StopFlag
  private let sign: Sign

  static let partialEnding = ".partial"

  package init(_ store: CaseStore, _ request: ProtectRequest, stop: StopFlag, sign: @escaping Sign) {
    self.store = store
    self.request = request
    self.stop = stop
    self.sign = sign
  }

  /// Blocks until done.
  /// - Parameter progress: receives bytes done and bytes in all.
  /// - Throws: `holdingUnknown`; `notAsRecorded` where the holding is not what the catalogue has, or fails its verification;
  ///   `outputExists`, `destinationTooSmall`, `programMissing`, `interrupted` …
  package func perform(
    _ number: UInt64, progress: (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> ProtectedHolding {
    let begun = Host.monotonicSeconds()
    let holding = try store.holding(number)
    let state = try store.state(of: number)
    let wasVerified = try demandGood(holding, state)
    let folder = state.folder(of: holding)
    // A copy of a key has no place beside the case.
    let listed = state.files.all.filter {
      holding.kind != .case || !$0.name.hasPrefix(CaseFolder.signingName + "/")
    }
    let files = listed.map {
      (name: $0.name, path: folder.pushing(FilePath($0.name)), size: $0.size)
    }
    for file in files {
      guard let found = FileStatus(file.path), found.size == file.size else {
        throw EvidenceError(
          .notAsRecorded, file.path.string, Files.exists(file.path) ? "its size has changed" : "not there")
      }
    }
    let place = try destination(holding, folder)
    let lock = try FolderLock(place)
    let plan = try ProtectionPlan(
      request.form == .exhibit ? listed : [], percent: request.percent, lost: request.lostFiles)
    let made: (written: [ProtectedHolding.Written], references: [NewReference])
    if request.form == .par2 {
      made = try PAR2Protection(request, stop: stop).write(
        files, in: place, { (name, digest) throws(EvidenceError) in try check(name, digest, number) },
        progress)
    } else {
      made = try write(plan, files, holding, state, in: place, progress)
    }
    try lock.demandInPlace()
    try store.recordProtection(
      of: number, parity: made.references,
      details: .fields([
        "form": .string(request.form.rawValue), "redundancy": .string("\(request.percent)%"),
        "lostFiles": JSONValue(request.lostFiles),
        "files": .array(
          made.written.map {
            .fields([
              "path": .string($0.path.string), "size": JSONValue($0.size),
              "protects": .array($0.files.prefix(Self.mostNames).map { .string($0) }),
              "protected": JSONValue($0.files.count), "across": .bool($0.isAcross),
            ])
          }),
      ]))
    return ProtectedHolding(
      holding: holding, path: state.path, size: files.reduce(0) { $0 &+ $1.size }, written: made.written,
      notLost: request.form == .par2 ? files.map(\.name) : plan.notLost, wasVerified: wasVerified,
      seconds: Host.monotonicSeconds() - begun)
  }

  /// Names of files that the log repeats for each parity file.
  private static let mostNames = 1000

  /// Parity of what is damaged already would keep the damage.
  /// - Returns: whether a good verification came before.
  private func demandGood(
    _ holding: HoldingRecord, _ state: HoldingStateRecord
  ) throws(EvidenceError) -> Bool {
    guard state.presence != .forgotten else { throw EvidenceError(.holdingUnknown, "\(holding.number)") }
    let decisive = try store.checks(of: holding.number).map(\.check).last {
      $0.level != .structure && [.verified, .mismatch, .damaged, .chainBroken].contains($0.verdict)
    }
    guard let decisive else { return false }
    guard decisive.verdict == .verified else {
      throw EvidenceError(
        .notAsRecorded, state.path, "its verification on \(decisive.ended) failed: repair it first")
    }
    return true
  }

  /// Beside the holding; of an acquisition, a case or a bag beside its folder, whose contents are listed in its records.
  private func destination(_ holding: HoldingRecord, _ folder: FilePath) throws(EvidenceError) -> FilePath {
    if let output = request.output {
      if !Files.exists(output) { try DurableFolder.create(output) }
      guard Files.kind(output) == .folder else {
        throw EvidenceError(.destinationUnsuitable, output.string, "not a folder")
      }
      return try Syscalls.resolve(output).orThrow(.readFailed, output.string)
    }
    guard holding.isFolder || holding.kind == .acquisition else { return folder }
    let place = FilePath("\(folder.string)-parity")
    if Files.kind(place) != .folder { try DurableFolder.create(place) }
    return place
  }

  private func write(
    _ plan: ProtectionPlan, _ files: [(name: String, path: FilePath, size: UInt64)], _ holding: HoldingRecord,
    _ state: HoldingStateRecord, in place: FilePath, _ progress: (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> (written: [ProtectedHolding.Written], references: [NewReference]) {
    guard !plan.parts.isEmpty else { throw EvidenceError(.sourceEmpty, state.path) }
    let now = Host.now()
    let title = "\(holding.number) \(holding.name)"
    let writers = plan.parts.map { part in
      ParityWriter(
        part.kind, of: title, tool: "\(ToolVersion.name) \(ToolVersion.current)", layout: part.layout,
        files: part.files.map { files[$0] }, stop: stop)
    }
    for part in plan.parts {
      let path = place.appending(part.name)
      guard !Files.exists(path) else { throw EvidenceError(.outputExists, path.string) }
    }
    try FreeSpace.demand(writers.reduce(0) { $0 &+ $1.length }, at: place, canBeTried: false)
    let total = plan.parts.reduce(UInt64(0)) { $0 &+ $1.files.reduce(0) { $0 &+ files[$1].size } }
    var done: UInt64 = 0
    var digests: [Int: Digest] = [:]
    var written: [(partial: FilePath, final: FilePath, head: ParityHead, part: ProtectionPlan.Part)] = []
    var isDone = false
    defer { if !isDone { for file in written { _ = Syscalls.unlink(file.partial) } } }
    for (part, writer) in zip(plan.parts, writers) {
      let final = place.appending(part.name)
      let partial = FilePath(final.string + Self.partialEnding)
      // Of an earlier run that was killed: nobody else writes here, or the folder would be locked.
      if Files.kind(partial, followLinks: false) == .file { _ = Syscalls.unlink(partial) }
      // No more people may read it than what it protects.
      let mode = part.files.reduce(0o644 as mode_t) { $0 & (FileStatus(files[$1].path)?.mode ?? 0o600) }
      let head = try writer.write(
        to: partial, mode: mode | 0o200, made: now,
        progress: {
          done &+= $0
          progress(done, total)
        }, sign: sign)
      written.append((partial, final, head, part))
      try demandSame(head, part, holding, &digests)
      try readBack(partial, head)
    }
    for file in written { try DurableFolder.rename(file.partial, to: file.final) }
    isDone = true
    return (
      written.map { file in
        .init(
          path: file.final, files: file.head.files.map(\.name), isAcross: file.part.kind == .across,
          size: FileStatus(file.final)?.size ?? 0)
      },
      written.map { file in
        RecordedParity.reference(
          .exhibit, file.final, target: file.part.kind == .file ? file.head.files[0].name : nil,
          value: Digest.of(file.head.canonicalBytes, .sha256))
      }
    )
  }

  /// Files are read twice, for their own parity and across them: both must have given the same, and what is recorded.
  private func demandSame(
    _ head: ParityHead, _ part: ProtectionPlan.Part, _ holding: HoldingRecord, _ digests: inout [Int: Digest]
  ) throws(EvidenceError) {
    for (index, file) in zip(part.files, head.files) {
      guard digests[index, default: file.sha256] == file.sha256 else {
        throw EvidenceError(.notAsRecorded, file.name, "two reads of it differ")
      }
      digests[index] = file.sha256
      try check(file.name, file.sha256, holding.number)
    }
  }

  /// Against the hash values of files that the catalogue has.
  private func check(_ name: String, _ computed: Digest, _ holding: UInt64) throws(EvidenceError) {
    for reference in try store.references(of: holding)
    where reference.algorithm == computed.algorithm.rawValue && ["file", "segment"].contains(reference.scope)
      && reference.target == name && reference.value != computed.hex
    {
      throw EvidenceError(
        .notAsRecorded, name, "SHA-256 \(computed.hex), not \(reference.value) (\(reference.origin))")
    }
  }

  /// What was written is read again before it counts.
  private func readBack(_ path: FilePath, _ head: ParityHead) throws(EvidenceError) {
    let file = try ParityFile(path)
    guard file.head == head, file.intactHeads == 2, file.damagedShards({ _ in true }) == 0 else {
      throw EvidenceError(.readBackDiffers, path.string)
    }
  }
}
