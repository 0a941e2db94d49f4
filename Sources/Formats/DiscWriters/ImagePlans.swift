import DiskWriters
import Evidence
import WriterKit

/// Every format that a medium is acquired into: those of disks, and those that describe a disc themselves.
package enum ImagePlans {
  package static let all: [any ImagePlan.Type] =
    DiskWriters.all + [
      DiscPlan<CUEWriter>.self, DiscPlan<TOCWriter>.self, DiscPlan<CCDWriter>.self, DiscPlan<MDSWriter>.self,
      DiscPlan<NRGWriter>.self, DiscPlan<ISOWriter>.self,
    ]

  package static var formats: [FormatID] { all.map { $0.format } }

  /// A plan for the format with an identifier; `nil` where nothing is acquired into it.
  package static func plan(_ id: FormatID, _ settings: ImageSettings = ImageSettings()) -> (any ImagePlan)? {
    all.first { $0.format == id }?.init(settings)
  }
}
