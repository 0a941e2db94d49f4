import CanonicalJSON
import DiscImages
import Evidence
import FormatKit
import OpticalDisc
import SystemIO
import WriterKit

/// The image of a disc in a format that describes it itself, written while the stream of its sectors is read.
package struct DiscPlan<Writer: SequentialDiscWriter>: ImagePlan {
  package static var format: FormatID { Writer.format }
  package static var settings: Set<RequestField> { [] }
  package static var describesDiscs: Bool { true }
  /// A disk is never converted into one.
  package static var endings: [String] { [] }

  package init(_ settings: ImageSettings = ImageSettings()) {}
  package init?(ending: String, _ settings: ImageSettings) { return nil }

  package var isPlain: Bool { false }
  package var canOverflow: Bool { false }

  /// What a format says of a disc besides its sectors, and may leave out: the description in the record has all of it.
  private static var dispensable: Set<DiscLoss.Kind> {
    [
      .rawTOC, .discStructures, .catalog, .isrc, .cdText, .flags, .indexes, .sessionType, .medium,
      .unclaimedBytes,
    ]
  }

  package func largestSize(of length: UInt64, disc: Disc?) -> UInt64 {
    sizes(of: disc)?.reduce(0, +) ?? length
  }

  package func largestFile(of length: UInt64, disc: Disc?) -> UInt64 { sizes(of: disc)?.max() ?? length }

  private func sizes(of disc: Disc?) -> [UInt64]? {
    disc.flatMap { try? Writer.layout(of: StreamWindow.prepared($0, for: Writer.self).image.disc).sizes }
  }

  package func check(_ geometry: MediaGeometry, disc: Disc?) throws(EvidenceError) {
    guard let disc else {
      throw EvidenceError(
        invalid: .format, "\(format)", "it holds whole optical discs: only for an optical disc image")
    }
    let losses: [DiscLoss]
    do throws(EvidenceError) { losses = try Writer.losses(StreamWindow.image(of: disc)) } catch {
      guard error.code == .argumentInvalid else { throw error }
      throw EvidenceError(invalid: .format, "\(format)", error.detail)
    }
    guard let lost = losses.first(where: { !Self.dispensable.contains($0.kind) }) else { return }
    throw EvidenceError(
      invalid: .format, "\(format)", "it cannot hold every sector: \(lost.kind.title) (\(lost.detail))")
  }

  package func remarks(on disc: Disc?) -> [String] {
    guard let disc, let losses = try? Writer.losses(StreamWindow.image(of: disc)) else { return [] }
    let generated = StreamWindow.prepared(disc, for: Writer.self).generated
    var remarks: [String] = []
    if !losses.isEmpty {
      let lost = losses.map { "\($0.kind.title) (\($0.detail))" }.joined(separator: "; ")
      remarks.append("The \(format) image leaves out, and the disc description has: \(lost).")
    }
    if !generated.isEmpty {
      let made = generated.map {
        "track \($0.track), sectors \($0.range.lowerBound) to \($0.range.upperBound - 1)"
      }
      remarks.append(
        "The \(format) image holds sectors that were generated, not read: \(made.joined(separator: "; ")).")
    }
    return remarks
  }

  package func firstFile(of name: String, isDisc: Bool) -> String { "\(name).\(Writer.ending)" }

  package func belongs(_ file: String, to name: String) -> Bool {
    file == firstFile(of: name, isDisc: true)
      || DiscStreamWriter.endings.contains { file == "\(name).\($0)" }
  }

  package func begin(_ place: ImagePlace) throws(EvidenceError) -> any ImageWriter {
    try DiscStreamWriter(place, format: format, prepared(place), resuming: nil)
  }

  package func resume(_ checkpoint: JSONValue, _ place: ImagePlace) throws(EvidenceError) -> any ImageWriter {
    try DiscStreamWriter(
      place, format: format, prepared(place), resuming: try DiscStreamWriter.Kept(checkpoint))
  }

  private func prepared(
    _ place: ImagePlace
  ) throws(EvidenceError) -> (image: DiscImage, window: StreamWindow, layout: DiscLayout) {
    guard let disc = place.origin.disc else {
      throw EvidenceError(invalid: .format, "\(format)", "only for an optical disc image")
    }
    let prepared = StreamWindow.prepared(disc, for: Writer.self)
    return (prepared.image, prepared.window, try Writer.layout(of: prepared.image.disc))
  }

  package func keptFiles(
    _ checkpoint: JSONValue, of name: String, isDisc: Bool
  ) throws(EvidenceError) -> [KeptFile] {
    try DiscStreamWriter.Kept(checkpoint).keptFiles(of: name)
  }

  // MARK: As the journal keeps it

  package var stored: [String: JSONValue] { [:] }
  package init(stored object: inout StrictObject) throws(EvidenceError) {}
}
