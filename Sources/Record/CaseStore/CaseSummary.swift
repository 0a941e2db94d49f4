import CaseRecords
import Evidence
internal import SQLite
import SystemIO

/// A case at a glance.
package struct CaseSummary: Sendable {
  package let record: CaseRecord
  /// Name of the person responsible.
  package let examiner: String
  package let itemCount: UInt64
  package let acquisitionCount: UInt64
  package let head: AuditHead
  /// When the newest event was recorded.
  package let changed: Timestamp
  /// The newest event that is signed; `nil` where none is.
  package let signed: AuditHead?
}

extension CaseStore {
  /// Takes the same time however many items and events there are, but for counting the former.
  package func summary() throws(EvidenceError) -> CaseSummary {
    let record = try caseRecord()
    let signed = try newestCheckpoint()?.head
    return try read { database in
      let head = try AuditLog.head(of: database)
      let people: [PersonRecord] = try database.plainRecords(where: "id = ?", [record.examiner.description])
      guard let examiner = people.first,
        let newest = try Int64(exactly: head.sequence).flatMap({ try AuditLog.stored($0, in: database) })
      else { throw EvidenceError(.caseDamaged, path.string, "its examiner is not among its people") }
      func count(_ table: RecordTable) throws -> UInt64 {
        UInt64(try database.first(Int.self, "SELECT count(*) FROM \(table.name)") ?? 0)
      }
      return CaseSummary(
        record: record, examiner: examiner.details.name, itemCount: try count(EvidenceItemRecord.table),
        acquisitionCount: try count(AcquisitionRecord.table), head: head, changed: try newest.event().time,
        signed: signed)
    }
  }
}
