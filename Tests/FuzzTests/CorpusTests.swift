import EvidenceTestKit
import Foundation
import FuzzTargets
import SystemPackage
import Testing

/// Inputs that once showed something, or that reach far; `Tests/Fuzz/run` looks for new ones.
@Suite struct CorpusTests {
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
}
