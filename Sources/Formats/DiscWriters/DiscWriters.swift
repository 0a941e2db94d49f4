import Evidence
import OpticalDisc
import SystemPackage
import WriterKit

/// Every format that a disc is converted into.
package enum DiscWriters {
  package static let all: [any DiscWriter.Type] = [
    ISOWriter.self, CUEWriter.self, TOCWriter.self, TrackFilesWriter.self, CCDWriter.self, NRGWriter.self,
    NRGTrackAtOnceWriter.self, MDSWriter.self, CHDWriter.self,
  ]

  package static var formats: [FormatID] { all.map { $0.format } }

  /// The writer of a format; `nil` where nothing writes it.
  package static func writer(_ id: FormatID) -> (any DiscWriter.Type)? { all.first { $0.format == id } }

  /// The endings that mean one, for people.
  package static var endings: String {
    all.filter { writer(ending: $0.ending) == $0 }.map { ".\($0.ending)" }.joined(separator: ", ")
  }

  /// The writer that the ending of a name means.
  package static func writer(ending: String) -> (any DiscWriter.Type)? {
    all.first { $0.ending == ending.lowercased() && $0.readAs == $0.format }
  }
}
