import Evidence
import EvidenceTestKit
import Testing
@testable import Digests

/// Every way Exhibit computes digests, compared with programs of others or with another way to compute them.
@Suite struct StreamingDigestTests {
  @Test(arguments: [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, (1 << 20) + 1], DigestAlgorithm.allCases)
  func coreutilsAgree(length: Int, algorithm: DigestAlgorithm) throws {
    var generator = SeededGenerator(seed: UInt64(length))
    let bytes = generator.bytes(length)
    let tool = try Tool.run(algorithm.rawValue + "sum", [], input: .init(bytes))
    #expect(Digest.of(bytes, algorithm).hex == tool.output.prefix { $0 != " " })
  }

  @Test(arguments: DigestAlgorithm.allCases)
  func piecesMakeNoDifference(algorithm: DigestAlgorithm) {
    var generator = SeededGenerator(seed: 2)
    let bytes = generator.bytes(10_000)
    var digest = StreamingDigest(algorithm)
    for _ in 0..<3 {
      var position = 0
      while position < bytes.count {
        let end = min(bytes.count, position + Int.random(in: 0...700, using: &generator))
        digest.update(bytes.span.bytes.extracting(position..<end))
        position = end
      }
      #expect(digest.finish() == Digest.of(bytes, algorithm))
      digest.restart()
    }
  }

  @Test func aForkGoesItsOwnWay() {
    var digest = StreamingDigest(.sha1)
    digest.update(Array("abc".utf8).span.bytes)
    var fork = digest.fork()
    fork.update(Array("def".utf8).span.bytes)
    #expect(digest.finish() == Digest.of(Array("abc".utf8), .sha1))
    #expect(fork.finish() == Digest.of(Array("abcdef".utf8), .sha1))
  }
}

@Suite struct ChunkedSHA256Tests {
  private static let lengths = [
    0, 1, 55, 56, 63, 64, 65, 119, 120, 127, 128, 129, 4095, 4096, 1 << 16, (1 << 16) + 1, (1 << 20) - 1,
    1 << 20,
    (1 << 20) + 1, (3 << 20) + 513,
  ]

  /// `true` is the way the processor offers (side by side where it has SHA instructions), `false` libcrypto's.
  @Test(arguments: lengths, [true, false])
  func bothWaysAgreeWithOpenSSL(length: Int, best: Bool) throws {
    var generator = SeededGenerator(seed: UInt64(length))
    let bytes = generator.bytes(length)
    let openssl = try Tool.run("openssl", ["dgst", "-sha256", "-r"], input: .init(bytes))
    for chunkSize in [64, 4096, 1 << 20] where length / chunkSize < 2000 {
      let digest = best ? ChunkedSHA256() : ChunkedSHA256(paired: false)
      for start in stride(from: 0, to: length, by: chunkSize) {
        let chunk = bytes.span.bytes.extracting(start..<min(start + chunkSize, length))
        #expect(digest.append(chunk: chunk) == Digest.of(chunk, .sha256))
      }
      #expect(digest.whole().hex == openssl.output.prefix { $0 != " " })
    }
  }

  @Test(arguments: [true, false])
  func thePaddedStreamIsAnother(best: Bool) {
    var generator = SeededGenerator(seed: 4)
    for length in [0, 1, 511, 512, 513, 8191] {
      let bytes = generator.bytes(length)
      let digest = best ? ChunkedSHA256() : ChunkedSHA256(paired: false)
      if length > 0 { _ = digest.append(chunk: bytes.span.bytes) }
      for padding in [0, 1, 63, 64, 65, 511, 4095] {
        let zeros = [UInt8](repeating: 0, count: padding)
        #expect(digest.whole(followedBy: zeros) == Digest.of(bytes + zeros, .sha256))
      }
      #expect(digest.whole() == Digest.of(bytes, .sha256), "asking changes nothing")
    }
  }

  @Test(arguments: [true, false])
  func theStreamGoesOnAfterAQuestion(best: Bool) {
    var generator = SeededGenerator(seed: 9)
    let bytes = generator.bytes(640)
    let digest = best ? ChunkedSHA256() : ChunkedSHA256(paired: false)
    for start in stride(from: 0, to: bytes.count, by: 128) {
      _ = digest.append(chunk: bytes.span.bytes.extracting(start..<start + 128))
      #expect(digest.whole() == Digest.of(Array(bytes[..<(start + 128)]), .sha256))
    }
  }
}

@Suite struct ChunkMD5Tests {
  @Test(arguments: [1, 55, 56, 63, 64, 65, 119, 120, 1000, 4096])
  func lanesAgreeWithLibcrypto(chunkSize: Int) {
    var generator = SeededGenerator(seed: UInt64(chunkSize))
    let bytes = generator.bytes(40 * chunkSize)
    for count in 1...40 {
      // The last chunk whole, one byte short, and one byte long.
      for length in Set([count * chunkSize, count * chunkSize - 1, (count - 1) * chunkSize + 1])
      where length > 0 {
        let expected = stride(from: 0, to: length, by: chunkSize).map {
          Digest.of(Array(bytes[$0..<min($0 + chunkSize, length)]), .md5)
        }
        let found = ChunkMD5.digests(of: bytes.span.bytes.extracting(0..<length), chunkSize: chunkSize)
        #expect(found == expected, "\(count) chunks, \(length) bytes")
      }
    }
  }

  @Test func nothingHasNoChunks() {
    #expect(ChunkMD5.digests(of: [UInt8]().span.bytes, chunkSize: 1 << 20).isEmpty)
  }
}

@Suite struct MerkleTests {
  /// RFC 9162 §2.1.1, as it is written there.
  private func hash(_ entries: [[UInt8]]) -> [UInt8] {
    switch entries.count {
    case 0: return Digest.of([], .sha256).bytes
    case 1: return Digest.of([0x00] + entries[0], .sha256).bytes
    default:
      var half = 1
      while half * 2 < entries.count { half *= 2 }
      let left = hash(Array(entries[..<half]))
      let right = hash(Array(entries[half...]))
      return Digest.of([0x01] + left + right, .sha256).bytes
    }
  }

  /// The recursion itself against the known tree of Certificate Transparency's reference tests, whose entries are
  /// no digests.
  @Test(arguments: [
    (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    (4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    (5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    (6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    (7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
  ])
  func theRecursionIsTheStandards(count: Int, root: String) {
    let entries = [
      "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ].compactMap { Hex.decode($0) }
    #expect(Hex.encode(hash(Array(entries.prefix(count)))) == root)
  }

  @Test func theAccumulatorIsTheRecursion() {
    var generator = SeededGenerator(seed: 13)
    var accumulator = MerkleAccumulator()
    var leaves: [[UInt8]] = []
    for count in 0...70 {
      #expect(accumulator.root.bytes == hash(leaves), "\(count) leaves")
      #expect(accumulator.root == accumulator.root, "asking changes nothing")
      leaves.append(generator.bytes(32))
      accumulator.append(Digest(.sha256, leaves[count]))
    }
  }

  /// RFC 9162 §2.1.3.1, as it is written there: PATH(m, D[n]).
  private func path(_ leaf: Int, _ entries: [[UInt8]]) -> [[UInt8]] {
    guard entries.count > 1 else { return [] }
    var half = 1
    while half * 2 < entries.count { half *= 2 }
    let (left, right) = (Array(entries[..<half]), Array(entries[half...]))
    return leaf < half ? path(leaf, left) + [hash(right)] : path(leaf - half, right) + [hash(left)]
  }

  @Test func inclusionPathsAreThoseOfTheRecursionAndLeadToTheRoot() {
    var generator = SeededGenerator(seed: 14)
    let leaves = (0..<40).map { _ in generator.bytes(32) }
    for count in 1...40 {
      let entries = Array(leaves[..<count])
      let digests = entries.map { Digest(.sha256, $0) }
      let tree = MerkleTree(digests)
      #expect(tree.root.bytes == hash(entries))
      for leaf in 0..<count {
        let found = tree.inclusionPath(ofChunk: UInt64(leaf))
        #expect(found.map(\.bytes) == path(leaf, entries), "leaf \(leaf) of \(count)")
        let root = MerkleTree.root(
          from: digests[leaf], chunk: UInt64(leaf), of: UInt64(count), path: found)
        #expect(root == tree.root, "leaf \(leaf) of \(count)")
      }
    }
  }

  /// Another leaf, place or number of leaves, and a path cut, extended or altered, lead elsewhere or nowhere.
  @Test func whatDoesNotBelongDoesNotLeadToTheRoot() {
    var generator = SeededGenerator(seed: 15)
    let digests = (0..<13).map { _ in Digest(.sha256, generator.bytes(32)) }
    let tree = MerkleTree(digests)
    let other = Digest(.sha256, generator.bytes(32))
    for leaf in 0..<13 {
      let chunk = UInt64(leaf)
      let path = tree.inclusionPath(ofChunk: chunk)
      func root(_ digest: Digest, _ chunk: UInt64, _ count: UInt64, _ path: [Digest]) -> Digest? {
        MerkleTree.root(from: digest, chunk: chunk, of: count, path: path)
      }
      #expect(root(digests[leaf], chunk, 13, path) == tree.root)
      #expect(root(other, chunk, 13, path) != tree.root)
      for wrong in 0..<20 where wrong != leaf {
        #expect(root(digests[leaf], UInt64(wrong), 13, path) != tree.root, "\(leaf) as \(wrong)")
      }
      #expect(root(digests[leaf], chunk, 1 << 20, path) == nil)
      #expect(root(digests[leaf], chunk, 13, path.dropLast()) == nil)
      #expect(root(digests[leaf], chunk, 13, path + [other]) == nil)
      for place in path.indices {
        var altered = path
        altered[place] = other
        #expect(root(digests[leaf], chunk, 13, altered) != tree.root)
      }
    }
  }

  @Test func orderAndCountMatter() {
    func root(_ values: [UInt8]) -> Digest {
      var accumulator = MerkleAccumulator()
      for value in values { accumulator.append(Digest(.sha256, [UInt8](repeating: value, count: 32))) }
      return accumulator.root
    }
    #expect(Set([root([1, 2, 3]), root([1, 3, 2]), root([1, 2]), root([1, 2, 3, 3])]).count == 4)
  }
}

@Suite struct DigestStateTests {
  private static let bytes: [UInt8] = {
    var generator = SeededGenerator(seed: 7)
    return generator.bytes(1 << 16)
  }()

  @Test("A digest goes on from a kept state as if it had never stopped", arguments: DigestAlgorithm.allCases)
  func resumed(algorithm: DigestAlgorithm) throws {
    for cut in [0, 64, 4096, 1 << 16] {
      var first = StreamingDigest(algorithm)
      first.update(Array(Self.bytes[..<cut]).span.bytes)
      let kept = first.stateBetweenBlocks
      let state = try #require(DigestState(algorithm, hex: kept.hex, length: kept.length))
      var second = StreamingDigest(resuming: state)
      second.update(Array(Self.bytes[cut...]).span.bytes)
      #expect(second.finish() == Digest.of(Self.bytes, algorithm))
      #expect(second.finish() == second.fork().finish())
    }
  }

  @Test("A state is kept between blocks of 64 bytes only")
  func between() {
    var digest = StreamingDigest(.sha1)
    digest.update(Array(Self.bytes[..<65]).span.bytes)
    let state = digest.state
    #expect(state == nil)
    #expect(DigestState(.md5, hex: String(repeating: "0", count: 32), length: 65) == nil)
    #expect(DigestState(.md5, hex: String(repeating: "0", count: 31) + "g", length: 64) == nil)
    #expect(DigestState(.md5, hex: "+1234567" + String(repeating: "0", count: 24), length: 64) == nil)
  }

  @Test(
    "The digest of whole and chunks goes on from a kept state, in either way",
    arguments: [false, true].filter { !$0 || ChunkedSHA256.canPair })
  func chunked(paired: Bool) {
    let first = ChunkedSHA256(paired: paired)
    _ = first.append(chunk: Array(Self.bytes[..<8192]).span.bytes)
    let second = ChunkedSHA256(paired: paired, resuming: first.stateBetweenBlocks)
    let chunk = second.append(chunk: Array(Self.bytes[8192...]).span.bytes)
    #expect(second.whole() == Digest.of(Self.bytes, .sha256))
    #expect(chunk == Digest.of(Array(Self.bytes[8192...]), .sha256))
  }
}

/// Chunks digested side by side, and chunks of zeros that are known.
@Suite struct ChunkDigestTests {
  /// Zeros at the beginning, in between, at the end; alone; and a last chunk that is shorter.
  private static let patterns = [
    "", "0", "x", "0x", "x0", "xx", "x0x", "0x0x00xx", "xxxxxxxxxxxxxxxxx", "x000000x0xxxx0",
  ]

  @Test(arguments: patterns, [64, 100, 4096, 32768]) func everyChunkHasItsOwn(pattern: String, size: Int) {
    for tail in [0, 1, size / 2] {
      var random = SeededGenerator(seed: UInt64(size + tail))
      var chunks = pattern.map { $0 == "0" ? [UInt8](repeating: 0, count: size) : random.bytes(size) }
      if tail > 0 { chunks.append(random.bytes(tail)) }
      let bytes = chunks.flatMap { $0 }
      for paired in [false, ChunkedSHA256.canPair] {
        let found = ChunkSHA256.digests(of: bytes.span.bytes, chunkSize: size, paired: paired)
        #expect(found == chunks.map { Digest.of($0.span.bytes, .sha256) })
      }
      #expect(
        ChunkMD5.digests(of: bytes.span.bytes, chunkSize: size)
          == chunks.map { Digest.of($0.span.bytes, .md5) })
    }
  }

  /// A chunk that is zero but for one byte, wherever that is.
  @Test(arguments: [0, 1, 63, 64, 255, 256, 4094, 4095]) func oneByteIsNotZero(place: Int) {
    var bytes = [UInt8](repeating: 0, count: 4096)
    #expect(ZeroChunks.digest(.sha256, of: bytes.span.bytes) == Digest.of(bytes.span.bytes, .sha256))
    bytes[place] = 1
    #expect(ZeroChunks.digest(.sha256, of: bytes.span.bytes) == nil)
    #expect(
      ChunkSHA256.digests(of: bytes.span.bytes, chunkSize: 4096) == [Digest.of(bytes.span.bytes, .sha256)])
  }
}
