import CaseRecords
import CourtReport
import Evidence
import EvidenceTestKit
import Foundation
import Manifests
import SystemIO
import SystemPackage
import Testing

/// The sentence that is read first: never better than the worst fact under it.
@Suite struct HeadlineTests {
  /// What is wrong with an acquisition, the words that say so, and how it looks.
  enum Fault: String, CaseIterable {
    case none, readErrors, nothingVerified, verifiedBeforeItEnded, chunksOnly, noReference, checkedInPart
    case mismatch, damaged, chainBroken, gaps, noCustody, range, imageFile, noManifest, unfinished,
      badSignature, markedFailed, superseded, markWithdrawn
    case changed, unprotected, override, unsignedJournal, failedEarlier
    case readAgain, readAgainInPart, addsToAFailedOne
    case segmented, wholeAdded, wholeAltered

    var words: String {
      switch self {
      case .none, .markWithdrawn:
        "Imaged in full: all 4,096 sectors read. Image verified 30 November 2026 against the signed manifest."
      case .readErrors:
        "Imaged with read errors: 22 of 4,096 sectors unreadable. Image verified 30 November 2026"
      case .nothingVerified, .verifiedBeforeItEnded: "Image not verified since it was made."
      case .chunksOnly: "verified 30 November 2026 in part: by chunk hash values only"
      case .noReference: "Image NOT verified: on 30 November 2026 there was no reference hash value."
      case .checkedInPart: "Verification of 30 November 2026 INCOMPLETE"
      case .mismatch: "VERIFICATION FAILED 30 November 2026: the evidence does not match the record."
      case .damaged: "VERIFICATION FAILED 30 November 2026: stored data is damaged."
      case .failedEarlier:
        "manifest. An earlier verification (30 November 2026) failed; see the section Verification."
      case .chainBroken:
        "VERIFICATION FAILED 30 November 2026: the chain of custody or the audit log is broken."
      case .gaps: "The chain of custody has gaps."
      case .noCustody: "No chain of custody was recorded."
      case .range: "Only part of the medium was imaged: 4,096 of 8,192 sectors."
      case .imageFile:
        "The source was an image file: the file itself was imaged, not the medium it came from."
      case .noManifest: "Imaging did not finish (the program ended). Not to be relied on."
      case .unfinished: "Imaging did not finish: 96 of 4,096 sectors are missing (destination full)."
      case .markedFailed: "Marked as failed on 30 November 2026 (reason: cable fault). Imaged in full"
      case .superseded:
        "Marked as failed on 30 November 2026 (reason: cable fault). Superseded by acquisition 001-2 (reason: cable fault). Imaged in full"
      case .readAgain:
        "Complete together with acquisition 001: all 4,096 sectors present. Only the 30 sectors missing from acquisition 001 were requested again, and 30 of them were read; all others are from that acquisition."
      case .readAgainInPart:
        "Imaged with read errors: 22 of 4,096 sectors unreadable. Only the 30 sectors missing from acquisition 001 were requested again, and 8 of them were read;"
      case .addsToAFailedOne: "all others are from that acquisition. Acquisition 001 is marked as failed."
      case .segmented:
        "sectors read. Hash values of the whole image: not computed while reading and not added since. SHA-256 and MD5 of each of the 2 chunks were computed while reading."
      case .wholeAdded:
        "SHA-256 of the whole image: not computed while reading; computed on 30 November 2026 by verification, signed by "
      case .wholeAltered: "THE HASH VALUES OF THE WHOLE IMAGE THAT WERE ADDED LATER ARE NOT VALID."
      case .changed: "all 4,096 sectors read. A CHANGE TO THE ORIGINAL WAS DETECTED."
      case .unprotected: "Write protection was not fully in effect."
      case .override: "Imaged under an examiner override."
      case .unsignedJournal: "Resumed from an unsigned journal"
      case .badSignature: "THE SIGNATURE OF THE MANIFEST IS NOT VALID."
      }
    }

    var tone: ReportDocument.Tone {
      switch self {
      case .none, .markWithdrawn, .wholeAdded: .good
      case .mismatch, .damaged, .chainBroken, .noManifest, .unfinished, .badSignature, .markedFailed,
        .changed, .superseded, .addsToAFailedOne, .wholeAltered:
        .bad
      default: .attention
      }
    }
  }

  @Test(arguments: Fault.allCases)
  func eachFaultIsSaidFirst(_ fault: Fault) throws {
    let contents = try Self.contents(with: fault)
    let item = contents.items[0]
    let headline = Headline(item.acquisitions[0], of: item, Wording(.english))
    #expect(headline.text.contains(fault.words), "\(headline.text)")
    #expect(headline.tone == fault.tone)
    // Whatever is wrong, the words that are right only where nothing is do not stand there alone.
    #expect([.none, .markWithdrawn].contains(fault) || headline.text != Fault.none.words)
    let german = Headline(item.acquisitions[0], of: item, Wording(.german))
    #expect(german.tone == fault.tone && german.text != headline.text)
    // The page shows it as its first result, and every later one of this acquisition alike.
    let results = contents.document().sections.flatMap(\.blocks).compactMap(\.result)
    #expect(results.first?.resultText == headline.text && results.first?.tone == fault.tone.rawValue)
    #expect(TextRendering.text(contents.document()).contains("Sectors not read") == (fault != .noManifest))
  }

  /// `Docs/validation/headlines.md`: each fault, and what the first page says of it.
  @Test func theTableOfHeadlinesIsUpToDate() throws {
    let rows = try Fault.allCases.map { fault in
      let contents = try Self.contents(with: fault)
      let item = contents.items[0]
      let (english, german) = (
        Headline(item.acquisitions[0], of: item, Wording(.english)),
        Headline(item.acquisitions[0], of: item, Wording(.german))
      )
      return "| \(Self.words(of: fault)) | \(english.tone.rawValue) | \(english.text) | \(german.text) |"
    }
    let text = """
      # Faults and headlines

      Written by `EXHIBIT_UPDATE_DOCS=1 swift test --filter HeadlineTests`; not edited by hand.

      One fault at a time in an acquisition where everything else is right: the headline of the report in both \
      languages, and its tone, which is never better than the worst fact in it.

      | fault | tone | headline | German |
      | --- | --- | --- | --- |
      \(rows.joined(separator: "\n"))

      """
    let path = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
      .appending("Docs").appending("validation").appending("headlines.md")
    if ProcessInfo.processInfo.environment["EXHIBIT_UPDATE_DOCS"] == "1" {
      try TestFiles.write(Array(text.utf8), to: path)
    }
    #expect(
      try TestFiles.read(path) == Array(text.utf8),
      "run: EXHIBIT_UPDATE_DOCS=1 swift test --filter HeadlineTests")
  }

  /// `verifiedBeforeItEnded` as words.
  private static func words(of fault: Fault) -> String {
    fault.rawValue.reduce(into: "") { $0 += $1.isUppercase ? " \($1.lowercased())" : String($1) }
  }

  /// One fault at a time in what is perfect otherwise.
  private static func contents(with fault: Fault) throws -> ReportContents {
    var map = SectorMap(sectorCount: 4096)
    map.mark(SectorRange(0..<4096), as: .read)
    var verdict = AcquisitionVerdict.complete
    if [.readErrors, .readAgainInPart].contains(fault) {
      map.mark(SectorRange(first: 100, count: 22), as: .unreadable)
      verdict = .completeWithUnreadable(sectors: 22)
    }
    if fault == .unfinished {
      map.mark(SectorRange(first: 4000, count: 96), as: .notAttempted)
      verdict = .incomplete(reason: "destination full")
    }
    var contents = SampleContents.contents(of: map, verdict: verdict)
    var item = contents.items[0]
    if fault != .gaps { item.gaps = [] }
    if fault == .noCustody { item.custody = [] }
    item.verifications = fault == .nothingVerified ? [] : [verification(fault)]
    if fault == .failedEarlier { item.verifications.insert(verification(.mismatch), at: 0) }
    var acquisition = item.acquisitions[0]
    if var sealed = acquisition.sealed {
      var manifest = sealed.manifest
      if fault == .range {
        manifest.streams[0].firstUnit = 4096
        manifest.source.geometry = MediaGeometry(length: 8192 * 512)
        manifest.source.sectorCount = 8192
      }
      Self.protect(&manifest, fault)
      if [.readAgain, .readAgainInPart, .addsToAFailedOne].contains(fault) {
        manifest.acquisition.earlier = .init(
          name: "001", identifier: SampleContents.identifier(90), manifest: Digest.of([1], .sha256),
          taken: 4066, asked: 30, comparedChunks: [0])
      }
      if fault == .unsignedJournal {
        var pause = Manifest.Pause(
          stopped: SampleContents.time(20), resumed: SampleContents.time(30), unit: 2048, comparedChunks: [0])
        pause.journal = .unsigned
        manifest.acquisition.pauses = [pause]
      }
      if fault == .imageFile {
        manifest.writeProtection.overrides = [
          .init(state: Manifest.WriteProtection.Override.imageAsMedium, reason: "asked for", found: "VMDK")
        ]
      }
      let isLater = [.segmented, .wholeAdded, .wholeAltered].contains(fault)
      if isLater { SampleContents.leaveWholeForLater(&manifest) }
      sealed = .init(
        manifest: manifest, digest: sealed.digest,
        signature: fault == .badSignature ? .init(signers: []) : sealed.signature,
        whole: isLater && fault != .segmented
          ? SampleContents.whole(of: manifest, sealed, altered: fault == .wholeAltered) : nil)
      let entry = AcquisitionEntry(
        acquisition: acquisition.entry.acquisition,
        result: AcquisitionResultRecord(
          acquisition: acquisition.entry.acquisition.id, ended: SampleContents.time(58),
          verdict: .incomplete(reason: "the program ended"), manifestDigest: nil), images: [], digests: [])
      acquisition =
        fault == .noManifest
        ? .init(entry, sealed: nil)
        : .init(acquisition.entry, sealed: sealed, device: acquisition.device, marks: marks(fault))
    }
    item.acquisitions = [acquisition]
    if fault == .addsToAFailedOne {
      let own = acquisition.entry.acquisition
      let before = AcquisitionEntry(
        acquisition: AcquisitionRecord(
          id: SampleContents.identifier(90), item: own.item, name: "001", folder: own.folder,
          sourcePath: own.sourcePath, sourceKind: own.sourceKind, length: own.length,
          sectorSize: own.sectorSize, started: own.started),
        result: acquisition.entry.result, images: [], digests: [])
      item.acquisitions.append(.init(before, sealed: nil, marks: marks(.markedFailed)))
    }
    contents.items = [item]
    return contents
  }

  private static func protect(_ manifest: inout Manifest, _ fault: Fault) {
    var layers = manifest.writeProtection.layers
    for index in layers.indices { layers[index].state = .active }
    layers.append(
      .init(name: "sentinel sectors", state: fault == .changed ? .inactive : .active, proves: "x"))
    if fault == .unprotected { layers[1].state = .inactive }
    manifest.writeProtection.layers = layers
    if fault == .override {
      manifest.writeProtection.overrides = [.init(state: "other-serial", reason: "label", found: "4711")]
    }
  }

  private static func marks(_ fault: Fault) -> [AcquisitionMark] {
    func mark(_ state: AcquisitionMark.State) -> AcquisitionMark {
      AcquisitionMark(
        state, reason: "cable fault", stated: SampleContents.time(90), author: "A. Examiner", event: 30)
    }
    return switch fault {
    case .markedFailed: [mark(.failed)]
    case .superseded: [mark(.failed), mark(.superseded(by: "001-2"))]
    case .markWithdrawn: [mark(.failed), mark(.withdrawn)]
    default: []
    }
  }

  private static func verification(_ fault: Fault) -> VerificationEntry {
    let verdict: VerificationVerdict =
      switch fault {
      case .noReference: .noReference
      case .checkedInPart: .incomplete
      case .mismatch: .mismatch
      case .damaged: .damaged
      case .chainBroken: .chainBroken
      default: .verified
      }
    let early = fault == .verifiedBeforeItEnded
    return VerificationEntry(
      verification: VerificationRecord(
        id: SampleContents.identifier(20),
        subject: fault == .chunksOnly ? "item 001, chunk digests only" : "item 001",
        item: SampleContents.number, started: SampleContents.time(early ? 10 : 60),
        ended: SampleContents.time(early ? 59 : 80), verdict: verdict, findings: 0), findings: [])
  }

  @Test func timesAreThoseOfTheLanguageWithTheLaboratorysBesideThem() throws {
    let winter = try #require(Timestamp("2026-11-28T23:04:09.123456Z"))
    let summer = try #require(Timestamp("2026-07-01T22:30:00.000000Z"))
    var words = Wording(.english)
    #expect(words.time(winter) == "28 November 2026, 23:04:09 UTC")
    words.zone = try ZoneFile(named: "Europe/Berlin")
    #expect(words.time(winter) == "28 November 2026, 23:04:09 UTC (29 November 2026, 00:04:09 CET)")
    #expect(words.time(summer) == "1 July 2026, 22:30:00 UTC (2 July 2026, 00:30:00 CEST)")
    #expect(Wording(.german).time(winter) == "28. November 2026, 23:04:09 UTC")
    words.zone = try ZoneFile(named: "Asia/Kathmandu")
    #expect(words.time(summer).hasSuffix("(2 July 2026, 04:15:00 +0545)"))
  }

  @Test(arguments: ["", "Nowhere/City", "../../etc/passwd", "/etc/localtime", "Europe/", "Europe"])
  func aZoneThatDoesNotExistIsRefused(_ name: String) {
    let error = #expect(throws: EvidenceError.self) { try ZoneFile(named: name) }
    #expect(error?.code == .argumentInvalid)
  }

  @Test func aZoneFileThatWasCutOrChangedNeverCrashes() throws {
    let bytes = try TestFiles.read("/usr/share/zoneinfo/Europe/Berlin")
    for length in stride(from: 0, to: bytes.count, by: 7) {
      _ = try? ZoneFile(parsing: Array(bytes.prefix(length)), name: "cut")
    }
    for position in 0..<min(bytes.count, 400) {
      var changed = bytes
      changed[position] ^= 0xff
      if let zone = try? ZoneFile(parsing: changed, name: "changed") {
        #expect(!zone.local(Timestamp(microseconds: 0)).abbreviation.isEmpty || position > 43)
      }
    }
  }

  /// A long command is set on lines that fit, and bash reads the same words from them.
  @Test func aCommandThatIsBrokenStillRuns() throws {
    let command = "printf '' | cat - " + (0..<12).map { "--option-\($0) value-\($0)" }.joined(separator: " ")
    let plain = command.replacingOccurrences(of: "printf '' | cat", with: "echo cat")
    let broken = ReportDocument.Command.broken(plain)
    #expect(broken.contains("\n") && broken.split(separator: "\n").allSatisfy { $0.count <= 90 })
    let outputs = try [plain, broken].map { try Tool.run("bash", ["-c", $0]).output }
    #expect(outputs[0] == outputs[1] && !outputs[0].isEmpty)
  }
}
