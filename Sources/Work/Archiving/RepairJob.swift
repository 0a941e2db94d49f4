import CanonicalJSON
import CaseRecords
import CaseStore
import Digests
import Evidence
import Parity
import Signing
import SystemIO
import SystemPackage
import Verification

/// What a holding is restored from, and into.
package struct RepairRequest: Sendable {
  /// Created; nothing else is written.
  package var output: FilePath
  /// Copies of the holding: files, or folders with files of the same names.
  package var copies: [FilePath] = []
  /// Folders with parity files, besides those in the catalogue.
  package var parityFolders: [FilePath] = []
  /// Whose signatures of parity files count.
  package var trust = Trust()

  package init(output: FilePath) { self.output = output }
}

/// What came of one file.
package struct RepairedFile: Sendable {
  package enum Status: String, Hashable, Sendable, CaseIterable {
    /// The original is what it was.
    case intact
    /// The new file is what the original was.
    case restored
    /// Parts of the new file are not.
    case incomplete
    /// Nothing is known to judge it by.
    case notJudged = "not-judged"
  }

  package let name: String
  package let status: Status
  /// The original was not there.
  package let wasMissing: Bool
  /// In bytes.
  package let size: UInt64
  /// The new file, in the folder; `nil` where none was needed.
  package let output: String?
  package let sha256: Digest?
  package let sources: [(bytes: Range<UInt64>, source: RepairSource)]
  /// Ranges that are not what they were.
  package let unresolved: [Range<UInt64>]
}

/// What came of a repair.
package struct RepairResult: Sendable {
  package let holding: HoldingRecord
  package let path: String
  package var files: [RepairedFile] = []
  /// Parity files that were not used, and why.
  package var unused: [(path: String, reason: String)] = []
  /// The folder with the new files; `nil` where none was needed.
  package var output: FilePath?
  /// What a verification of the image with its new files says; `nil` where none was made.
  package var verification: HoldingOutcome?
  package var seconds: Double = 0

  package func count(_ status: RepairedFile.Status) -> Int { files.count { $0.status == status } }

  /// 0 where everything is what it was, 4 where something is not, 5 where the image fails its own checks.
  package var exitStatus: ExitStatus {
    if count(.incomplete) > 0 { return .incomplete }
    if let verdict = verification?.verdict, ![.verified, .noReference].contains(verdict) {
      return verdict.exitStatus
    }
    return count(.notJudged) > 0 ? .noReference : .complete
  }
}

/// Restores damaged and lost files of a holding into new ones, from parity and from copies, part by part, with their digests as
/// judge. Originals are only read.
package struct RepairJob: Sendable {
  private let store: CaseStore
  private let request: RepairRequest
  private let stop: StopFlag

  /// Ending of a file that is not whole.
  static let incompleteEnding = ".incomplete"
  /// Ranges that the log lists.
  private static let mostRanges = 100_000

  package init(_ store: CaseStore, _ request: RepairRequest, stop: StopFlag) {
    self.store = store
    self.request = request
    self.stop = stop
  }

  /// Blocks until done.
  /// - Parameter progress: receives bytes done and bytes in all, of the examination.
  /// - Throws: `holdingUnknown`, `parityMissing`, `outputExists`, `destinationFull`, `interrupted` …
  package func perform(
    _ number: UInt64, progress: (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> RepairResult {
    let begun = Host.monotonicSeconds()
    let holding = try store.holding(number)
    let state = try store.state(of: number)
    guard state.presence != .forgotten else { throw EvidenceError(.holdingUnknown, "\(number)") }
    var result = RepairResult(holding: holding, path: state.path)
    let output = try OutputFolder(creating: request.output)
    var inputs = RepairInputs(
      store, holding, state, parityFolders: request.parityFolders, trust: request.trust)
    try inputs.gather()
    result.unused = inputs.unused
    let copies = try RepairCopies(request.copies, store, holding)
    let files = try inputs.files(besides: copies)
    guard !inputs.parity.isEmpty || !inputs.stock.isEmpty || !copies.isEmpty else {
      if let (path, reason) = inputs.unused.first { throw EvidenceError(.parityMalformed, path, reason) }
      throw EvidenceError(.parityMissing, state.path)
    }
    let total = files.reduce(0) { $0 &+ $1.size }
    var done: UInt64 = 0
    for file in files {
      try file.examine(stop: stop) {
        done &+= $0
        progress(done, total)
      }
    }
    let damaged = files.filter { !$0.unresolved.isEmpty || $0.judge != nil && $0.sizeDiffers }
    if damaged.isEmpty {
      result.files = files.map { Self.untouched($0) }
      result.seconds = Host.monotonicSeconds() - begun
      try record(result, nil)
      return result
    }
    try FreeSpace.demand(
      damaged.reduce(0) { $0 &+ $1.size }, at: output.final.parentFolder, canBeTried: false)
    try output.create()
    do throws(EvidenceError) {
      for file in damaged { try file.begin(try Self.place(file.name, in: output.partial), stop: stop) }
      try restore(damaged, files, copies, inputs, output)
      result.files = try files.map { (file) throws(EvidenceError) in
        damaged.contains { $0 === file } ? try finish(file, output) : Self.untouched(file)
      }
      if holding.kind == .image, result.count(.incomplete) == 0 {
        result.verification = try verify(holding, state, files, inputs, output.partial)
      }
      let document = Self.document(result).canonicalBytes
      try DurableFile.write(document, to: output.partial.appending(Self.recordName))
      try output.complete()
      result.output = try Syscalls.resolve(output.final).orThrow(.readFailed, output.final.string)
      result.seconds = Host.monotonicSeconds() - begun
      try record(result, Digest.of(document, .sha256))
    } catch {
      try? DurableFolder.removeTree(output.partial)
      throw error
    }
    return result
  }

  /// What came from where, beside the new files.
  static let recordName = "repair.json"

  private static func untouched(_ file: RestoredFile) -> RepairedFile {
    RepairedFile(
      name: file.name, status: file.judge == nil ? .notJudged : .intact, wasMissing: file.isMissing,
      size: file.size, output: nil, sha256: nil, sources: [], unresolved: [])
  }

  /// Names of a folder that is one holding lead into folders of it.
  private static func place(_ name: String, in folder: FilePath) throws(EvidenceError) -> FilePath {
    let path = folder.pushing(FilePath(name))
    var missing: [FilePath] = []
    var parent = path.removingLastComponent()
    while parent != folder, !Files.exists(parent) {
      missing.append(parent)
      parent = parent.removingLastComponent()
    }
    for folder in missing.reversed() { try DurableFolder.create(folder) }
    return path
  }

  private func restore(
    _ damaged: [RestoredFile], _ files: [RestoredFile], _ copies: RepairCopies, _ inputs: RepairInputs,
    _ output: OutputFolder
  ) throws(EvidenceError) {
    for file in damaged {
      for path in copies.paths(for: file.name, of: files.map(\.name)) where !file.unresolved.isEmpty {
        try file.take(from: path, as: .copy(path.string), stop: stop)
      }
    }
    // Of one file first: what comes back there helps across them, and the other way round.
    let ordered = inputs.parity.sorted { $0.head.kind == .file && $1.head.kind != .file }
    var isAny = true
    while isAny, damaged.contains(where: { !$0.unresolved.isEmpty }) {
      isAny = false
      for parity in ordered {
        let own = inputs.files(of: parity, among: files)
        guard own.contains(where: { $0.output != nil && !$0.unresolved.isEmpty }) else { continue }
        guard try ParityRestoration(parity, own, stop: stop).perform() else { continue }
        for file in own where file.output != nil { if file.judgeAgain() { isAny = true } }
      }
    }
    for file in damaged where !file.unresolved.isEmpty {
      for index in inputs.stock[file.name] ?? [] where !file.unresolved.isEmpty {
        let scratch = output.partial.appending("par2")
        try DurableFolder.create(scratch)
        if let path = try PAR2Restoration.restore(
          file.original, name: FilePath(file.name).lastComponent?.string ?? file.name, index: index,
          scratch: scratch)
        {
          try file.take(from: path, as: .parity(index.string), stop: stop)
        }
        try DurableFolder.removeWithFiles(scratch)
      }
    }
  }

  private func finish(_ file: RestoredFile, _ output: OutputFolder) throws(EvidenceError) -> RepairedFile {
    var unresolved = file.unresolvedRanges
    let isWhole = file.isWhole()
    let digest = file.sha256()
    // Every part is right and the whole is not: nobody knows which.
    if unresolved.isEmpty, isWhole == false, file.size > 0 { unresolved = [0..<file.size] }
    try file.close()
    guard let path = file.output else { throw EvidenceError(.writeFailed, file.name) }
    if !unresolved.isEmpty {
      try DurableFolder.rename(path, to: FilePath(path.string + Self.incompleteEnding))
    }
    return RepairedFile(
      name: file.name, status: unresolved.isEmpty ? .restored : .incomplete, wasMissing: file.isMissing,
      size: file.size, output: file.name + (unresolved.isEmpty ? "" : Self.incompleteEnding), sha256: digest,
      sources: file.sources, unresolved: unresolved)
  }

  /// The image with its new files, by its own checksums and everything that the catalogue has of it.
  private func verify(
    _ holding: HoldingRecord, _ state: HoldingStateRecord, _ files: [RestoredFile], _ inputs: RepairInputs,
    _ folder: FilePath
  ) throws(EvidenceError) -> HoldingOutcome? {
    var links: [FilePath] = []
    defer { for link in links { _ = Syscalls.unlink(link) } }
    for file in files where file.output == nil && !file.isMissing {
      let link = folder.appending(file.name)
      try SymbolicLinks.create(link, to: file.original)
      links.append(link)
    }
    let recorded = HoldingFiles(
      files.map { file in
        .init(
          name: file.name, size: file.size,
          modified: FileStatus(folder.appending(file.name))?.modified ?? 0)
      })
    guard let first = recorded.all.first else { return nil }
    let whole = HoldingStateRecord(
      holding: holding.number, position: state.position, presence: .present,
      path: folder.appending(first.name).string, medium: nil, size: recorded.all.reduce(0) { $0 &+ $1.size },
      files: recorded, fingerprint: state.fingerprint, seen: state.seen)
    let verification = HoldingVerification(
      holding: holding, state: whole, references: inputs.references, level: .full, archive: store.folder,
      settings: VerificationSettings(stop: stop), throttle: Throttle(nil), progress: { _ in })
    guard let outcome = verification.perform() else { throw EvidenceError(.interrupted, state.path) }
    return outcome
  }

  // MARK: The record

  private static func document(_ result: RepairResult) -> JSONValue {
    // An event has a largest size, however many ranges there are.
    var left = mostRanges
    func take<Element>(_ all: [Element]) -> ArraySlice<Element> {
      defer { left -= min(left, all.count) }
      return all.prefix(left)
    }
    let files = result.files.map { file -> JSONValue in
      let lost = take(file.unresolved)
      let from = take(file.sources)
      let more = file.unresolved.count - lost.count + file.sources.count - from.count
      return .fields([
        "name": .string(file.name), "status": .string(file.status.rawValue), "size": JSONValue(file.size),
        "wasMissing": .bool(file.wasMissing), "output": file.output.map { .string($0) },
        "sha256": file.sha256.map { .string($0.hex) },
        "notRestored": .array(lost.map { .object(range($0)) }),
        "from": .array(
          from.map { bytes, source in
            .object(
              range(bytes).merging([
                "kind": .string(kind(source)), "path": .string(source.path),
              ]) { first, _ in first })
          }),
        "moreRanges": more > 0 ? JSONValue(more) : nil,
      ])
    }
    return .fields([
      "format": "exhibit-repair", "version": 1, "holding": JSONValue(result.holding.number),
      "path": .string(result.path), "tool": .string("\(ToolVersion.name) \(ToolVersion.current)"),
      "verdict": result.verification.map { .string($0.verdict.rawValue) },
      "unusedParity": .array(
        result.unused.map { .fields(["path": .string($0.path), "reason": .string($0.reason)]) }),
      "files": .array(files),
    ])
  }

  private static func range(_ bytes: Range<UInt64>) -> [String: JSONValue] {
    ["first": JSONValue(bytes.lowerBound), "last": JSONValue(bytes.upperBound - 1)]
  }

  package static func kind(_ source: RepairSource) -> String {
    switch source {
    case .parity: "parity"
    case .copy: "copy"
    }
  }

  private func record(_ result: RepairResult, _ document: Digest?) throws(EvidenceError) {
    try store.append(
      .archiveRepaired,
      details: .fields([
        "repair": Self.document(result), "output": result.output.map { .string($0.string) },
        "recordSha256": document.map { .string($0.hex) },
      ]))
  }
}
