import CaseStore
import Evidence
import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

@Suite struct SearchTests {
  let sample: SampleCase

  init() throws { self.sample = try SampleCase() }

  private func find(_ words: String, limit: Int = 10) throws -> [String] {
    let store = try CaseStore.openForReading(folder: sample.folder)
    return try CaseSearch(store).find(words, limit: limit).events.map { "\($0.sequence) \($0.kind)" }
  }

  @Test func findsWordsAndBeginningsNewestFirst() throws {
    try sample.filled().close()
    #expect(try find("courier") == ["3 person.added"])
    #expect(try find("BLACK usb") == ["2 item.added"])
    #expect(try find("4C53") == ["2 item.added"])
    #expect(try find("4C53 nowhere").isEmpty)
    #expect(try find("001", limit: 2).count == 2)
    #expect(try find(SampleCase.digest(5).hex) == ["5 acquisition.finished"])
  }

  /// A log is indexed in parts: the newest is asked first, and all of them where that is not enough.
  @Test(arguments: [1, 2, 3, 1000] as [Int64])
  func theSameIsFoundHoweverTheIndexIsDivided(eventsPerPart: Int64) throws {
    let store = try sample.create()
    for number in 1...7 {
      _ = try store.addItem(
        ItemNumber("\(number)"), description: number % 2 == 0 ? "even stick" : "odd stick")
    }
    let search = CaseSearch(store, eventsPerPart: eventsPerPart)
    func found(_ words: String, _ limit: Int) throws -> [UInt64] {
      try search.find(words, limit: limit).events.map(\.sequence)
    }
    #expect(try found("stick", 3) == [8, 7, 6])
    #expect(try search.find("stick", limit: 3).hasMore)
    #expect(try found("stick", 7) == [8, 7, 6, 5, 4, 3, 2])
    #expect(try !search.find("stick", limit: 7).hasMore)
    #expect(try found("even", 10) == [7, 5, 3])
    #expect(try found("even odd", 10) == [])
    _ = try store.addItem(ItemNumber("8"), description: "even stick")
    #expect(try found("even", 2) == [9, 7])
  }

  @Test func operatorsAreOnlyText() throws {
    let store = try sample.create()
    _ = try store.addItem(ItemNumber("1"), description: "NOT \"a\" AND (b* OR c) NEAR d^2")
    for words in ["NOT", "\"a\"", "(b*", "AND OR", "d^2", "a\"b"] { _ = try find(words) }
    #expect(try find("NOT AND NEAR") == ["2 item.added"])
    #expect(throws: ErrorCode.argumentInvalid) {
      try codes { _ = try CaseSearch(store).find(" \"* ", limit: 1) }
    }
  }

  @Test func newEventsAreFoundAndAccentsDoNotMatter() throws {
    let store = try sample.create()
    #expect(try find("schlüssel").isEmpty)
    _ = try store.addItem(ItemNumber("1"), description: "Schlüsselbund")
    #expect(try find("schlussel") == ["2 item.added"])
    #expect(try TestFiles.names(in: sample.folder).contains(CaseSearch.fileName))
  }

  /// The index is of another log, or damaged, or cannot be written: it is made anew.
  @Test func anIndexThatCannotBeUsedIsReplaced() throws {
    try sample.filled().close()
    #expect(try find("black").count == 1)
    let index = sample.folder.appending(CaseSearch.fileName)
    try TestFiles.write(Array("no database".utf8), to: index)
    #expect(try find("black").count == 1)
    // As another version made it.
    #expect(try Tool.run("sqlite3", [index.string, "PRAGMA user_version = 1"]).status == 0)
    #expect(try find("black").count == 1)

    let other = try SampleCase()
    _ = try other.create().addItem(ItemNumber("9"), description: "white")
    try FileManager.default.removeItem(atPath: index.string)
    let store = try CaseStore.openForReading(folder: other.folder)
    #expect(try CaseSearch(store).find("white", limit: 1).events.count == 1)
    try FileManager.default.copyItem(
      atPath: other.folder.appending(CaseSearch.fileName).string, toPath: index.string)
    #expect(try find("white").isEmpty)
    #expect(try find("black").count == 1)
  }
}
