import Digests
import Evidence
import Glibc
import SystemIO
import SystemPackage

/// Reads the files of a layout once, in the order of its columns, and computes their parity and all digests.
///
/// The caller's thread reads; one thread computes the digests of whole files; the others share the stripes among them, so
/// that no two ever work on the same parity. Memory: the parity of one group and a few blocks.
struct ParityEncoder {
  let layout: ParityLayout
  /// In the order of the layout, with their sizes.
  let files: [(path: FilePath, size: UInt64)]
  let stop: StopFlag

  struct Result {
    /// SHA-256 of every shard, in the order of the table.
    let table: [UInt8]
    /// Of the files.
    let digests: [Digest]
  }

  private struct Block: Sendable {
    let file: Int
    let column: Int
    /// Of its first shard.
    let stripe: Int
    let buffer: PageBuffer
  }

  private static let usualBlock = 1 << 20
  private static let buffers = 8
  private var shardSize: Int { layout.shardSize }
  private var blockSize: Int { max(Self.usualBlock, shardSize) }

  /// Memory that several threads write to, each its own part of it.
  ///
  /// `@unchecked Sendable` holds because a shard, its digest and the parity of its stripe belong to one thread, and nobody
  /// reads them before those threads have been joined.
  private final class Memory: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer
    init(_ count: Int) {
      bytes = .allocate(byteCount: max(count, 64), alignment: 4096)
      clear(max(count, 64))
    }
    deinit { bytes.deallocate() }
    func clear(_ count: Int) {
      _ = UnsafeMutableRawBufferPointer(rebasing: bytes[..<count]).initializeMemory(
        as: UInt8.self, repeating: 0)
    }
  }

  /// `@unchecked Sendable` holds because one thread adds, and nobody asks before it has been joined.
  private final class WholeDigests: @unchecked Sendable {
    private final class One { var digest = StreamingDigest(.sha256) }
    private let all: [One]
    init(_ count: Int) { all = (0..<count).map { _ in One() } }
    func add(_ block: Block) { all[block.file].digest.update(block.buffer.bytes) }
    var digests: [Digest] { all.map { $0.digest.finish() } }
  }

  /// Blocks until done.
  /// - Parameters:
  ///   - progress: receives bytes that were read since the last call.
  ///   - write: receives pieces of the parity and where they belong.
  /// - Throws: `interrupted`; `notAsRecorded` where a file has another size; `readFailed`, and what `write` throws.
  func perform(
    progress: (UInt64) -> Void,
    write: (UnsafeRawBufferPointer, UInt64) throws(EvidenceError) -> Void
  ) throws(EvidenceError) -> Result {
    let table = Memory(32 * layout.shardCount)
    let most = layout.groups.map { $0.parity * $0.stripes * shardSize }.max() ?? 0
    let parity = Memory(most)
    let whole = WholeDigests(files.count)
    let queue = BoundedQueue<Block>(capacity: Self.buffers)
    let thread = WorkerThread(name: "digest") { while let block = queue.take() { whole.add(block) } }
    var failure: EvidenceError?
    do throws(EvidenceError) {
      for (number, group) in layout.groups.enumerated() {
        parity.clear(group.parity * group.stripes * shardSize)
        try encode(group, number, table, parity, queue, progress)
        finish(group, number, table, parity)
        let bytes = parity.bytes[..<(group.parity * group.stripes * shardSize)]
        try write(UnsafeRawBufferPointer(rebasing: bytes), layout.places[number].offset)
      }
    } catch { failure = error }
    queue.close()
    thread.join()
    if let failure { throw failure }
    return Result(table: Array(table.bytes[..<(32 * layout.shardCount)]), digests: whole.digests)
  }

  private func encode(
    _ group: ParityLayout.Group, _ number: Int, _ table: Memory, _ parity: Memory,
    _ whole: BoundedQueue<Block>, _ progress: (UInt64) -> Void
  ) throws(EvidenceError) {
    let code = ErasureCode(data: group.columns.count, parity: group.parity)
    let count = max(1, availableProcessors())
    let queues = (0..<count).map { _ in BoundedQueue<Block>(capacity: Self.buffers) }
    let (place, size) = (layout.places[number], shardSize)
    let threads = WorkerThreads(
      name: "parity",
      queues.enumerated().map { own, queue in
        {
          while let block = queue.take() {
            let shards = (block.buffer.byteCount + size - 1) / size
            for shard in 0..<shards where (block.stripe + shard) % count == own {
              let stripe = block.stripe + shard
              let end = min((shard + 1) * size, block.buffer.byteCount)
              let digest = Digest.of(block.buffer.bytes.extracting(shard * size..<end), .sha256)
              table.bytes.baseAddress?.advanced(by: 32 * (place.columns[block.column] + stripe))
                .copyMemory(from: digest.bytes, byteCount: 32)
              let rows = (0..<group.parity).compactMap {
                parity.bytes.baseAddress?.advanced(by: ($0 * group.stripes + stripe) * size)
              }
              block.buffer.paddedBytes.extracting(shard * size..<(shard + 1) * size).withUnsafeBytes {
                code.add($0, column: block.column, to: rows)
              }
            }
          }
        }
      })
    defer {
      for queue in queues { queue.close() }
      threads.join()
    }
    let pool = BufferPool(count: Self.buffers, capacity: blockSize)
    for (index, column) in group.columns.enumerated() {
      let (path, fileSize) = files[column.file]
      let file = try OwnedDescriptor.openFile(path)
      guard try file.fileSize() == fileSize else {
        throw EvidenceError(.notAsRecorded, path.string, "its size has changed")
      }
      file.adviseSequential()
      if column.offset == 0 { file.forgetCached() }
      for start in stride(from: UInt64(0), to: column.length, by: blockSize) {
        guard !stop.isRaised else { throw EvidenceError(.interrupted, path.string) }
        let wanted = Int(min(UInt64(blockSize), column.length - start))
        let buffer = pool.take()
        let read = try buffer.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
          let count = try file.read(
            into: UnsafeMutableRawBufferPointer(rebasing: memory[..<wanted]), at: column.offset + start)
          _ = UnsafeMutableRawBufferPointer(rebasing: memory[count...]).initializeMemory(
            as: UInt8.self, repeating: 0)
          return count
        }
        guard read == wanted else { throw EvidenceError(.notAsRecorded, path.string, "its size has changed") }
        buffer.byteCount = wanted
        buffer.paddingByteCount = (wanted + size - 1) / size * size - wanted
        let block = Block(
          file: column.file, column: index, stripe: Int(start / UInt64(size)), buffer: buffer)
        whole.put(block)
        for queue in queues { queue.put(block) }
        progress(UInt64(wanted))
      }
    }
  }

  /// Digests of the parity of a group.
  private func finish(_ group: ParityLayout.Group, _ number: Int, _ table: Memory, _ parity: Memory) {
    let (first, size) = (layout.places[number].parity, shardSize)
    _ = WorkerThreads.map(group.parity * group.stripes, name: "parity") { shard in
      let bytes = UnsafeRawBufferPointer(
        rebasing: parity.bytes[shard * size..<(shard + 1) * size])
      table.bytes.baseAddress?.advanced(by: 32 * (first + shard))
        .copyMemory(from: Digest.of(bytes.bytes, .sha256).bytes, byteCount: 32)
      return true
    }
  }
}

/// Writes a parity file.
package struct ParityWriter {
  private let kind: ParityHead.Kind
  private let holding: String
  private let tool: String
  private let layout: ParityLayout
  private let names: [String]
  private let encoder: ParityEncoder

  /// - Parameters:
  ///   - holding: as the archive names it.
  ///   - files: name in the holding, path and size, in the order of the layout.
  package init(
    _ kind: ParityHead.Kind, of holding: String, tool: String, layout: ParityLayout,
    files: [(name: String, path: FilePath, size: UInt64)], stop: StopFlag
  ) {
    self.kind = kind
    self.holding = holding
    self.tool = tool
    self.layout = layout
    names = files.map(\.name)
    encoder = ParityEncoder(layout: layout, files: files.map { ($0.path, $0.size) }, stop: stop)
  }

  private func head(_ made: Timestamp, _ digests: [Digest], _ table: Digest) -> ParityHead {
    ParityHead(
      kind: kind, holding: holding, made: made, tool: tool,
      files: zip(names, zip(encoder.files, digests)).map {
        ParityHead.File(name: $0, size: $1.0.size, sha256: $1.1)
      }, layout: layout, table: table)
  }

  private static let none = Digest(.sha256, [UInt8](repeating: 0, count: 32))

  /// Bytes of the whole parity file.
  package var length: UInt64 {
    let text = head(Timestamp(microseconds: 0), names.map { _ in Self.none }, Self.none).canonicalBytes.count
    return 2 * ParityPreamble.length(text: text, table: 32 * layout.shardCount) + layout.parityLength
      + UInt64(ParityPreamble.trailerSize)
  }

  /// Reads the files, writes the parity file and syncs it. Blocks until done.
  /// - Parameters:
  ///   - path: created; where it fails, it is removed again.
  ///   - mode: of the file: parity can tell what it protects.
  ///   - sign: the signature of the text of its head.
  /// - Returns: the head.
  /// - Throws: `interrupted`, `notAsRecorded`, `readFailed`, `outputExists`, `destinationFull` … and what `sign` throws.
  package func write(
    to path: FilePath, mode: mode_t = 0o644, made: Timestamp, progress: (UInt64) -> Void,
    sign: ([UInt8]) throws(EvidenceError) -> [UInt8]
  ) throws(EvidenceError) -> ParityHead {
    let file = try DurableFile(creating: path, mode: mode)
    do throws(EvidenceError) {
      let text = head(made, names.map { _ in Self.none }, Self.none).canonicalBytes.count
      let length = ParityPreamble.length(text: text, table: 32 * layout.shardCount)
      let result = try encoder.perform(progress: progress) { (bytes, offset) throws(EvidenceError) in
        try file.write(bytes.bytes, at: length + offset)
      }
      let head = head(made, result.digests, Digest.of(result.table, .sha256))
      let signed = head.canonicalBytes
      guard signed.count == text, text <= ParityHead.largestText else {
        throw EvidenceError(.fileTooLarge, path.string, "a head of more than \(ParityHead.largestText) bytes")
      }
      let signature = try sign(signed)
      guard signature.count <= ParityPreamble.largestSignature else {
        throw EvidenceError(.fileTooLarge, path.string, "a signature of \(signature.count) bytes")
      }
      let preamble = ParityPreamble(
        text: signed, table: result.table.count, signature: signature.count, length: length)
      let copy = preamble.bytes + signed + result.table + signature
      let end = length + layout.parityLength
      try file.write(copy.span.bytes, at: 0)
      try file.write(copy.span.bytes, at: end)
      let trailer = ParityPreamble.bigEndian(length) + ParityPreamble.magic
      try file.write(trailer.span.bytes, at: end + length)
      try file.close()
      return head
    } catch {
      _ = Syscalls.unlink(path)
      throw error
    }
  }
}
