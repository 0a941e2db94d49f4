import Digests
import Evidence
import Manifests
import Signing
import Verification

/// What whoever can write a hand-over can make fit again, or take out.
package struct HandOverRepairs: OptionSet, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The lists are made right, and so is the chain of the audit log.
  static let listsRight = HandOverRepairs(rawValue: 1)
  static let chainRight = HandOverRepairs(rawValue: 2)
  /// The signature of the lists is gone.
  static let unsigned = HandOverRepairs(rawValue: 4)
  /// The checkpoints of the log are gone, which then says it is of version 1.
  static let unchecked = HandOverRepairs(rawValue: 8)

  package static let lists: HandOverRepairs = [.listsRight, .unsigned]
  package static let log: HandOverRepairs = [.lists, .chainRight]
  package static let checkpoints: HandOverRepairs = [.log, .unchecked]
}

/// A hand-over as it was made, and as somebody changed it: files by their paths.
package enum HandOver {
  package static var sample: [String: [UInt8]] { Sample.bag }
  package static var examiner: Certificate { Sample.examiner }

  /// Paths whose contents differ from what was handed over, in order.
  package static func changed(_ files: [String: [UInt8]]) -> [String] {
    Set(files.keys).union(sample.keys).sorted().filter { files[$0] != sample[$0] }
  }

  /// Whether a verification names a file as not checked.
  package static func isNamed(_ path: String, _ report: VerificationReport) -> Bool {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return report.checks.contains { $0.outcome == .notChecked && [path, name].contains($0.name) }
  }

  package static func repaired(_ given: [String: [UInt8]], _ repairs: HandOverRepairs) -> [String: [UInt8]] {
    var files = given
    if repairs.contains(.unsigned) { files[Bag.signatureName] = nil }
    if let log = files[Bag.auditLogName], !repairs.isDisjoint(with: [.chainRight, .unchecked]) {
      files[Bag.auditLogName] = AuditLogTarget.repaired(
        log, withoutCheckpoints: repairs.contains(.unchecked))
    }
    guard repairs.contains(.listsRight) else { return files }
    let payload = files.filter { $0.key.hasPrefix("\(Bag.payloadFolder)/") }
    files[Bag.payloadManifestName] = list(payload)
    let size = payload.values.reduce(0) { $0 + $1.count }
    let oxum = Bag.oxum(bytes: UInt64(size), files: payload.count)
    if let information = files[Bag.informationName].map({ String(decoding: $0, as: UTF8.self) }) {
      let lines = information.split(separator: "\n").map {
        $0.hasPrefix("Payload-Oxum") ? "Payload-Oxum: \(oxum)" : String($0)
      }
      files[Bag.informationName] = Array((lines.joined(separator: "\n") + "\n").utf8)
    }
    files[Bag.tagManifestName] = list(
      files.filter {
        !$0.key.hasPrefix("\(Bag.payloadFolder)/")
          && ![Bag.tagManifestName, Bag.signatureName].contains($0.key)
      })
    return files
  }

  private static func list(_ files: [String: [UInt8]]) -> [UInt8] {
    DigestList(
      entries: files.keys.sorted().map {
        DigestList.Entry(name: $0, sha256: Digest.of(files[$0] ?? [], .sha256))
      }
    ).bytes
  }
}
