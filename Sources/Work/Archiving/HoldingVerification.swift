import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Casework
import Digests
import Evidence
import FormatKit
import Formats
import Manifests
import SideCars
import SystemIO
import SystemPackage
import Verification

/// Verifies one holding against everything the catalogue knows of it, and against what it says of itself.
struct HoldingVerification {
  let holding: HoldingRecord
  let state: HoldingStateRecord
  let references: [HoldingReferenceRecord]
  /// Parity of it, which is read at the level `full`.
  private let parity: [RecordedParity]
  let level: ArchiveLevel
  /// The folder of the catalogue.
  let archive: FilePath
  /// Verified elsewhere than where the catalogue is, which may not be within reach.
  let isAway: Bool
  /// Certificates to trust, and the flag that stops it.
  let settings: VerificationSettings
  let throttle: Throttle
  /// Bytes that were read since the last call.
  let progress: @Sendable (UInt64) -> Void

  /// - Parameter references: all that the catalogue has of the holding.
  init(
    holding: HoldingRecord, state: HoldingStateRecord, references: [HoldingReferenceRecord],
    level: ArchiveLevel, archive: FilePath, isAway: Bool = false, settings: VerificationSettings,
    throttle: Throttle, progress: @escaping @Sendable (UInt64) -> Void
  ) {
    self.holding = holding
    self.state = state
    self.references = references.filter { RecordedParity($0) == nil }
    parity = references.compactMap { RecordedParity($0) }
    self.level = level
    self.archive = archive
    self.isAway = isAway
    self.settings = settings
    self.throttle = throttle
    self.progress = progress
  }

  var path: FilePath { FilePath(state.path) }
  private var isFolder: Bool { holding.kind == .case || holding.kind == .bag }
  private var folder: FilePath { isFolder ? path : path.removingLastComponent() }

  func path(of file: String) -> FilePath { folder.pushing(FilePath(file)) }

  /// Blocks until done. What fails is read a second time before it counts: a cable or memory fails as well.
  /// - Returns: `nil` where it was stopped.
  func perform() -> HoldingOutcome? {
    let started = Host.now()
    guard Files.exists(path) else { return notAtHand(started) }
    var comparison = HoldingComparison(holding: holding.name)
    checkFiles(&comparison)
    guard level != .structure else {
      checkStructure(&comparison)
      return comparison.outcome(started, .structure, .none)
    }
    let first = comparison
    guard var outcome = verify(first, started, isSecond: false) else { return nil }
    guard [.mismatch, .damaged].contains(outcome.verdict) else { return outcome }
    guard var second = verify(first, started, isSecond: true) else { return nil }
    second.findings += outcome.findings.filter { $0.code == .parityDamaged }
    if [.verified, .noReference].contains(second.verdict) {
      outcome = second
      outcome.findings.append(
        Finding(
          .readsDiffer, subject: holding.name, expected: "the same result twice",
          observed: "a mismatch in the first reading, none in the second"))
      outcome.verdict = .incomplete
      outcome.computed = []
      outcome.pieces = nil
      return outcome
    }
    return second
  }

  private func notAtHand(_ started: Timestamp) -> HoldingOutcome {
    HoldingOutcome(
      started: started, level: level, verdict: .notAllChecked, reading: .none, bytes: 0, compared: 0,
      findings: [
        Finding(
          .copyNotChecked, .warning, subject: state.path, expected: "on \(state.medium ?? "its medium")",
          observed: "nothing is there")
      ])
  }

  /// Whether the files are those of the catalogue, by their sizes.
  private func checkFiles(_ comparison: inout HoldingComparison) {
    for (file, place) in zip(state.files.all, state.files.places) {
      guard let found = FileStatus(path(of: file.name)) else {
        comparison.findings.append(
          Finding(
            .fileMissing, subject: file.name, expected: "\(file.size) bytes", observed: "no file",
            sectors: missing(place, from: 0)))
        continue
      }
      if found.size != file.size {
        comparison.findings.append(
          Finding(
            .fileSizeMismatch, subject: file.name, expected: "\(file.size) bytes",
            observed: "\(found.size) bytes", sectors: missing(place, from: found.size)))
      }
      if found.modified != file.modified {
        comparison.findings.append(
          Finding(
            .fileModified, .warning, subject: file.name,
            expected: Timestamp(microseconds: file.modified).description,
            observed: Timestamp(microseconds: found.modified).description))
      }
    }
    comparison.take("files and sizes", against: "the catalogue")
  }

  /// Sectors that a raw image lacks where a file of it ends too early; `nil` where none are known to be.
  private func missing(_ place: Range<UInt64>, from size: UInt64) -> SectorRange? {
    guard isPlain, holding.kind == .image, size < place.count else { return nil }
    let first = (place.lowerBound + size) / 512
    return SectorRange(
      first: first, count: place.upperBound / 512 + (place.upperBound % 512 == 0 ? 0 : 1) - first)
  }

  private func checkStructure(_ comparison: inout HoldingComparison) {
    guard holding.kind == .image, let format, case .disk = format.reading, format.isContainer else { return }
    do throws(EvidenceError) {
      comparison.findings += try Formats.openDisk(path, as: format.id).structureFindings
      comparison.take("structure", against: "itself")
    } catch { comparison.fail(holding.name, error) }
  }

  private var format: Format? { holding.format.flatMap { Formats.named(FormatID($0)) } }

  private var isPlain: Bool {
    guard holding.kind == .image else { return holding.kind == .file }
    return format?.isBytes ?? true
  }

  /// One that Exhibit did not sign has nothing but its lists.
  private var isForeignBag: Bool { holding.kind == .bag && !Files.exists(path.appending(Bag.signatureName)) }

  /// Over files of the holding, in order.
  func pass(_ files: [String], beside pace: Pace? = nil) -> FilePass {
    FilePass(
      files: files.map { path(of: $0) }, stop: settings.stop, throttle: throttle, shared: settings.shared,
      pace: pace)
  }

  // MARK: Once

  private func verify(
    _ before: HoldingComparison, _ started: Timestamp, isSecond: Bool
  ) -> HoldingOutcome? {
    var comparison = before
    for file in state.files.all { try? OwnedDescriptor.openFile(path(of: file.name)).forgetCached() }
    let isDone: Bool
    switch holding.kind {
    case .case: isDone = verifyCase(&comparison)
    case .acquisition:
      isDone = verify(.manifest(path), &comparison) && compareFiles(&comparison, keeps: false)
    case .bag: isDone = isForeignBag ? verifyForeignBag(&comparison) : verify(.bag(path), &comparison)
    case .image where !isPlain: isDone = verifyContainer(&comparison)
    case .image, .file: isDone = verifyPlain(&comparison, isSecond: isSecond)
    }
    guard isDone else { return nil }
    noteContradictions(&comparison)
    if level == .full, !isSecond {
      let check = ParityCheck(recorded: parity, stop: settings.stop, throttle: throttle)
      guard check.perform(&comparison, folder: folder, progress) else { return nil }
    }
    // What has no checksums inside is read for its digests, whatever was asked for.
    let done: ArchiveLevel = isPlain || isForeignBag ? .full : level
    return comparison.outcome(started, done, comparison.reading)
  }

  private var levelOfContents: VerificationLevel { level == .full ? .full : .chunks }

  /// What Exhibit's own verification says of it.
  /// - Parameter pace: of another reading of the same files, which this one sets.
  private func verify(
    _ subject: VerificationSubject, _ comparison: inout HoldingComparison, setting pace: Pace? = nil
  ) -> Bool {
    defer { pace?.end() }
    var settings = settings
    settings.level = levelOfContents
    settings.digests = Set(
      references.filter { $0.scope != "file" && $0.scope != "segment" }
        .compactMap { DigestAlgorithm(rawValue: $0.algorithm) }
    ).union([.sha256])
    let counter = ProgressCounter(progress, throttle)
    do throws(EvidenceError) {
      let report = try subject.verify(settings) { done, total in
        counter.reached(done)
        pace?.reached(total > 0 ? Double(done) / Double(total) : 1)
      }
      guard !report.wasStopped, !settings.stop.isRaised else { return false }
      comparison.absorb(report, level: level)
      comparison.bytes += counter.bytes
    } catch {
      guard error.code != .interrupted else { return false }
      comparison.fail(holding.name, error)
    }
    return true
  }

  private func verifyCase(_ comparison: inout HoldingComparison) -> Bool {
    let counter = ProgressCounter(progress, throttle)
    do throws(EvidenceError) {
      var settings = settings
      settings.level = levelOfContents
      let job = VerificationJob(.record(try CaseFolder.at(path), item: nil), settings)
      let report = try job.perform { done, _ in counter.reached(done) }
      guard !report.wasStopped, !settings.stop.isRaised else { return false }
      comparison.absorb(report, level: level)
      comparison.bytes += counter.bytes
    } catch { comparison.fail(holding.name, error) }
    return true
  }

  private func verifyContainer(_ comparison: inout HoldingComparison) -> Bool {
    var files: FilesRead?
    if let format, format.refusal(of: path) == nil {
      let subject: VerificationSubject =
        format.contents == .disc ? .disc(path, as: format.id) : .image(path, as: format.id)
      let wanted = level == .full ? wantedOfFiles(keeps: false) : [:]
      let isDone: Bool
      if wanted.isEmpty {
        isDone = verify(subject, &comparison)
      } else {
        // Contents and files are read side by side, each byte from the medium once.
        let (pace, read) = (Pace(), Monitor<FilesRead?>(nil))
        let thread = WorkerThread(name: "files") {
          let result = self.read(wanted, beside: pace)
          read.withLock { $0 = result }
        }
        isDone = verify(subject, &comparison, setting: pace)
        thread.join()
        files = read.withLock { $0 }
      }
      guard isDone else { return false }
    } else {
      comparison.skip("contents", because: "the format cannot be read: only its files are compared")
    }
    guard level == .full else { return true }
    // Of a disc in several containers there is no digest of the whole.
    let contents = comparison.computed.count == 1 ? comparison.computed.values.first : nil
    for reference in references where reference.scope == "contents" {
      if let algorithm = DigestAlgorithm(rawValue: reference.algorithm), let computed = contents?[algorithm] {
        comparison.compare(
          reference, with: computed.bytes, what: "the contents", .digestMismatch, isSuspect: isSuspect)
      } else {
        comparison.cannotCompare(reference)
      }
    }
    guard compareFiles(&comparison, keeps: contents == nil, files) else { return false }
    compareUnknown(
      contents.map { set in
        Dictionary(uniqueKeysWithValues: set.all.map { ($0.algorithm.rawValue, $0.bytes) })
      } ?? [:], &comparison)
    if comparison.isGood, let digest = contents?[.sha256] {
      comparison.remember(digest, of: nil, scope: "contents")
    }
    comparison.noteUncovered(state.files.all.map(\.name))
    return true
  }

  /// Digests of files, in one reading of each.
  private struct FilesRead: Sendable {
    let wanted: [String: Set<String>]
    let files: [String]
    let result: FilePass.Result
  }

  /// Algorithms by file.
  /// - Parameter keeps: with the SHA-256 of every file.
  private func wantedOfFiles(keeps: Bool) -> [String: Set<String>] {
    let names = state.files.all.map(\.name)
    var wanted: [String: Set<String>] = [:]
    if keeps { for name in names { wanted[name] = [DigestAlgorithm.sha256.rawValue] } }
    for reference in references {
      if ["file", "segment"].contains(reference.scope), let target = reference.target {
        wanted[target, default: []].insert(reference.algorithm)
      } else if reference.scope == "unknown", reference.target == nil, let first = names.first {
        wanted[first, default: []].insert(reference.algorithm)
      }
    }
    return wanted
  }

  private func read(_ wanted: [String: Set<String>], beside pace: Pace? = nil) -> FilesRead {
    let present = wanted.keys.sorted().filter { Files.kind(path(of: $0)) == .file }
    var pass = pass(present, beside: pace)
    for (index, name) in present.enumerated() { pass.single[index] = wanted[name] }
    return FilesRead(wanted: wanted, files: present, result: pass.perform(progress: progress))
  }

  /// Compares files that references name.
  /// - Parameters:
  ///   - keeps: the SHA-256 of every file is computed for later verifications: there is none of the contents.
  ///   - before: what was read already.
  /// - Returns: whether it came to its end.
  private func compareFiles(
    _ comparison: inout HoldingComparison, keeps: Bool, _ before: FilesRead? = nil
  ) -> Bool {
    let named = references.filter { ["file", "segment"].contains($0.scope) && $0.target != nil }
    let wanted = wantedOfFiles(keeps: keeps)
    guard wanted.keys.contains(where: { Files.kind(path(of: $0)) == .file }) else {
      for reference in named {
        comparison.compare(reference, with: nil, what: "the file", .fileDigestMismatch, isSuspect: isSuspect)
      }
      return true
    }
    let known = before.flatMap { before in
      wanted.allSatisfy { $0.value.isSubset(of: before.wanted[$0.key] ?? []) } ? before : nil
    }
    let done = known ?? read(wanted)
    guard !done.result.wasStopped else { return false }
    comparison.take(done.result)
    comparison.files = Dictionary(
      uniqueKeysWithValues: done.files.enumerated().map { ($0.element, done.result.single[$0.offset] ?? [:]) }
    )
    for reference in named {
      guard ReferenceDigest.isComputed(reference.algorithm) else {
        comparison.cannotCompare(reference)
        continue
      }
      comparison.compare(
        reference, with: comparison.files[reference.target ?? ""]?[reference.algorithm], what: "the file",
        .fileDigestMismatch, isSuspect: isSuspect)
    }
    if keeps, comparison.isGood {
      for (name, values) in comparison.files.sorted(by: { $0.key < $1.key }) {
        guard let value = values[DigestAlgorithm.sha256.rawValue] else { continue }
        comparison.remember(
          Digest(.sha256, value), of: name, scope: state.files.all.count > 1 ? "segment" : "file")
      }
    }
    return true
  }

  /// References that do not say what they are of: that they match something proves that, that they match nothing proves
  /// nothing.
  private func compareUnknown(_ contents: [String: [UInt8]], _ comparison: inout HoldingComparison) {
    for reference in references where reference.scope == "unknown" {
      let file = state.files.all.first.flatMap { comparison.files[$0.name]?[reference.algorithm] }
      let candidates = [("the file", file), ("the contents", contents[reference.algorithm])]
      if let match = candidates.first(where: { $0.1.map { Hex.encode($0) } == reference.value }) {
        comparison.compare(
          reference, with: match.1, what: match.0, .fileDigestMismatch, isSuspect: { _ in false })
      } else {
        comparison.findings.append(
          Finding(
            .referenceAmbiguous, .warning, subject: holding.name,
            expected:
              "\(HoldingComparison.title(reference.algorithm)) \(reference.value) (\(reference.origin))",
            observed: "neither the file's hash value nor that of the contents"))
      }
    }
  }

  // MARK: Raw images and files

  private func verifyPlain(_ comparison: inout HoldingComparison, isSecond: Bool) -> Bool {
    let files = state.files.all.map(\.name).filter { Files.kind(path(of: $0)) == .file }
    var pass = pass(files)
    pass.places = zip(state.files.all, state.files.places).filter { files.contains($0.0.name) }.map(\.1)
    pass.whole = Set(references.filter { $0.scope == "contents" || $0.scope == "unknown" }.map(\.algorithm))
      .union(["sha256"])
    let isSingle = files.count == 1
    for reference in references where ["file", "segment"].contains(reference.scope) {
      guard let index = files.firstIndex(where: { $0 == reference.target }) else { continue }
      // Of one file, its digest and that of the contents are the same.
      if isSingle {
        pass.whole.insert(reference.algorithm)
      } else {
        pass.single[index, default: []].insert(reference.algorithm)
      }
    }
    let pieces = PieceReferences(references, files: state.files.all, archive)
    let hasOther = references.contains { $0.scope != PieceReferences.scope }
    if isSecond || !hasOther { pass.windows = pieces.windows }
    // A list that cannot be reached from here is not made anew.
    let isListed = isAway && references.contains { $0.scope == PieceReferences.scope }
    let list = pieces.isEmpty && !isListed && !isSecond ? PieceList(holding, size: state.size) : nil
    if let list { pass.windows = list.windows }
    let result = pass.perform(progress: progress)
    guard !result.wasStopped else { return false }
    comparison.take(result)
    for reference in references where !["unknown", PieceReferences.scope].contains(reference.scope) {
      guard ReferenceDigest.isComputed(reference.algorithm) else {
        comparison.cannotCompare(reference)
        continue
      }
      let isContents = reference.scope == "contents"
      let index = files.firstIndex { $0 == reference.target }
      let computed =
        isContents || isSingle && index != nil
        ? result.whole[reference.algorithm] : index.flatMap { result.single[$0]?[reference.algorithm] }
      comparison.compare(
        reference, with: computed, what: isContents ? "the contents" : "the file",
        isContents ? .digestMismatch : .fileDigestMismatch, isSuspect: isSuspect)
    }
    compareUnknown(result.whole, &comparison)
    pieces.compare(result, &comparison)
    if let list { comparison.pieces = list.pieces(result.windows) }
    comparison.noteUncovered(state.files.all.map(\.name))
    if comparison.isGood, let value = result.whole["sha256"] {
      let isFile = holding.kind == .file
      comparison.remember(
        Digest(.sha256, value), of: isFile ? holding.name : nil, scope: isFile ? "file" : "contents")
    }
    return true
  }

  /// A total that its program is known to write differently where it met read errors, as the side-car shows, or where
  /// nothing shows that it met none.
  private func isSuspect(_ reference: HoldingReferenceRecord) -> Bool {
    guard reference.kind == SideCarKind.dcfldd.rawValue,
      let read = try? ReadSideCar(reference.place(in: archive)),
      read.digest == reference.originDigest
    else { return reference.kind == SideCarKind.dcfldd.rawValue }
    let end = read.sideCar.references.compactMap(\.bytes?.upperBound).max()
    return end != state.size
  }
}

/// Turns positions into bytes since the last call, and holds the reading to its rate.
private final class ProgressCounter: Sendable {
  private let position = Monitor((last: UInt64(0), total: UInt64(0)))
  private let progress: @Sendable (UInt64) -> Void
  private let throttle: Throttle

  init(_ progress: @escaping @Sendable (UInt64) -> Void, _ throttle: Throttle) {
    self.progress = progress
    self.throttle = throttle
  }

  var bytes: UInt64 { position.withLock { $0.total } }

  func reached(_ done: UInt64) {
    let step = position.withLock { position -> UInt64 in
      // A verification of several parts begins each at 0.
      let step = done >= position.last ? done - position.last : done
      position = (done, position.total + step)
      return step
    }
    progress(step)
    throttle.passed(step)
  }
}
