import CaseStore
import Evidence
import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

/// Bits of the database file itself, changed behind SQLite's back.
@Suite struct BitFlipTests {
  @Test func everyByteOfAnAuditRowIsGuarded() throws {
    let sample = try SampleCase()
    let store = try sample.filled()
    let event = try #require(try store.event(2))
    let digest = try #require(try store.event(3)).previous.hex
    try store.close()
    let original = try TestFiles.read(sample.database)
    let stored = event.json.canonicalBytes + Array(digest.utf8)
    let place = try #require(Data(original).range(of: Data(stored)))

    for byte in stride(from: place.lowerBound, to: place.upperBound, by: 7) {
      var bytes = original
      bytes[byte] ^= 1 << UInt8(byte % 8)
      try TestFiles.write(bytes, to: sample.database)
      let findings = try CaseStore.openForReading(folder: sample.folder).checkAudit()
      #expect(
        findings.contains { $0.code == .auditEventAltered && $0.subject == "audit event 2" },
        "byte \(byte - place.lowerBound): \(findings)")
    }
  }

  @Test(arguments: ["4C530001", "Room 12", "reports/001.html", "001.E02", "B. Courier"])
  func everyStoredCopyOfATextIsGuarded(_ text: String) throws {
    let sample = try SampleCase()
    try sample.filled().close()
    let original = try TestFiles.read(sample.database)
    var found = 0
    var rest = Data(original)[...]
    while let place = rest.range(of: Data(text.utf8)) {
      var bytes = original
      bytes[place.lowerBound] ^= 4
      try TestFiles.write(bytes, to: sample.database)
      let findings = try CaseStore.openForReading(folder: sample.folder).checkAudit()
      #expect(!findings.isEmpty, "at \(place.lowerBound)")
      found += 1
      rest = rest[place.upperBound...]
    }
    // In the record and in the audit event.
    #expect(found >= 2)
  }
}
