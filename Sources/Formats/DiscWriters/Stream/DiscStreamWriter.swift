import CanonicalJSON
import DiscImages
import DiskWriters
import Evidence
import FormatKit
import OpticalDisc
import SystemIO
import SystemPackage
import WriterKit

/// Writes the files of the image of a disc while the stream of its sectors is read, and what the format must have besides.
///
/// How far its files are follows from how much of the stream was written: what is generated follows the sector before it.
final class DiscStreamWriter: ImageWriter {
  private struct State: ~Copyable {
    /// Bytes of the stream that were written.
    var position: UInt64
  }

  let format: FormatID
  let padsLastSector = false
  private let image: DiscImage
  private let window: StreamWindow
  private let layout: DiscLayout
  private let files: [DiscStreamFile]
  private let place: ImagePlace
  private let state: Monitor<State>

  /// - Parameter kept: where it goes on; `nil` where it begins.
  /// - Throws: `outputExists`, `writeFailed` …; of one that goes on `journalMalformed`, `fileMissing`, `outputShorter`.
  init(
    _ place: ImagePlace, format: FormatID,
    _ prepared: (image: DiscImage, window: StreamWindow, layout: DiscLayout), resuming kept: Kept?
  ) throws(EvidenceError) {
    self.format = format
    (self.image, self.window, self.layout) = prepared
    self.place = place
    self.state = Monitor(State(position: kept?.position ?? 0))
    guard let kept else {
      self.files = try layout.files.mapThrowing { file throws(EvidenceError) in
        try DiscStreamFile(creating: file, place)
      }
      return
    }
    let start = kept.position
    guard kept.files.map(\.ending) == layout.files.map(\.ending) else {
      throw EvidenceError(.journalMalformed, place.name, "files of another disc than there are")
    }
    var files: [DiscStreamFile] = []
    for (file, kept) in zip(layout.files, kept.files) {
      files.append(try DiscStreamFile(resuming: file, kept, upTo: start, place))
    }
    self.files = files
    // They were written last, if at all.
    for file in layout.descriptions where Files.exists(path(file.ending)) {
      _ = try Syscalls.unlink(path(file.ending)).orThrow(.writeFailed, path(file.ending).string)
    }
  }

  private func path(_ ending: String) -> FilePath { place.folder.appending("\(place.name).\(ending)") }

  private var position: UInt64 { state.withLock { $0.position } }

  func encode(_ block: PageBuffer) throws(EvidenceError) -> EncodedBlock { EncodedBlock(plain: block) }

  func write(_ block: EncodedBlock) throws(EvidenceError) {
    try state.withLock { state throws(EvidenceError) in
      let end = state.position + UInt64(block.plain.byteCount)
      try window.show(block.plain, at: state.position) { () throws(EvidenceError) in
        for file in files { try file.write(upTo: end, of: image) }
      }
      state.position = end
    }
  }

  func checkpoint() throws(EvidenceError) -> JSONValue {
    let files = try files.mapThrowing { file throws(EvidenceError) in try file.checkpoint() }
    return .fields(["position": JSONValue(position), "files": .array(files)])
  }

  func finish(_ closing: ImageClosing) throws(EvidenceError) -> [WrittenFile] {
    var written: [WrittenFile] = []
    for (number, file) in files.enumerated() {
      written.append(try file.finish(number == files.count - 1 ? layout.tail : [], of: image))
    }
    let descriptions = try layout.descriptions.mapThrowing { file throws(EvidenceError) in
      try DurableFile.write(file.bytes, to: path(file.ending))
      return WrittenFile(path: path(file.ending), size: UInt64(file.bytes.count), sha256: nil)
    }
    return descriptions + written
  }

  func abandon() { for file in files { file.abandon() } }
}

extension DiscStreamWriter {
  /// A checkpoint, read back.
  struct Kept {
    struct File {
      let ending: String
      let length: UInt64
      let digests: KeptDigests?
    }

    let position: UInt64
    let files: [File]

    /// - Parameter belongs: whether a file that ends so can be one of the image.
    /// - Throws: `journalMalformed`.
    init(_ checkpoint: JSONValue, _ belongs: (String) -> Bool) throws(EvidenceError) {
      let document = StrictObject.Document(.journalMalformed, name: "checkpoint of a disc image")
      var kept = try StrictObject(checkpoint, of: document)
      self.position = try kept.quantity("position")
      self.files = try kept.list("files", atLeast: 1) { (value, path) throws(EvidenceError) in
        var file = try StrictObject(value, at: path, of: document)
        let ending = try file.text("ending")
        guard belongs(ending) else { throw file.failure("ending", "of no file") }
        let length = try file.quantity("length")
        let digests = try file.optionalObject("digests").map { object throws(EvidenceError) in
          try KeptDigests(object)
        }
        try file.finish()
        return File(ending: ending, length: length, digests: digests)
      }
      try kept.finish()
    }

    func keptFiles(of name: String) -> [KeptFile] {
      files.flatMap { KeptDigests.files(["\(name).\($0.ending)"], end: $0.length, $0.digests) }
    }
  }
}
