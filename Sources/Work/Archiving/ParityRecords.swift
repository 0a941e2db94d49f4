import CaseRecords
import CaseStore
import Digests
import Evidence
import Parity
import SystemIO
import SystemPackage

/// How parity of a holding is written.
package enum ParityForm: String, Hashable, Sendable, CaseIterable {
  /// Exhibit's own, `Docs/formats/parity.md`.
  case exhibit
  /// PAR2, by par2cmdline.
  case par2

  /// What the catalogue calls the form of such a file.
  var kind: String {
    switch self {
    case .exhibit: "exhibit-parity"
    case .par2: "par2-parity"
    }
  }
}

/// A parity file of a holding, as the catalogue has it: a reference to digests of pieces, by its kind.
package struct RecordedParity: Hashable, Sendable {
  package let form: ParityForm
  package let path: String
  /// The file that it protects; `nil` where it protects several.
  package let target: String?
  /// SHA-256 of the text of the head that was signed; of PAR2 that of the file that is protected.
  package let value: String
  /// SHA-256 of a file of PAR2 itself.
  package let digest: Digest?
  package let stated: Timestamp

  /// `nil` for what is none.
  package init?(_ reference: HoldingReferenceRecord) {
    guard reference.scope == PieceReferences.scope,
      let form = ParityForm.allCases.first(where: { $0.kind == reference.kind })
    else { return nil }
    self.form = form
    path = reference.origin
    target = reference.target
    value = reference.value
    digest = reference.originDigest
    stated = reference.stated
  }

  static func reference(
    _ form: ParityForm, _ path: FilePath, target: String?, value: Digest, origin: Digest? = nil
  ) -> NewReference {
    NewReference(
      algorithm: "sha256", value: value.hex, scope: PieceReferences.scope, target: target, kind: form.kind,
      origin: path.string, originDigest: origin, tool: form == .par2 ? "par2cmdline" : nil, bound: "name")
  }
}

extension HoldingRecord {
  /// A folder that is verified as one.
  var isFolder: Bool { kind == .case || kind == .bag }
}

extension HoldingStateRecord {
  /// The folder that the names of the files are relative to.
  func folder(of holding: HoldingRecord) -> FilePath {
    holding.isFolder ? FilePath(path) : FilePath(path).removingLastComponent()
  }
}

/// Whether parity of a holding is what was recorded.
struct ParityCheck {
  let recorded: [RecordedParity]
  let stop: StopFlag
  let throttle: Throttle

  /// Reads all of it.
  /// - Parameters:
  ///   - folder: of the holding: parity that was moved along with it is found there.
  ///   - progress: receives bytes since the last call.
  /// - Returns: whether it came to its end.
  func perform(
    _ comparison: inout HoldingComparison, folder: FilePath, _ progress: (UInt64) -> Void
  ) -> Bool {
    for parity in recorded {
      guard !stop.isRaised else { return false }
      let problem: String?
      do throws(EvidenceError) {
        problem =
          switch parity.form {
          case .exhibit: try self.problem(with: parity, in: folder, progress)
          case .par2: try self.problem(withStock: parity, in: folder, progress)
          }
      } catch { problem = error.description }
      guard !stop.isRaised else { return false }
      comparison.note(parity: parity.path, problem)
    }
    return true
  }

  private func problem(
    with parity: RecordedParity, in folder: FilePath, _ progress: (UInt64) -> Void
  ) throws(EvidenceError) -> String? {
    let file = try ParityFile(parity.place(orIn: folder))
    guard Digest.of(file.text, .sha256).hex == parity.value else { return "not the recorded one" }
    let damaged = file.damagedShards {
      progress($0)
      throttle.passed($0)
      return !stop.isRaised
    }
    var problems: [String] = []
    if let damaged, damaged > 0 {
      let count = file.head.layout.shardCount - dataShards(file.head.layout)
      problems.append("\(damaged) of \(count) parity shards damaged")
    }
    if file.intactHeads < 2 { problems.append("a copy of its head is damaged") }
    return problems.isEmpty ? nil : problems.joined(separator: "; ")
  }

  private func dataShards(_ layout: ParityLayout) -> Int {
    layout.groups.reduce(0) { $0 + $1.columns.reduce(0) { $0 + layout.count($1) } }
  }

  private func problem(
    withStock parity: RecordedParity, in folder: FilePath, _ progress: (UInt64) -> Void
  ) throws(EvidenceError) -> String? {
    let place = parity.place(orIn: folder)
    guard Files.kind(place) == .file else { throw Files.absence(of: place) }
    var pass = FilePass(files: [place], stop: stop, throttle: throttle)
    pass.whole = ["sha256"]
    let result = pass.perform(progress: progress)
    let computed = result.whole["sha256"]
    return computed == parity.digest?.bytes
      ? nil : result.findings.first?.observed ?? "its SHA-256 has changed"
  }
}

extension RecordedParity {
  /// Where it was written, or beside the holding where it is not there.
  func place(orIn folder: FilePath) -> FilePath {
    let recorded = FilePath(path)
    guard !Files.exists(recorded), let name = recorded.lastComponent else { return recorded }
    let moved = folder.appending(name)
    return Files.exists(moved) ? moved : recorded
  }
}
