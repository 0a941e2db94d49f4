import Evidence
import Parity
import SystemIO
import SystemPackage

// Writes parity of a file and reads it back, and codes in memory; in MiB of the file a second, as one JSON object.
// Usage: exhibit-parity-rates FILE PARITY PERCENT

guard CommandLine.arguments.count == 4, let percent = Double(CommandLine.arguments[3]) else {
  throw EvidenceError(.argumentInvalid, "exhibit-parity-rates", "FILE PARITY PERCENT")
}
let source = FilePath(CommandLine.arguments[1])
let target = FilePath(CommandLine.arguments[2])
let size = try OwnedDescriptor.openFile(source).fileSize()
let layout = try ParityLayout.file(size: size, percent: percent)

func rate(_ bytes: UInt64, _ body: () throws -> Void) rethrows -> Int {
  let begun = Host.monotonicSeconds()
  try body()
  return Int(Double(bytes) / 1_048_576 / (Host.monotonicSeconds() - begun))
}

let writer = ParityWriter(
  .file, of: "rates", tool: "rates", layout: layout, files: [(source.string, source, size)], stop: StopFlag())
let written = try rate(size) {
  _ = try writer.write(to: target, made: Host.now(), progress: { _ in }) { (_) throws(EvidenceError) in [] }
}
var damaged = 0
let parity = try ParityFile(target)
let read = rate(parity.head.layout.parityLength) { damaged = parity.damagedShards { _ in true } ?? -1 }

// Without digests and files, on one thread.
let (columns, rows, shard) = (layout.groups[0].columns.count, layout.groups[0].parity, 1 << 16)
let code = ErasureCode(data: columns, parity: rows)
let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: (columns + rows) * shard, alignment: 4096)
_ = memory.initializeMemory(as: UInt8.self, repeating: 0x5A)
let rounds = 200
let coded = rate(UInt64(rounds * columns * shard)) {
  for _ in 0..<rounds {
    for column in 0..<columns {
      code.add(
        UnsafeRawBufferPointer(rebasing: memory[column * shard..<(column + 1) * shard]), column: column,
        to: (0..<rows).compactMap { memory.baseAddress?.advanced(by: (columns + $0) * shard) })
    }
  }
}
print(
  "{\"coded\":\(coded),\"damaged\":\(damaged),\"parityRead\":\(read),\"written\":\(written),\"bytes\":\(size),\"columns\":\(columns),\"rows\":\(rows)}"
)
