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

  /// Sizes and forms are those of any name.
  private static func layout(_ disc: Disc) throws(EvidenceError) -> DiscLayout {
    try Writer.layout(of: disc, base: "image")
  }

  private func sizes(of disc: Disc?) -> [UInt64]? {
    disc.flatMap { try? Self.layout(StreamWindow.prepared($0, for: Writer.self).image.disc).sizes }
  }

  package func check(_ geometry: MediaGeometry, disc: Disc?) throws(EvidenceError) {
    guard let disc else {
      throw EvidenceError(
        invalid: .format, "\(format)", "it holds whole optical discs: only for an optical disc image")
    }
    let losses: [DiscLoss]
    do throws(EvidenceError) {
      try demandWholeSectors(disc)
      losses = try Writer.losses(StreamWindow.image(of: disc))
    } catch {
      guard error.code == .argumentInvalid else { throw error }
      throw EvidenceError(
        invalid: .format, "\(format)", error.detail, consider: error.alternatives.filter { $0 == .track })
    }
    guard let lost = losses.first(where: { !Self.dispensable.contains($0.kind) }) else { return }
    throw EvidenceError(
      invalid: .format, "\(format)", "it cannot hold every sector: \(lost.kind.title) (\(lost.detail))")
  }

  /// What is cut from a sector while it is written is not the stream any more.
  /// - Throws: `argumentInvalid`.
  private func demandWholeSectors(_ disc: Disc) throws(EvidenceError) {
    for file in try Self.layout(StreamWindow.prepared(disc, for: Writer.self).image.disc).files {
      for part in file.parts {
        guard let form = part.form.layout,
          let run = part.extents.lazy.compactMap(\.run).first(where: { $0.layout.size > form.size })
        else { continue }
        throw EvidenceError(
          .argumentInvalid, "\(format)",
          "it holds \(form.size) bytes of a sector, and track \(part.track.number) has \(run.layout.size)",
          consider: [.track])
      }
    }
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

  package func files(of name: String, disc: Disc?) -> Set<String> {
    guard let disc, let layout = try? Self.layout(StreamWindow.prepared(disc, for: Writer.self).image.disc)
    else { return [firstFile(of: name, isDisc: true)] }
    return Set((layout.files.map(\.ending) + layout.descriptions.map(\.ending)).map { "\(name).\($0)" })
  }

  package func belongs(_ file: String, to name: String) -> Bool {
    guard file.hasPrefix("\(name).") else { return false }
    return Self.isEnding(String(file.dropFirst(name.count + 1)))
  }

  /// Files of several sessions have a number before their ending.
  private static func isEnding(_ ending: String) -> Bool {
    let parts = ending.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].count <= 3, UInt(parts[0]) != nil else {
      return Writer.endings.contains(ending)
    }
    return Writer.endings.contains(String(parts[1]))
  }

  package func begin(_ place: ImagePlace) throws(EvidenceError) -> any ImageWriter {
    try DiscStreamWriter(place, format: format, prepared(place), resuming: nil)
  }

  package func resume(_ checkpoint: JSONValue, _ place: ImagePlace) throws(EvidenceError) -> any ImageWriter {
    try DiscStreamWriter(
      place, format: format, prepared(place),
      resuming: try DiscStreamWriter.Kept(checkpoint, Self.isEnding))
  }

  private func prepared(
    _ place: ImagePlace
  ) throws(EvidenceError) -> (image: DiscImage, window: StreamWindow, layout: DiscLayout) {
    guard let disc = place.origin.disc else {
      throw EvidenceError(invalid: .format, "\(format)", "only for an optical disc image")
    }
    let prepared = StreamWindow.prepared(disc, for: Writer.self)
    return (
      prepared.image, prepared.window, try Writer.layout(of: prepared.image.disc, base: place.name)
    )
  }

  package func keptFiles(
    _ checkpoint: JSONValue, of name: String, isDisc: Bool
  ) throws(EvidenceError) -> [KeptFile] {
    try DiscStreamWriter.Kept(checkpoint, Self.isEnding).keptFiles(of: name)
  }

  // MARK: As the journal keeps it

  package var stored: [String: JSONValue] { [:] }
  package init(stored object: inout StrictObject) throws(EvidenceError) {}
}
