import Evidence
import SystemPackage

/// The folders that take over where the one a set is written to is full.
package struct Overflow: Sendable {
  /// Those that took over before an interruption, in order.
  package let taken: [FilePath]
  /// Makes the next one, given how many took over already; `nil` where there is no more.
  package let next: @Sendable (_ taken: Int) throws(EvidenceError) -> FilePath?

  package init(
    taken: [FilePath] = [], next: @escaping @Sendable (_ taken: Int) throws(EvidenceError) -> FilePath?
  ) {
    self.taken = taken
    self.next = next
  }

  /// A full folder is the end.
  package static let none = Overflow { _ in nil }
}
