import Evidence
import WriterKit

/// Every format that a disk is acquired or converted into.
package enum DiskWriters {
  package static let all: [any ImagePlan.Type] = [EWFPlan.self, RawPlan.self]

  package static var formats: [FormatID] { all.map { $0.format } }

  /// A plan for the format with an identifier; `nil` where nothing writes it.
  package static func plan(_ id: FormatID, _ settings: ImageSettings = ImageSettings()) -> (any ImagePlan)? {
    all.first { $0.format == id }?.init(settings)
  }

  /// A plan for a file of this name, by its ending.
  package static func plan(ending: String, _ settings: ImageSettings) -> (any ImagePlan)? {
    for kind in all {
      if let plan = kind.init(ending: ending, settings) { return plan }
    }
    return nil
  }

  /// What is acquired into where nobody says it, and what then takes a medium whose sectors do not fit that.
  package static func usual(_ settings: ImageSettings = ImageSettings()) -> (
    first: any ImagePlan, otherwise: any ImagePlan
  ) {
    (EWFPlan(settings), RawPlan(settings))
  }
}
