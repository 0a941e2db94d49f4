import CanonicalJSON
import Evidence
import SystemIO
import SystemPackage

/// Writes the bytes of the medium as they are: one file `BASE.raw`, or `BASE.001`, `BASE.002` ….
///
/// A last short sector stays short. Nothing is ever overwritten.
package final class RawWriter: ImageWriter {
  package let format = ImageFormat.raw
  package let padsLastSector = false

  private struct State: ~Copyable {
    var file: DurableFile?
    /// Bytes in `file`.
    var position: UInt64 = 0
    var paths: [FilePath] = []
    var isFinished = false
  }

  private let folder: FilePath
  private let base: String
  private let segmentSize: UInt64?
  private let state = Monitor(State())

  /// Creates the first file.
  /// - Parameters:
  ///   - folder: exists already.
  ///   - base: file name without extension.
  ///   - sectorSize: bytes, positive.
  ///   - segmentSize: most bytes per file, a positive multiple of `sectorSize`; `nil` for a single file.
  /// - Throws: `argumentInvalid`, `outputExists`, `destinationMissing`, `permissionDenied`, `writeFailed`.
  package init(
    folder: FilePath, base: String, sectorSize: UInt32, segmentSize: UInt64? = nil
  ) throws(EvidenceError) {
    if let segmentSize {
      guard segmentSize > 0, segmentSize % UInt64(sectorSize) == 0 else {
        throw EvidenceError(
          .argumentInvalid, "segment size \(segmentSize)", "must be a multiple of \(sectorSize) bytes")
      }
    }
    self.folder = folder
    self.base = base
    self.segmentSize = segmentSize
    try state.withLock { state throws(EvidenceError) in try begin(&state) }
  }

  package init(
    resuming checkpoint: JSONValue, folder: FilePath, base: String, sectorSize: UInt32,
    segmentSize: UInt64? = nil
  ) throws(EvidenceError) {
    self.folder = folder
    self.base = base
    self.segmentSize = segmentSize
    let count = Int(checkpoint["segments"]?.integerValue ?? 0)
    let position = UInt64(checkpoint["position"]?.integerValue ?? 0)
    try state.withLock { state throws(EvidenceError) in
      for index in 1...count {
        let name = segmentSize == nil ? "\(base).raw" : SplitFileNames.numbered(base: base, index: index)
        state.paths.append(folder.appending(name))
      }
      if segmentSize != nil {
        var extra = count + 1
        while Files.exists(folder.appending(SplitFileNames.numbered(base: base, index: extra))) {
          _ = Syscalls.unlink(folder.appending(SplitFileNames.numbered(base: base, index: extra)))
          extra += 1
        }
      }
      state.file = try DurableFile(resuming: state.paths[count - 1], length: position)
      state.position = position
    }
  }

  package func checkpoint() throws(EvidenceError) -> JSONValue {
    try state.withLock { state throws(EvidenceError) in
      try state.file?.sync()
      return .fields(["segments": JSONValue(state.paths.count), "position": JSONValue(state.position)])
    }
  }

  /// The files written so far, in order.
  package var segments: [FilePath] { state.withLock { $0.paths } }

  package func encode(_ block: PageBuffer) throws(EvidenceError) -> EncodedBlock {
    EncodedBlock(plain: block)
  }

  package func write(_ block: EncodedBlock) throws(EvidenceError) {
    try state.withLock { state throws(EvidenceError) in
      precondition(!state.isFinished, "written to after the end")
      let bytes = block.plain.bytes
      var done = 0
      while done < bytes.byteCount {
        if let segmentSize, state.position == segmentSize {
          try close(&state)
          try begin(&state)
        }
        let rest = UInt64(bytes.byteCount - done)
        let count = Int(segmentSize.map { min(rest, $0 - state.position) } ?? rest)
        try state.file?.write(bytes.extracting(done..<done + count), at: state.position)
        state.position += UInt64(count)
        done += count
      }
    }
  }

  package func finish(_ closing: ImageClosing) throws(EvidenceError) -> [FilePath] {
    try state.withLock { state throws(EvidenceError) in
      precondition(!state.isFinished, "finished twice")
      state.isFinished = true
      try close(&state)
      try DurableFolder.sync(folder)
      return state.paths
    }
  }

  package func abandon() {
    state.withLock { state in
      state.isFinished = true
      state.file = nil
    }
  }

  private func begin(_ state: inout State) throws(EvidenceError) {
    let name =
      segmentSize == nil
      ? "\(base).raw" : SplitFileNames.numbered(base: base, index: state.paths.count + 1)
    let path = folder.appending(name)
    state.file = try DurableFile(creating: path)
    state.paths.append(path)
    state.position = 0
  }

  private func close(_ state: inout State) throws(EvidenceError) {
    if let file = state.file.take() { try file.close() }
  }
}
