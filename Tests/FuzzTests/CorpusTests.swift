import EvidenceTestKit
import Foundation
import FuzzTargets
import SystemPackage
import Testing

/// Inputs that once showed something, or that reach far; `Tests/Fuzz/run` looks for new ones.
///
/// One after the other: the targets write their input into one folder of the process.
@Suite(.serialized) struct CorpusTests {
  private static let corpus = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .appending("Fuzz").appending("Corpus")

  @Test(arguments: FuzzTarget.allCases)
  func everyInputIsAnswered(target: FuzzTarget) throws {
    let folder = Self.corpus.appending(target.rawValue)
    let names = try TestFiles.names(in: folder)
    #expect(!names.isEmpty)
    for name in names {
      let problem = target.problem(with: try TestFiles.read(folder.appending(name)))
      #expect(problem == nil, "\(name)")
    }
  }

  /// The inputs of discs and of parity with bytes changed, cut out and put in, the same in every run.
  @Test(arguments: [FuzzTarget.ccd, .mds, .nrg, .packed, .parity])
  func changedInputsAreAnswered(target: FuzzTarget) throws {
    let folder = Self.corpus.appending(target.rawValue)
    var random = SeededGenerator(seed: 47)
    for name in try TestFiles.names(in: folder).sorted() {
      let input = try TestFiles.read(folder.appending(name))
      for turn in 0..<([.packed, .parity].contains(target) ? Self.changes / 4 : Self.changes) {
        var changed = input
        for _ in 0...turn % 4 {
          let place = Int(random.next() % UInt64(changed.count))
          switch random.next() % 5 {
          case 0: changed[place] = UInt8(truncatingIfNeeded: random.next())
          case 1: changed[place] ^= 1 << UInt8(random.next() % 8)
          case 2: changed[place] = [0, 0xFF, 0x7F, 0x80, 1][Int(random.next() % 5)]
          case 3: changed.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
          default: changed.removeSubrange(place..<min(place + 1 + Int(random.next() % 8), changed.count))
          }
          if changed.isEmpty { changed = [0] }
        }
        let problem = target.problem(with: changed)
        #expect(problem == nil, "\(name), change \(turn)")
      }
    }
  }

  private static let changes = 100
}
