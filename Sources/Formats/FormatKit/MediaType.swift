/// The kind of medium a container says it was made of.
package enum MediaType: String, Hashable, Sendable, CaseIterable {
  case removable
  case fixed
  case optical
  /// Single files, as in logical evidence files.
  case files
  case memory
}
