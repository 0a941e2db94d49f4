import CaseStore
import Evidence

/// Evidence items of a case.
package enum Items {
  package struct Item {
    package let number: ItemNumber
    package let description: String
    package let serial: String?
  }

  /// - Throws: `itemExists`, and whatever opening the case throws.
  package static func add(
    to folder: CaseFolder, number: ItemNumber, description: String, serial: String?, remarks: String?
  ) throws(EvidenceError) -> Item {
    let store = try CaseStore.open(folder)
    let record = try store.addItem(number, description: description, serial: serial, remarks: remarks)
    try store.close()
    return Item(number: record.number, description: record.description, serial: record.serial)
  }
}
