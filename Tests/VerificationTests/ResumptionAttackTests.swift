import CanonicalJSON
import CaseFolders
import Casework
import Digests
import Evidence
import EvidenceTestKit
import Foundation
import Media
import Sessions
import SystemIO
import SystemPackage
import Testing
import WriterKit

/// Changes what an interrupted acquisition left, and tells what resuming it says.
@Suite struct ResumptionAttackTests {
  private static let document = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent().appending("Docs").appending("validation").appending("resumption.md")

  @Test func everyChangeIsToldAsTheDocumentSays() throws {
    let (left, stranger) = (try InterruptedAcquisition(), try InterruptedAcquisition())
    defer { withExtendedLifetime(stranger) {} }
    var rows: [(what: String, told: String)] = []
    func attack(_ what: String, told: String, _ change: (FilePath) throws -> Void) throws {
      try left.restore()
      try change(left.folder)
      let before = try left.digests()
      let outcome = try left.resume()
      #expect(outcome == told, "\(what)")
      if outcome != InterruptedAcquisition.resumed {
        #expect(try left.digests() == before, "\(what): something was changed")
      }
      rows.append((what, outcome == InterruptedAcquisition.resumed ? outcome : "`\(outcome)`"))
    }
    let differs = ErrorCode.writtenDiffers.rawValue
    let forged = ErrorCode.journalNotAuthentic.rawValue
    for (name, offset) in [("001.raw", 3_000_000), ("001.E01", 5_000_000), ("001.E01", 30)] {
      try attack("one byte of `\(name)`, at \(offset)", told: differs) {
        try flip($0.appending(name), offset)
      }
    }
    try attack("a digest in the chunk file", told: differs) { folder in
      try edit(folder.appending("001.chunks.csv")) { text in
        let digest = try #require(text.split(separator: "\n").dropFirst(2).first?.split(separator: ",").last)
        return text.replacing(digest, with: String(digest.reversed()))
      }
    }
    try attack("`001.raw` cut short", told: ErrorCode.outputShorter.rawValue) { folder in
      try TestFiles.write(
        Array(try TestFiles.read(folder.appending("001.raw")).prefix(1 << 20)),
        to: folder.appending("001.raw"))
    }
    try attack("a file put among the replies of the device", told: differs) {
      try TestFiles.write([1], to: $0.appending("001.device-identify.bin"))
    }
    try attack("a journal that fits a changed image, unsigned", told: forged) { folder in
      try flip(folder.appending("001.raw"), 3_000_000)
      try journal(folder) { whole in whole["seal"] = nil }
    }
    try attack("the same with the seal as it was", told: forged) { folder in
      try journal(folder) { whole in
        whole["body"] = .object(
          try #require(whole["body"]?.objectValue).merging(["saved": "2026-01-01T00:00:00.000000Z"]) { $1 })
      }
    }
    try attack("a journal made out to be of an earlier version", told: forged) { folder in
      try journal(folder) { whole in
        var body = try #require(whole["body"]?.objectValue)
        body["version"] = 1
        body["written"] = nil
        whole["body"] = .object(body)
        whole["seal"] = nil
      }
    }
    try attack(
      "the journal of another case, whose examiner has the same name",
      told: ErrorCode.journalMalformed.rawValue
    ) { folder in
      try TestFiles.write(
        try TestFiles.read(stranger.folder.appending("001.journal")), to: folder.appending("001.journal"))
    }
    try attack("its seal alone", told: forged) { folder in
      let seal = try JSONValue(
        parsingCanonical: try TestFiles.read(stranger.folder.appending("001.journal")), name: "")["seal"]
      try journal(folder) { whole in whole["seal"] = seal }
    }
    try attack("bytes behind the last checkpoint, in every file", told: InterruptedAcquisition.resumed) {
      folder in
      for name in ["001.raw", "001.E01", "001.chunks.csv"] {
        try TestFiles.write(
          try TestFiles.read(folder.appending(name)) + [7, 7, 7], to: folder.appending(name))
      }
    }
    #expect(try left.isWhole())
    let text = Self.text(rows)
    if ProcessInfo.processInfo.environment["EXHIBIT_UPDATE_DOCS"] == "1" {
      try TestFiles.write(Array(text.utf8), to: Self.document)
    }
    #expect(
      try TestFiles.read(Self.document) == Array(text.utf8),
      "run: EXHIBIT_UPDATE_DOCS=1 swift test --filter ResumptionAttackTests")
  }

  private func flip(_ path: FilePath, _ offset: Int) throws {
    var bytes = try TestFiles.read(path)
    bytes[offset] ^= 1
    try TestFiles.write(bytes, to: path)
  }

  private func edit(_ path: FilePath, _ change: (String) throws -> String) throws {
    let text = String(decoding: try TestFiles.read(path), as: UTF8.self)
    let changed = try change(text)
    #expect(changed != text)
    try TestFiles.write(Array(changed.utf8), to: path)
  }

  /// Changes the journal, and makes its own digest fit.
  private func journal(_ folder: FilePath, _ change: (inout [String: JSONValue]) throws -> Void) throws {
    let path = folder.appending("001.journal")
    var whole = try #require(try JSONValue(parsingCanonical: try TestFiles.read(path), name: "").objectValue)
    try change(&whole)
    whole["sha256"] = .string(Digest.of(try #require(whole["body"]).canonicalBytes, .sha256).hex)
    try TestFiles.write(JSONValue.object(whole).canonicalBytes, to: path)
  }

  private static func text(_ rows: [(what: String, told: String)]) -> String {
    """
    # What is changed between interruption and resumption

    Written by `EXHIBIT_UPDATE_DOCS=1 swift test --filter ResumptionAttackTests`; not edited by hand.

    An acquisition to raw and E01 is interrupted after a checkpoint. Somebody who can write the case folder changes what \
    it left; then it is resumed. A cell has the error that refuses it, as in [errors.md](../errors.md): nothing is signed \
    then, and every file stays as it was found. "resumed" stands where it goes on, to the images of an uninterrupted run.

    What remains: an older state of the same acquisition that is put back as a whole, journal and files, is what the \
    program wrote, and reading goes on from there. Whoever also writes the newest events of the database anew, which no \
    checkpoint signs while an acquisition runs, can make it look begun by a version that signed no journals; manifest, \
    verification and report then say that nobody vouches for what was written before \
    ([0038](../decisions/0038-a-journal-is-signed-by-a-key-of-its-process.md)).

    | what is changed | what resuming says |
    |---|---|

    """ + rows.map { "| \($0.what) | \($0.told) |\n" }.joined()
  }
}

/// A case with an acquisition that was interrupted, to be put back as it was left.
private final class InterruptedAcquisition {
  static let resumed = "resumed"
  private static let length = 40_000_000

  private let scratch: TemporaryFolder
  private let source: FilePath
  private let place: CaseFolder
  var folder: FilePath { place.evidence.appending("001.partial") }
  private var kept: FilePath { scratch.appending("kept") }

  init() throws {
    scratch = try TemporaryFolder()
    source = scratch.appending("source.img")
    try TestFiles.write((0..<40).flatMap { _ in Host.randomBytes(Self.length / 40) }, to: source)
    var creation = CaseCreation(
      folder: scratch.appending("case"), number: "2026-0142", title: "Theft", examiner: "A. Examiner")
    creation.signing = .newUnencrypted
    _ = try creation.perform()
    place = try CaseFolder.at(scratch.appending("case"))
    let item = try ItemNumber("001")
    _ = try Items.add(to: place, number: item, description: "USB stick", serial: nil, remarks: nil)
    var request = AcquisitionRequest(source, item: item)
    request.output.write([.raw, .e01], ImageSettings())
    request.checkpointInterval = 0
    let stop = StopFlag()
    let medium = InterruptedSource(try Sources.open(source), at: 17 << 20, stop)
    let summary = try AcquisitionJob(request, in: place, medium: medium) { () throws(EvidenceError) in [] }
      .perform(stop: stop) { _ in }
    try #require(summary.failure?.code == .interrupted && summary.resumable == "001")
    try FileManager.default.copyItem(atPath: folder.string, toPath: kept.string)
  }

  func restore() throws {
    for path in [folder, place.evidence.appending("001")] where Files.exists(path) {
      try FileManager.default.removeItem(atPath: path.string)
    }
    try FileManager.default.copyItem(atPath: kept.string, toPath: folder.string)
  }

  /// - Returns: ``resumed``, or the error.
  func resume() throws -> String {
    do throws(EvidenceError) {
      let job = try ResumeJob(ResumeRequest(item: try ItemNumber("001")), in: place) {
        () throws(EvidenceError) in []
      }
      let summary = try job.perform(stop: StopFlag()) { _ in }
      return summary.failure?.code.rawValue ?? Self.resumed
    } catch { return error.code.rawValue }
  }

  func digests() throws -> [String: Digest] {
    guard Files.exists(folder) else { return [:] }
    return Dictionary(
      uniqueKeysWithValues: try TestFiles.names(in: folder).map {
        ($0, Digest.of(try TestFiles.read(folder.appending($0)), .sha256))
      })
  }

  /// The finished raw image is the medium.
  func isWhole() throws -> Bool {
    try TestFiles.read(place.evidence.appending("001").appending("001.raw")) == TestFiles.read(source)
  }
}

/// Has an acquisition end early once a read reaches a certain byte.
private final class InterruptedSource: SectorSource {
  private let source: any SectorSource
  private let position: UInt64
  private let stop: StopFlag

  init(_ source: any SectorSource, at position: UInt64, _ stop: StopFlag) {
    self.source = source
    self.position = position
    self.stop = stop
  }

  var facts: SourceFacts { source.facts }
  var geometry: MediaGeometry { source.geometry }
  var readsDirectly: Bool { source.readsDirectly }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(EvidenceError) {
    // Single sectors are looked at before the medium is read through.
    if buffer.count > 4096, offset + UInt64(buffer.count) > position { stop.raise() }
    try source.read(into: buffer, at: offset)
  }
}
