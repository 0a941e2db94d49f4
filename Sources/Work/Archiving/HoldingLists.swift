import CaseRecords
import CaseStore
import Digests
import Evidence
import Manifests
import SideCars
import SystemIO
import SystemPackage

/// Lists that come with a holding, and what they say against each other.
extension HoldingVerification {
  /// A bag of another program, against its own lists.
  /// - Returns: whether it came to its end.
  func verifyForeignBag(_ comparison: inout HoldingComparison) -> Bool {
    let names = ((try? Files.names(in: path)) ?? []).filter {
      $0.hasSuffix(".txt") && ($0.hasPrefix("manifest-") || $0.hasPrefix("tagmanifest-"))
    }
    var listed: [String: [HoldingReferenceRecord]] = [:]
    for name in names {
      guard let read = try? ReadSideCar(path.appending(name)) else {
        comparison.findings.append(
          Finding(.bagIncomplete, subject: name, expected: "a list of digests", observed: "not one"))
        continue
      }
      for reference in read.sideCar.references {
        guard let target = reference.target else { continue }
        listed[target, default: []].append(
          read.reference(reference, scope: "file", target: target, bound: "path").record(of: holding.number))
      }
    }
    let files = listed.keys.sorted()
    let present = files.filter { Files.kind(path(of: $0)) == .file }
    var pass = pass(present)
    for (index, name) in present.enumerated() {
      pass.single[index] = Set((listed[name] ?? []).map(\.algorithm))
    }
    let result = pass.perform(progress: progress)
    guard !result.wasStopped else { return false }
    comparison.take(result)
    for name in files where !present.contains(name) {
      comparison.findings.append(
        Finding(.fileMissing, subject: name, expected: "a file that the bag lists", observed: "no file"))
    }
    for (index, name) in present.enumerated() {
      for reference in listed[name] ?? [] {
        comparison.compare(
          reference, with: result.single[index]?[reference.algorithm], what: "the file", .fileDigestMismatch,
          isSuspect: { _ in false })
      }
    }
    let payload = state.files.all.map(\.name).filter { $0.hasPrefix("\(Bag.payloadFolder)/") }
    for name in payload where listed[name] == nil {
      comparison.findings.append(
        Finding(
          .bagIncomplete, subject: name, expected: "listed in a manifest of the bag", observed: "not listed"))
    }
    comparison.take("payload", against: "the lists of the bag")
    return true
  }

  /// References that say different things of the same.
  func noteContradictions(_ comparison: inout HoldingComparison) {
    var first: [String: HoldingReferenceRecord] = [:]
    for reference in references
    where !["unknown", PieceReferences.scope].contains(reference.scope) && reference.kind != "verification" {
      let key = "\(reference.algorithm) \(reference.scope) \(reference.target ?? "")"
      guard let other = first[key] else {
        first[key] = reference
        continue
      }
      guard other.value != reference.value else { continue }
      comparison.findings.append(
        Finding(
          .referencesDisagree, subject: reference.target ?? holding.name,
          expected: "\(HoldingComparison.title(other.algorithm)) \(other.value) (\(other.origin))",
          observed: "\(HoldingComparison.title(reference.algorithm)) \(reference.value) (\(reference.origin))"
        ))
    }
    for origin in Set(references.filter { $0.originDigest != nil }.map(\.origin)).sorted() {
      // What the catalogue keeps beside itself is not missing because the catalogue is out of reach.
      if isAway, FilePath(origin).isRelative, !Files.exists(archive) { continue }
      let recorded = references.first { $0.origin == origin }?.originDigest
      let found = (try? Files.contents(archive.pushing(FilePath(origin)), cap: SideCar.largestSize)).map {
        Digest.of($0, .sha256)
      }
      guard found != recorded else { continue }
      comparison.findings.append(
        Finding(
          .sideCarChanged, .warning, subject: origin, expected: recorded.map { "SHA-256 \($0)" },
          observed: found.map { "SHA-256 \($0)" } ?? "not readable; the catalogue has its hash values"))
    }
  }
}

extension NewReference {
  /// As if it were recorded already.
  func record(of holding: UInt64) -> HoldingReferenceRecord {
    HoldingReferenceRecord(
      holding: holding, position: 0, algorithm: algorithm, value: value, scope: scope, target: target,
      kind: kind,
      origin: origin, originDigest: originDigest, line: line, tool: tool, bound: bound, stated: Host.now())
  }
}
