import CaseRecords
import Evidence
import SideCars
import SystemIO
import SystemPackage

/// Digests of pieces that side-cars of a holding have, read from them when damage is to be located: the catalogue keeps those
/// of the whole.
struct PieceReferences {
  private struct Piece {
    let window: FilePass.Window
    let value: String
    let origin: String
  }

  /// Of references that say which side-cars have pieces.
  static let scope = "pieces"

  private var pieces: [Piece] = []
  private let size: UInt64

  /// Most pieces of a holding; a terabyte in windows of 1 MiB has a million.
  private static let most = 4_000_000

  /// - Parameters:
  ///   - references: of the holding; a side-car that is not what was catalogued is left out.
  ///   - files: of the holding, in order: pieces count from the first byte of the first.
  init(_ references: [HoldingReferenceRecord], files: [HoldingFiles.File], _ archive: FilePath) {
    size = files.reduce(0) { $0 + $1.size }
    // What ends past the end of the image is of something else.
    for origin in Set(references.filter { $0.scope == Self.scope }.map(\.origin)).sorted() {
      guard let read = try? ReadSideCar(archive.pushing(FilePath(origin))),
        read.digest == references.first(where: { $0.origin == origin })?.originDigest
      else { continue }
      // Windows of a run with read errors count what was hashed, and not where it lies.
      let end = read.sideCar.references.compactMap(\.bytes?.upperBound).max()
      if read.sideCar.remarks.contains(.totalMayDiffer), end != files.reduce(0, { $0 + $1.size }) { continue }
      for reference in read.sideCar.references where reference.scope == .range {
        guard let bytes = reference.bytes, !bytes.isEmpty, pieces.count < Self.most,
          let start = Self.start(of: reference.target, files), start <= size,
          bytes.upperBound <= size - start,
          ReferenceDigest.isComputed(reference.algorithm)
        else { continue }
        pieces.append(
          Piece(
            window: .init(
              algorithm: reference.algorithm, bytes: bytes.lowerBound + start..<bytes.upperBound + start),
            value: reference.hex, origin: "\(origin), line \(reference.line)"))
      }
    }
    // What overlaps what came before it is of another run or another list: one list is enough.
    pieces.sort {
      ($0.window.algorithm, $0.window.bytes.lowerBound) < ($1.window.algorithm, $1.window.bytes.lowerBound)
    }
    var last: (algorithm: String, end: UInt64) = ("", 0)
    pieces = pieces.filter { piece in
      guard piece.window.algorithm != last.algorithm || piece.window.bytes.lowerBound >= last.end else {
        return false
      }
      last = (piece.window.algorithm, piece.window.bytes.upperBound)
      return true
    }
  }

  /// Where a file of the holding begins; `nil` for one of something else.
  private static func start(of target: String?, _ files: [HoldingFiles.File]) -> UInt64? {
    guard let target else { return 0 }
    var start: UInt64 = 0
    for file in files {
      if file.name == target || file.name == target.baseName { return start }
      start += file.size
    }
    return nil
  }

  var isEmpty: Bool { pieces.isEmpty }
  var windows: [FilePass.Window] { pieces.map(\.window) }

  /// Pieces of one algorithm that lie within a range and cover all of it, counted from its beginning; none where they do not.
  func judging(_ range: Range<UInt64>) -> [FileJudge.Piece] {
    for algorithm in Set(pieces.map(\.window.algorithm)).sorted() {
      var end = range.lowerBound
      let own = pieces.filter { piece in
        let bytes = piece.window.bytes
        guard piece.window.algorithm == algorithm, bytes.lowerBound == end,
          bytes.upperBound <= range.upperBound,
          !bytes.isEmpty
        else { return false }
        end = bytes.upperBound
        return true
      }
      guard end == range.upperBound else { continue }
      return own.compactMap { piece in
        let bytes = piece.window.bytes
        return Hex.decode(piece.value).map {
          FileJudge.Piece(
            bytes: bytes.lowerBound - range.lowerBound..<bytes.upperBound - range.lowerBound,
            algorithm: algorithm, value: $0)
        }
      }
    }
    return []
  }

  /// Whether every byte is in a piece: only then they stand for the whole.
  private var coverEverything: Bool {
    Set(pieces.map(\.window.algorithm)).contains { algorithm in
      pieces.filter { $0.window.algorithm == algorithm }.reduce(UInt64(0)) { end, piece in
        piece.window.bytes.lowerBound == end ? piece.window.bytes.upperBound : end
      } == size
    }
  }

  /// What of a piece is there cannot be told from what is damaged where the rest is missing.
  func compare(_ result: FilePass.Result, _ comparison: inout HoldingComparison) {
    let computed = result.windows
    for piece in pieces {
      comparison.comparePiece(
        piece.window.bytes, piece.window.algorithm, expected: piece.value, observed: computed[piece.window],
        isCut: result.cut.contains(piece.window), piece.origin)
    }
    guard !pieces.isEmpty, !computed.isEmpty else { return }
    guard !coverEverything else { return comparison.countPieces() }
    comparison.skip("bytes between the pieces", because: "no piece covers them")
    // Where every piece matches and the whole does not, it is between them.
    guard pieces.allSatisfy({ computed[$0.window].map { Hex.encode($0) } == $0.value }),
      comparison.isWholeDamaged
    else { return }
    for gap in gaps.prefix(Self.mostGaps) { comparison.blameGap(gap) }
  }

  private static let mostGaps = 100

  /// What no piece of any algorithm covers, in order.
  private var gaps: [Range<UInt64>] {
    var gaps: [Range<UInt64>] = []
    var end: UInt64 = 0
    for bytes in pieces.map(\.window.bytes).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if bytes.lowerBound > end { gaps.append(end..<bytes.lowerBound) }
      end = max(end, bytes.upperBound)
    }
    return end < size ? gaps + [end..<size] : gaps
  }
}
