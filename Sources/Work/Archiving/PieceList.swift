import CaseRecords
import CaseStore
import Digests
import Evidence
import SystemIO
import SystemPackage

/// Digests of the pieces of an image that came without any, made when it is verified for the first time: so that damage can
/// be located later. A list as hashdeep writes it, beside the catalogue.
struct PieceList {
  /// In the folder of the archive.
  private static let folder = "pieces"
  private static let smallestPiece: UInt64 = 1 << 20
  /// Most pieces of an image.
  private static let most: UInt64 = 1 << 16
  private static let algorithm = DigestAlgorithm.sha256.rawValue

  private let holding: HoldingRecord
  private let size: UInt64

  /// `nil` where it is not worth it, or the name has no place in such a list.
  init?(_ holding: HoldingRecord, size: UInt64) {
    guard holding.kind == .image, size > Self.smallestPiece, !holding.name.utf8.contains(0x0a) else {
      return nil
    }
    self.holding = holding
    self.size = size
  }

  /// Bytes of a piece.
  private var step: UInt64 {
    let pieces = (size + Self.smallestPiece * Self.most - 1) / (Self.smallestPiece * Self.most)
    return Self.smallestPiece * max(1, pieces)
  }

  /// In order, without gaps.
  var windows: [FilePass.Window] {
    let step = step
    return stride(from: 0, to: size, by: Int(step)).map {
      FilePass.Window(algorithm: Self.algorithm, bytes: $0..<min($0 + step, size))
    }
  }

  /// - Returns: `nil` where not every piece was computed.
  func pieces(_ computed: [FilePass.Window: [UInt8]]) -> HoldingPieces? {
    var digests: [Digest] = []
    for window in windows {
      guard let value = computed[window] else { return nil }
      digests.append(Digest(.sha256, value))
    }
    return HoldingPieces(size: step, digests: digests)
  }

  /// Writes the list; one that is there from a run that was killed is replaced.
  /// - Returns: the reference to it; `nil` where these are not the pieces of the image.
  /// - Throws: what writing throws.
  fileprivate func write(
    _ pieces: HoldingPieces, in archive: FilePath
  ) throws(EvidenceError) -> NewReference? {
    let windows = windows
    guard pieces.size == step, pieces.digests.count == windows.count else { return nil }
    var text = "%%%% HASHDEEP-1.0\n%%%% size,\(Self.algorithm),filename\n## Holding \(holding.number)\n"
    for (window, digest) in zip(windows, pieces.digests) {
      let (first, end) = (window.bytes.lowerBound, window.bytes.upperBound)
      text += "\(end - first),\(digest.hex),\(holding.name) offset \(first)-\(end - 1)\n"
    }
    let bytes = NameText.bytes(text)
    let place = archive.appending(Self.folder)
    if Files.kind(place) != .folder {
      do throws(EvidenceError) { try DurableFolder.create(place) } catch  where error.code == .outputExists {}
    }
    let name = "\(holding.number).txt"
    try DurableFile.replace(place.appending(name), with: bytes)
    let digest = Digest.of(bytes, .sha256)
    return NewReference(
      algorithm: Self.algorithm, value: digest.hex, scope: PieceReferences.scope, target: nil,
      kind: "hashdeep",
      origin: "\(Self.folder)/\(name)", originDigest: digest, bound: "name")
  }
}

extension HoldingOutcome {
  /// Writes the digests of pieces beside the catalogue and refers to them.
  /// - Parameters:
  ///   - size: of all files of the holding.
  ///   - archive: the folder of the catalogue.
  mutating func keepPieces(of holding: HoldingRecord, size: UInt64, in archive: FilePath) {
    guard let pieces, let list = PieceList(holding, size: size) else { return }
    self.pieces = nil
    // That it could not be written costs the locations of later damage, not the verdict.
    if let reference = try? list.write(pieces, in: archive) { computed.append(reference) }
  }
}

extension HoldingReferenceRecord {
  /// Where the side-car is: what the catalogue made lies in its folder.
  func place(in archive: FilePath) -> FilePath { archive.pushing(FilePath(origin)) }
}
