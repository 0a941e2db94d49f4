import Digests
import Evidence
import SystemIO
import SystemPackage

/// A parity file that is open for reading. Each copy of its head stands in for the other, part by part.
package final class ParityFile: Sendable {
  package let path: FilePath
  package let head: ParityHead
  /// The text that is signed.
  package let text: [UInt8]
  /// Signatures of the copies that differ, DER.
  package let signatures: [[UInt8]]
  /// Copies of the head that are intact, 1 or 2; 0 where parts of both make one.
  package let intactHeads: Int
  private let table: [UInt8]
  private let file: OwnedDescriptor
  private let start: UInt64

  private static let ending = ".parity"

  /// Whether a file of this name may be one.
  package static func isOne(_ path: FilePath) -> Bool {
    guard path.string.hasSuffix(ending), let file = try? OwnedDescriptor.openFile(path),
      let size = try? file.fileSize()
    else { return false }
    if (try? read(file, ParityPreamble.magic.count, at: 0)) == ParityPreamble.magic { return true }
    let trailer = UInt64(ParityPreamble.trailerSize)
    guard size > trailer, let end = try? read(file, Int(trailer), at: size - trailer) else { return false }
    return ParityPreamble.end(end, fileSize: size) != nil
  }

  /// The name of a parity file.
  package static func name(of protected: String, across: Bool) -> String {
    protected + (across ? ".across" : "") + ending
  }

  /// Reads the head, not the parity.
  /// - Throws: `fileMissing`, `permissionDenied`, `readFailed`, `parityMalformed` where no copy of the head is left.
  package init(_ path: FilePath) throws(EvidenceError) {
    self.path = path
    let name = path.lastComponent?.string ?? path.string
    file = try OwnedDescriptor.openFile(path)
    file.forgetCached()
    let size = try file.fileSize()
    var places: [UInt64] = [0]
    let trailer = UInt64(ParityPreamble.trailerSize)
    if size > trailer, let end = try? Self.read(file, Int(trailer), at: size - trailer),
      let place = ParityPreamble.end(end, fileSize: size)
    {
      places.append(place)
    }
    var found: (preamble: ParityPreamble, text: [UInt8], place: UInt64)?
    for place in places where found == nil {
      guard let bytes = try? Self.read(file, ParityPreamble.size, at: place),
        let preamble = ParityPreamble(bytes),
        let text = try? Self.read(file, preamble.text, at: place + UInt64(ParityPreamble.size)),
        text.count == preamble.text, Digest.of(text, .sha256).bytes == preamble.digest
      else { continue }
      found = (preamble, text, place)
    }
    guard let (preamble, text, place) = found else {
      throw EvidenceError(.parityMalformed, name, "no intact copy of its head")
    }
    let head = try ParityHead(parsing: text, name: name)
    guard preamble.table == 32 * head.layout.shardCount else {
      throw EvidenceError(.parityMalformed, name, "a table that is not that of its shards")
    }
    // The other copy may have lost its first bytes: it is as long as this one.
    if places.count == 1 || places[1] == 0, size >= preamble.length + trailer {
      places.append(size - trailer - preamble.length)
    }
    var table: [UInt8]?
    var signatures: [[UInt8]] = []
    var intact = 0
    for place in Set(places).sorted() {
      let after = place + UInt64(ParityPreamble.size + preamble.text)
      let own = try? Self.read(file, preamble.table, at: after)
      let isRight = own.map { Digest.of($0, .sha256) == head.table } ?? false
      if isRight, table == nil { table = own }
      guard let signature = try? Self.read(file, preamble.signature, at: after + UInt64(preamble.table)),
        signature.count == preamble.signature
      else { continue }
      if !signatures.contains(signature) { signatures.append(signature) }
      let whole = (try? Self.read(file, ParityPreamble.size + preamble.text, at: place)) ?? []
      if isRight, whole == preamble.bytes + text { intact += 1 }
    }
    guard let table else { throw EvidenceError(.parityMalformed, name, "no intact table of hash values") }
    self.head = head
    self.text = text
    self.table = table
    self.signatures = signatures
    intactHeads = intact
    // From the end where only that one is left: what came before it may have been cut.
    if place == 0 {
      start = preamble.length
    } else {
      guard place >= head.layout.parityLength else {
        throw EvidenceError(.parityMalformed, name, "its parity is cut")
      }
      start = place - head.layout.parityLength
    }
  }

  /// - Returns: fewer bytes where the file ends.
  private static func read(
    _ file: borrowing OwnedDescriptor, _ count: Int, at offset: UInt64
  ) throws(EvidenceError) -> [UInt8] {
    let size = try file.fileSize()
    guard offset <= size, UInt64(count) <= size - offset else { return [] }
    var bytes = [UInt8](repeating: 0, count: count)
    let read = try bytes.withUnsafeMutableBytes { buffer in
      Result { () throws(EvidenceError) in try file.read(into: buffer, at: offset) }
    }.get()
    return read == count ? bytes : []
  }

  /// SHA-256 of a shard, by its place in the table.
  package func digest(_ index: Int) -> ArraySlice<UInt8> { table[32 * index..<32 * index + 32] }

  /// Reads a part of a parity shard.
  /// - Returns: whether it was read to its end.
  package func read(
    parity row: Int, stripe: Int, group: Int, from part: Int, into buffer: UnsafeMutableRawBufferPointer
  ) -> Bool {
    let offset = start + head.layout.offset(ofParity: row, stripe: stripe, group: group) + UInt64(part)
    return (try? file.read(into: buffer, at: offset)) == buffer.count
  }

  /// Reads every parity shard and compares it.
  /// - Parameter progress: receives bytes since the last call; returns whether to go on.
  /// - Returns: how many are damaged; `nil` where it was stopped.
  package func damagedShards(_ progress: (UInt64) -> Bool) -> Int? {
    let size = head.layout.shardSize
    let buffer = PageBuffer(capacity: size)
    var damaged = 0
    for (number, group) in head.layout.groups.enumerated() {
      for row in 0..<group.parity {
        for stripe in 0..<group.stripes {
          if !isIntact(parity: row, stripe: stripe, group: number, buffer) { damaged += 1 }
          guard progress(UInt64(size)) else { return nil }
        }
      }
      file.forgetCached()
    }
    return damaged
  }

  /// - Parameter buffer: of at least the size of a shard.
  package func isIntact(parity row: Int, stripe: Int, group: Int, _ buffer: PageBuffer) -> Bool {
    let size = head.layout.shardSize
    let isRead = buffer.fill { memory in
      read(
        parity: row, stripe: stripe, group: group, from: 0,
        into: UnsafeMutableRawBufferPointer(rebasing: memory[..<size]))
    }
    guard isRead else { return false }
    buffer.byteCount = size
    return digest(head.layout.index(ofParity: row, stripe: stripe, group: group))
      .elementsEqual(Digest.of(buffer.bytes, .sha256).bytes)
  }
}
