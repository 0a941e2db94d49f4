import Evidence
import SystemPackage

/// Whether what is to be written will fit.
package enum FreeSpace {
  /// - Parameters:
  ///   - need: bytes, at most.
  ///   - canBeTried: what is written may turn out smaller, and the examiner can say so.
  /// - Throws: `destinationTooSmall`, or `destinationFull` where it cannot be tried, with both figures.
  package static func demand(
    _ need: UInt64, at folder: FilePath, canBeTried: Bool = true
  ) throws(EvidenceError) {
    let free = try Files.freeSpace(folder)
    guard free >= need else {
      throw EvidenceError(
        canBeTried ? .destinationTooSmall : .destinationFull, folder.string,
        "\(HumanText.size(free)) free, up to \(HumanText.size(need)) needed")
    }
  }
}
