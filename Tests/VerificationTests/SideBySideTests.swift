import Digests
import Evidence
import EvidenceTestKit
import Foundation
import SystemIO
import SystemPackage
import Testing

@testable import Verification

/// Digests of streams that are read at the same time, one a lane.
@Suite(.timeLimit(.minutes(10))) struct SideBySideTests {
  private static func bytes(_ count: Int, _ seed: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761 &+ seed &* 40_503) >> 7) }
  }

  /// Each message in pieces, on a thread of its own.
  private func digests(_ messages: [[UInt8]], in pieces: Int, _ algorithm: DigestAlgorithm) -> [Digest?] {
    let shared = SideBySide(algorithm)
    let results = Monitor([Digest?](repeating: nil, count: messages.count))
    WorkerThreads(
      name: "stream",
      messages.enumerated().map { index, message in
        {
          var stream = shared.stream()
          for start in stride(from: 0, to: message.count, by: pieces) {
            let end = min(start + pieces, message.count)
            stream.update(message.span.bytes.extracting(start..<end))
          }
          let digest = stream.digest()
          results.withLock { $0[index] = digest }
        }
      }
    ).join()
    return results.withLock { $0 }
  }

  @Test(arguments: [DigestAlgorithm.md5, .sha256], [1, 2, 3, 15, 16, 17, 33])
  func manyStreamsOfUnequalLength(_ algorithm: DigestAlgorithm, count: Int) {
    let lengths = [0, 1, 55, 56, 63, 64, 65, 119, 120, 127, 128, 1000, 4096, 65_537, 300_001]
    let messages = (0..<count).map { Self.bytes(lengths[$0 % lengths.count] + $0 / lengths.count, $0) }
    for pieces in [61, 64, 4096, 1 << 20] {
      let found = digests(messages, in: pieces, algorithm)
      for (digest, message) in zip(found, messages) {
        #expect(digest == Digest.of(message, algorithm), "\(message.count) bytes in pieces of \(pieces)")
      }
    }
  }

  /// A stream that was begun and brings nothing does not keep the others; what follows is not counted.
  @Test func aStreamThatBringsNothingKeepsNobody() {
    let shared = SideBySide(.md5)
    let late = shared.stream()
    let message = Self.bytes(100_000, 7)
    var stream = shared.stream()
    stream.update(message.span.bytes)
    #expect(stream.digest(followedBy: ([1, 2] as [UInt8]).span.bytes) == Digest.of(message + [1, 2], .md5))
    #expect(stream.digest() == Digest.of(message, .md5))
    #expect(late.digest() == Digest.of([], .md5))
  }

  /// One that brings a block, and then none for as long as the others take, as a drive that dies does: the others come to
  /// their end, having waited for it once; it is right itself when it goes on.
  @Test(arguments: [DigestAlgorithm.md5, .sha256]) func aDyingDriveIsWaitedForOnce(
    _ algorithm: DigestAlgorithm
  ) {
    let shared = SideBySide(algorithm)
    let block = Self.bytes(1 << 15, 3)
    let blocks = 1500
    var dying = shared.stream()
    dying.update(block.span.bytes)
    let begun = Host.monotonicSeconds()
    let results = Monitor([Digest]())
    WorkerThreads(
      name: "stream",
      (0..<3).map { _ in
        {
          var stream = shared.stream()
          for _ in 0..<blocks { stream.update(block.span.bytes) }
          results.withLock { [digest = stream.digest()] in $0.append(digest) }
        }
      }
    ).join()
    // Waited for at every block, it would be 30 seconds of waiting alone.
    let seconds = Host.monotonicSeconds() - begun
    #expect(seconds < 0.02 * Double(blocks), "\(seconds) s")
    dying.update(block.span.bytes)
    var alone = StreamingDigest(algorithm)
    for _ in 0..<blocks { alone.update(block.span.bytes) }
    let one = alone.finish()
    #expect(results.withLock { $0 } == [one, one, one])
    #expect(dying.digest() == Digest.of(block + block, algorithm))
  }

  /// Images of every size beside each other, one that is cut and one that is no image: each is judged alone.
  @Test func eachImageIsJudgedAlone() throws {
    let folder = try TemporaryFolder()
    var subjects: [VerificationSubject] = []
    var expected: [[UInt8]] = []
    for number in 0..<20 {
      let contents = Self.bytes([512, 1 << 20, 3_000_320, 17 << 20][number % 4] + 512 * number, number)
      let raw = folder.appending("\(number).img")
      try TestFiles.write(contents, to: raw)
      let made = try Tool.run(
        "ewfacquirestream", ["-t", folder.appending("i\(number)").string, "-c", "none", "-q"],
        input: Data(contents))
      try #require(made.status == 0, "\(made.errors)")
      subjects.append(.image(folder.appending("i\(number).E01")))
      expected.append(contents)
    }
    // One is cut in its middle, one has a byte that differs.
    let cut = try TestFiles.read(folder.appending("i7.E01"))
    try TestFiles.write(Array(cut.prefix(cut.count / 2)), to: folder.appending("i7.E01"))
    var changed = try TestFiles.read(folder.appending("i11.E01"))
    changed[changed.count / 2] ^= 1
    try TestFiles.write(changed, to: folder.appending("i11.E01"))
    subjects.append(.image(folder.appending("none.E01")))
    let outcomes = VerificationBatch(subjects, VerificationSettings(digests: [.sha256])).perform { _, _ in }
    try #require(outcomes.count == 21)
    for (number, outcome) in outcomes.enumerated() {
      switch (number, outcome) {
      case (20, .failure(let error)): #expect(error.code == .fileMissing)
      case (7, .failure), (7, .success): #expect((try? outcome.get().verdict) != .verified)
      case (11, .success(let report)): #expect(report.verdict == .damaged || report.verdict == .mismatch)
      case (_, .success(let report)):
        #expect(report.verdict == .verified, "\(report.findings)")
        let computed = report.computed["i\(number).E01"]
        #expect(computed?[.md5] == Digest.of(expected[number], .md5))
        #expect(computed?[.sha256] == Digest.of(expected[number], .sha256))
      default: Issue.record("\(number): \(outcome)")
      }
    }
  }
}
