import DiscImages
import DiscWriters
import Evidence
import FormatKit
import OpticalDisc
import SystemIO
import SystemPackage

/// The forms of optical images as one explicit list: which a file is, how each is opened and written.
package enum OpticalImages {
  /// Beginnings of forms that are known but not read.
  private static let foreign: [(signature: String, name: String)] = [
    ("MEDIA DESCRIPTOR", "a media descriptor of Alcohol 120% (MDS)"), ("[CloneCD]", "a CloneCD control file"),
    ("MComprHD", "a compressed hunk image (CHD)"), ("DAA\0", "a PowerISO image (DAA)"),
  ]

  /// The form of a file: by its ending, and by its contents where the ending says nothing.
  /// - Returns: `nil` where it is none of them.
  /// - Throws: `fileMissing`, `readFailed`.
  package static func format(of path: FilePath) throws(EvidenceError) -> OpticalFormat? {
    if path.string.lowercased().hasSuffix(DiscDescription.ending) { return .description }
    switch path.extension?.lowercased() {
    case "cue": return .cue
    case "toc": return .toc
    case "iso": return .iso
    case "e01", "ex01", "l01": return nil
    default: return try ISOReader.claims(try PlainDiscFile(path)) ? .iso : nil
    }
  }

  /// - Throws: `formatUnknown`, and what the reader of the form throws.
  package static func open(
    _ path: FilePath, as format: OpticalFormat? = nil
  ) throws(EvidenceError) -> (format: OpticalFormat, image: DiscImage) {
    let known: OpticalFormat?
    if let format { known = format } else { known = try self.format(of: path) }
    switch known {
    case .iso: return (.iso, try ISOReader.open(path, isNamed: true))
    case .cue, .tracks: return (.cue, try CUEReader.open(path))
    case .toc: return (.toc, try TOCReader.open(path))
    case .description: return (.description, try DiscDescriptionReader.open(path))
    case nil:
      let start = try PlainDiscFile(path).bytes(at: 0, count: 64)
      let foreign = Self.foreign.first { start.starts(with: $0.signature.utf8) }
      throw EvidenceError(
        .formatUnknown, path.string,
        foreign.map { "\($0.name) cannot be read yet" }
          ?? "no cue sheet, no table of contents of cdrdao, no sectors of a data track")
    }
  }

  /// What of a disc a form cannot hold; empty where it holds all.
  /// - Throws: `argumentInvalid` where it can hold nothing of it; `readFailed`.
  package static func losses(
    _ image: DiscImage, in format: OpticalFormat
  ) throws(EvidenceError) -> [DiscLoss] {
    switch format {
    case .iso: try ISOWriter.losses(image)
    case .cue: CUEWriter.losses(image)
    case .toc: TOCWriter.losses(image)
    case .tracks: try TrackFilesWriter.losses(image)
    case .description: throw onlyRead
    }
  }

  /// Writes the files of an image into a folder. Blocks until all are synced.
  /// - Parameter base: name of the files without their endings.
  /// - Returns: the files; the one that describes the others first.
  package static func write(
    _ image: DiscImage, as format: OpticalFormat, folder: FilePath, base: String,
    progress: DiscProgress = { _ throws(EvidenceError) in }
  ) throws(EvidenceError) -> [FilePath] {
    switch format {
    case .iso: try ISOWriter.write(image, folder: folder, base: base, progress: progress)
    case .cue: try CUEWriter.write(image, folder: folder, base: base, progress: progress)
    case .toc: try TOCWriter.write(image, folder: folder, base: base, progress: progress)
    case .tracks: try TrackFilesWriter.write(image, folder: folder, base: base, progress: progress)
    case .description: throw onlyRead
    }
  }

  private static var onlyRead: EvidenceError {
    EvidenceError(.argumentInvalid, OpticalFormat.description.title, "it is written by acquisitions only")
  }
}
