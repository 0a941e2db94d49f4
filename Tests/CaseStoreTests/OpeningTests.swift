import CaseStore
import Evidence
import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

@Suite struct OpeningTests {
  let sample: SampleCase

  init() throws { self.sample = try SampleCase() }

  private func openingCode() throws {
    try codes { _ = try sample.open() }
  }

  @Test func aFolderWithoutADatabaseIsNoCase() throws {
    #expect(throws: ErrorCode.notACase) { try openingCode() }
    #expect(try TestFiles.names(in: sample.folder).isEmpty)
    try FileManager.default.createDirectory(
      atPath: sample.database.string, withIntermediateDirectories: false)
    #expect(throws: ErrorCode.notACase) { try openingCode() }
  }

  @Test(arguments: [[UInt8](), Array("hello".utf8), [UInt8](repeating: 7, count: 8192)])
  func aForeignFileIsNoCase(_ bytes: [UInt8]) throws {
    try TestFiles.write(bytes, to: sample.database)
    #expect(throws: ErrorCode.notACase) { try openingCode() }
    #expect(throws: ErrorCode.notACase) {
      try codes { _ = try CaseStore.openForReading(folder: sample.folder) }
    }
    #expect(try TestFiles.read(sample.database) == bytes)
  }

  @Test func anotherDatabaseIsNoCase() throws {
    try sample.sql("CREATE TABLE t(x)")
    #expect(throws: ErrorCode.notACase) { try openingCode() }
  }

  @Test func aNewerCaseIsRefused() throws {
    try sample.create().close()
    try sample.sql("PRAGMA user_version = 1000")
    let before = try TestFiles.read(sample.database)
    #expect(throws: ErrorCode.caseNewer) { try openingCode() }
    #expect(throws: ErrorCode.caseNewer) {
      try codes { _ = try CaseStore.openForReading(folder: sample.folder) }
    }
    #expect(try TestFiles.read(sample.database) == before)
  }

  @Test func aDamagedHeaderIsSaidToBeDamage() throws {
    try sample.create().close()
    let original = try TestFiles.read(sample.database)
    // The magic, the page size, the payload fractions.
    for byte in [0, 16, 21] {
      var bytes = original
      bytes[byte] ^= 0xff
      try TestFiles.write(bytes, to: sample.database)
      #expect(throws: ErrorCode.caseDamaged) { try openingCode() }
    }
  }

  @Test func damageOfAnyPageIsFound() throws {
    try sample.filled().close()
    let original = try TestFiles.read(sample.database)
    for page in stride(from: 4096, to: original.count, by: 4096) {
      var bytes = original
      for index in page..<page + 16 { bytes[index] = 0xff }
      try TestFiles.write(bytes, to: sample.database)
      do {
        let findings = try CaseStore.openForReading(folder: sample.folder).checkAudit()
        #expect(findings.contains { $0.code == .databaseDamaged }, "page \(page / 4096)")
      } catch { #expect(error.code == .caseDamaged) }
    }
  }

  @Test func aTruncatedCaseIsRefusedOrFound() throws {
    try sample.filled().close()
    let bytes = try TestFiles.read(sample.database)
    for length in stride(from: 4096, to: bytes.count, by: 12_288) {
      try TestFiles.write(Array(bytes.prefix(length)), to: sample.database)
      do {
        #expect(try !CaseStore.openForReading(folder: sample.folder).checkAudit().isEmpty)
      } catch { #expect(error.code == .caseDamaged) }
    }
  }

  @Test func strangeFolderNamesAreOnlyNames() throws {
    let folder = sample.folder.appending("50%25? # ü 'x'")
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: false)
    try CaseStore.create(
      folder: folder, number: "1", title: "", examiner: SampleCase.examiner, actor: SampleCase.actor
    ).close()
    #expect(try TestFiles.names(in: folder) == ["case.sqlite"])
    #expect(try TestFiles.names(in: sample.folder).count == 1)
  }

  @Test func aCaseInAReadOnlyFolderCanBeRead() throws {
    try sample.filled().close()
    let locked = try LockedFolder(sample.folder)
    let store = try CaseStore.openForReading(folder: sample.folder)
    #expect(try store.checkAudit().isEmpty)
    #expect(try store.items().count == 1)
    #expect(throws: EvidenceError.self) {
      try sample.open().addItem(ItemNumber("9"), description: "cannot be written")
    }
    try store.close()
    try locked.unlock()
    #expect(try TestFiles.names(in: sample.folder) == ["case.sqlite"])
  }

  @Test func aLogThatCannotBeReadIsNotPassedOver() throws {
    let store = try sample.filled()
    // As after a crash: the write-ahead log is there, the shared memory is not.
    let copy = try SampleCase()
    for name in ["case.sqlite", "case.sqlite-wal"] {
      try TestFiles.write(TestFiles.read(sample.folder.appending(name)), to: copy.folder.appending(name))
    }
    try store.close()
    let locked = try LockedFolder(copy.folder)
    #expect(throws: EvidenceError.self) { _ = try CaseStore.openForReading(folder: copy.folder) }
    try locked.unlock()
    #expect(try CaseStore.openForReading(folder: copy.folder).auditHead().sequence == 8)
  }
}

/// A folder that cannot be written: by its rights, or for the super-user by a read-only mount of it.
private struct LockedFolder {
  let path: FilePath
  private var isSuperUser: Bool { getuid() == 0 }

  init(_ path: FilePath) throws {
    self.path = path
    if isSuperUser {
      let done = try Tool.run(
        "sh", ["-c", "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\"", path.string])
      try #require(done.status == 0, "\(done.errors)")
    } else {
      try #require(chmod(path.string, 0o500) == 0)
    }
  }

  func unlock() throws {
    if isSuperUser {
      try #require(try Tool.run("umount", [path.string]).status == 0)
    } else {
      try #require(chmod(path.string, 0o700) == 0)
    }
  }
}
