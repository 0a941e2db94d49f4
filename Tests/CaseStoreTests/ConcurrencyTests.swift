import CaseRecords
import CaseStore
import Evidence
import EvidenceTestKit
import Foundation
import SystemIO
import SystemPackage
import Testing

@Suite struct ConcurrencyTests {
  @Test func writersTakeTurns() throws {
    let sample = try SampleCase()
    let store = try sample.create(clock: Host.now)
    let number = try ItemNumber("001")
    _ = try store.addItem(number, description: "disk")
    let (writers, events) = (6, 20)
    let failure = FirstFailure<EvidenceError>()

    let group = DispatchGroup()
    for writer in 0..<writers {
      let folder = sample.folder
      DispatchQueue(label: "writer \(writer)").async(group: group) {
        do throws(EvidenceError) {
          let own = try CaseStore.open(folder: folder, actor: SampleCase.actor)
          for event in 0..<events {
            var details = CustodyDetails(.access, occurred: Host.now())
            details.remarks = "\(writer)/\(event)"
            try own.recordCustody(of: number, details)
          }
          try own.close()
        } catch { failure.record(error) }
      }
    }
    // A check while they write sees one whole state.
    #expect(try store.checkAudit().isEmpty)
    group.wait()

    #expect(failure.value == nil)
    let remarks = try store.custody(of: number).compactMap(\.record.details.remarks)
    #expect(remarks.count == writers * events)
    for writer in 0..<writers {
      let own = remarks.filter { $0.hasPrefix("\(writer)/") }
      #expect(own == (0..<events).map { "\(writer)/\($0)" })
    }
    #expect(try store.auditHead().sequence == UInt64(2 + writers * events))
    #expect(try store.checkAudit().isEmpty)
  }
}
