import CourtReport
import Evidence

/// A model with something in every part of it.
enum SampleModel {
  static func digest(_ algorithm: DigestAlgorithm, _ byte: UInt8) -> Digest {
    Digest(algorithm, (0..<algorithm.byteCount).map { UInt8($0) &* 37 &+ byte })
  }

  static var map: SectorMap {
    var map = SectorMap(sectorCount: 62_533_296)
    map.mark(SectorRange(0..<60_000_000), as: .read)
    map.mark(SectorRange(first: 1_048_576, count: 8), as: .unreadable)
    map.mark(SectorRange(first: 31_000_000, count: 1_200_001), as: .unreadable)
    return map
  }

  /// The sample with `text` in place of everything an examiner or a medium may have written.
  static func model(_ text: String? = nil) -> ReportModel {
    let say = { (usual: String) in text ?? usual }
    return ReportModel(
      laboratory: say("Sample Laboratory, Digital Evidence Unit"), caseNumber: say("2026-0142"),
      caseTitle: say("Theft of trade secrets"), itemNumber: say("001"),
      itemTitle: say("USB stick, black, 32 GB"),
      colophon: say("Made on 2026-01-31T10:02:11.000000Z by A. Examiner with Exhibit 0.1.0."),
      verdict: say("Read with unreadable sectors; images verified"), verdictTone: .attention,
      summary: [
        say("The USB stick was read once, from its first sector to its last, without writing to it."),
        say("Of 62 533 296 sectors 1 200 009 could not be read. The image holds zeros in their place."),
      ],
      caseFacts: [
        .init("Title", say("Theft of trade secrets")),
        .init("Examiner", say("A. Examiner, Sample Laboratory")),
        .init("Opened", "2026-01-31T09:00:00.000000Z"),
      ],
      itemFacts: [
        .init("Description", say("USB stick, black, 32 GB")),
        .init("Serial number", say("4C530001231018"), isCode: true),
      ],
      acquisitions: [acquisition(say)],
      custody: [
        .init(
          auditEvent: "4", event: "receive", occurred: "2026-01-31T09:01:00.000000Z",
          recorded: "2026-01-31T09:05:12.000000Z", from: say("B. Courier"), to: say("A. Examiner"),
          place: say("Evidence room 12"), notes: [say("Seal 88121 intact"), say("By hand")]),
        .init(
          auditEvent: "6", event: "acquire", occurred: "2026-01-31T09:15:02.000000Z",
          recorded: "2026-01-31T09:58:40.000000Z", to: say("A. Examiner")),
      ],
      verifications: [
        .init(
          subject: say("item 001"), started: Timestamp(microseconds: 1_769_853_600_000_000),
          ended: Timestamp(microseconds: 1_769_853_700_000_000), verdict: .damaged,
          findings: [
            Finding(
              .chunkDigestMismatch, subject: say("001.E01, chunk 7"), expected: say("ab54"),
              observed: say("ff01"),
              sectors: SectorRange(first: 14_336, count: 2048)),
            Finding(.sectorsUnreadable, .note, subject: say("001")),
          ], findingCount: 5),
        .init(
          subject: say("item 001"), started: Timestamp(microseconds: 1_769_853_800_000_000),
          ended: Timestamp(microseconds: 1_769_853_900_000_000), verdict: .verified, findings: [],
          findingCount: 0),
      ],
      auditHead: [
        .init("Event", "9"), .init("SHA-256", digest(.sha256, 90).hex, isCode: true),
      ],
      limitations: [
        say("Sectors the drive's controller has taken out of use cannot be reached through its interface."),
        say("The clock of the workstation was not compared with another clock."),
      ],
      checks: [
        .init("All files are the recorded ones:", say("sha256sum -c --strict SHA256SUMS")),
        .init(
          "The manifest is the signed one:",
          say(
            "openssl cms -verify -binary -cades -content 001.manifest.json -inform DER -in 001.manifest.json.p7s -CAfile ../../certificates/examiner.pem -out /dev/null"
          )),
      ])
  }

  private static func acquisition(_ say: (String) -> String) -> ReportModel.Acquisition {
    ReportModel.Acquisition(
      name: say("001"), outcome: say("Complete with unreadable sectors"), outcomeTone: .attention,
      sourceFacts: [
        .init("Path", say("/dev/sdb"), isCode: true), .init("Model", say("Sample Flash 3.0")),
        .init("Length", "32 017 047 552 bytes (29.8 GiB)"),
      ],
      methodFacts: [
        .init("Tool", say("Exhibit 0.1.0")), .init("Host", say("lab-1, Linux 6.1.0-18-amd64")),
        .init("Operator", say("A. Examiner")), .init("Started", "2026-01-31T09:15:02.000000Z"),
        .init("Ended", "2026-01-31T09:58:39.000000Z"),
        .init(
          "Command", say("exhibit acquire /dev/sdb --case 2026-0142 --item 001 --format e01 --format raw"),
          isCode: true),
      ],
      protectionFacts: [.init("Method", say("Opened read-only; kernel read-only flag set"))],
      protectionLimits: [say("A flag of the kernel does not bind the controller of the drive.")],
      geometryFacts: [.init("Logical sector size", "512 bytes"), .init("Sectors", Grouped.text(62_533_296))],
      digests: [
        .init(digest(.md5, 3), of: say("whole medium"), recompute: say("md5sum 001.raw")),
        .init(digest(.sha1, 4), of: say("whole medium"), recompute: say("sha1sum 001.raw")),
        .init(digest(.sha256, 5), of: say("whole medium"), recompute: say("sha256sum 001.raw")),
      ],
      chunkFacts: [
        .init("Chunk size", "1 048 576 bytes"), .init("Merkle root", digest(.sha256, 6).hex, isCode: true),
      ],
      map: .init(map, fill: say("Unreadable sectors are filled with zeros in the image.")),
      images: [
        .init(
          format: say("E01 (EnCase 6)"), length: 32_017_047_552,
          files: [
            .init(name: say("001.E01"), size: 1_572_864_000, sha256: digest(.sha256, 7)),
            .init(name: say("001.E02"), size: 912_003_112, sha256: digest(.sha256, 8)),
          ]),
        .init(
          format: say("raw"), length: 32_017_047_552,
          files: [.init(name: say("001.raw"), size: 32_017_047_552, sha256: digest(.sha256, 5))]),
      ],
      signatureFacts: [
        .init("Signer", say("CN=A. Examiner, O=Sample Laboratory")),
        .init("Fingerprint", digest(.sha256, 9).hex, isCode: true),
        .init("Valid", "2026-01-01 to 2031-01-01"),
      ],
      signatureCommands: [
        .init(
          "The certificate has this fingerprint:",
          say("openssl x509 -in examiner.pem -noout -fingerprint -sha256"))
      ])
  }

  /// A model in which every list is empty and every text missing.
  static var empty: ReportModel {
    var model = ReportModel(
      laboratory: "", caseNumber: "1", caseTitle: "", itemNumber: "1", itemTitle: "", colophon: "",
      verdict: "None",
      verdictTone: .bad, summary: [], caseFacts: [], itemFacts: [], acquisitions: [], custody: [],
      verifications: [], auditHead: [], limitations: [], checks: [])
    var acquisition = acquisition { $0 }
    acquisition.sourceFacts = []
    acquisition.methodFacts = []
    acquisition.protectionFacts = []
    acquisition.protectionLimits = []
    acquisition.geometryFacts = []
    acquisition.digests = []
    acquisition.chunkFacts = []
    acquisition.map = .init(SectorMap(sectorCount: 0), fill: "")
    acquisition.images = []
    acquisition.signatureFacts = []
    acquisition.signatureCommands = []
    model.acquisitions = [acquisition]
    return model
  }
}
