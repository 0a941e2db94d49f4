import CanonicalJSON
import CaseRecords
import CaseStore
import Casework
import CourtReport
import DiscImages
import Evidence
import EvidenceTestKit
import Manifests
import Signing

/// Contents of reports with everything in them, the same at every run.
enum SampleContents {
  static let made = Timestamp(microseconds: 1_796_050_000_000_000)

  static func time(_ minute: Int64) -> Timestamp {
    Timestamp(microseconds: 1_796_040_000_000_000 + minute * 60_000_000)
  }

  static func digest(_ algorithm: DigestAlgorithm, _ byte: UInt8) -> Digest {
    Digest(algorithm, (0..<algorithm.byteCount).map { UInt8($0) &* 37 &+ byte })
  }

  static func identifier(_ byte: UInt8) -> RecordIdentifier {
    RecordIdentifier(random: [UInt8](repeating: byte, count: 16))
  }

  static let number: ItemNumber = {
    guard let number = try? ItemNumber("001") else { preconditionFailure("001 is an item number") }
    return number
  }()

  static let examiner = PersonRecord(
    id: identifier(1),
    PersonDetails(
      name: "A. Examiner", role: "examiner", organisation: "Sample Laboratory", identifier: "Badge 4711"))
  static let courier = PersonRecord(id: identifier(2), PersonDetails(name: "B. Courier", role: "courier"))

  /// A medium whose every sector was read.
  static var perfect: ReportContents { contents(of: map(unreadable: []), verdict: .complete) }

  /// 37 unreadable ranges of different lengths, in all parts of the medium, and an end that was not attempted.
  static let failingRanges = (0..<37).map { index in
    SectorRange(first: UInt64(index) * 1_600_007 + 11, count: UInt64(index % 5 * index + 1))
  }
  static var failing: ReportContents {
    let map = map(unreadable: failingRanges)
    return contents(of: map, verdict: .completeWithUnreadable(sectors: map.count(of: .unreadable)))
  }

  static func map(unreadable ranges: [SectorRange], sectors: UInt64 = 62_533_296) -> SectorMap {
    var map = SectorMap(sectorCount: sectors)
    map.mark(SectorRange(0..<sectors), as: .read)
    for range in ranges {
      map.mark(range, as: .unreadable, effort: ReadEffort(pass: 1, tries: 4, refusal: 5))
    }
    return map
  }

  /// - Parameter text: in place of everything an examiner or a medium may have written.
  static func contents(
    of map: SectorMap, verdict: AcquisitionVerdict, custody count: Int = 3, text: String? = nil,
    redaction: Redaction = .none, disc: DiscStream? = nil
  ) -> ReportContents {
    let say = { (usual: String) in text ?? usual }
    var manifest = manifest(map, verdict, say)
    if let disc { describe(disc, in: &manifest) }
    let entry = AcquisitionEntry(
      acquisition: AcquisitionRecord(
        id: identifier(9), item: number, name: "001", folder: "evidence/001",
        sourcePath: manifest.source.path, sourceKind: manifest.source.kind.rawValue,
        length: manifest.source.geometry.length, sectorSize: manifest.source.geometry.logicalSectorSize,
        started: time(15)),
      result: AcquisitionResultRecord(
        acquisition: identifier(9), ended: time(58), verdict: verdict, manifestDigest: digest(.sha256, 40)),
      images: [], digests: [])
    let rate = (0...128).map { step in
      ReadRate.Point(
        bytes: manifest.source.geometry.length / 128 * UInt64(step),
        milliseconds: UInt64(step) * 20_000 + UInt64(step * step))
    }
    let acquisition = ReportContents.Acquisition(
      entry,
      sealed: .init(
        manifest: manifest, digest: digest(.sha256, 40),
        signature: signature),
      device: disc == nil ? .fields(["device": device(say)]) : nil, disc: disc?.disc,
      readRate: ReadRate(points: rate))
    let verification = VerificationRecord(
      id: identifier(20), subject: "item 001", item: number, started: time(60), ended: time(80),
      verdict: .verified, findings: 0)
    let damaged = VerificationRecord(
      id: identifier(21), subject: say("item 001, chunk digests only"), item: number, started: time(59),
      ended: time(59), verdict: .damaged, findings: 2)
    return ReportContents(
      name: "001-report-2", supersedes: "001-report-1", made: made, author: examiner.details,
      record: CaseRecord(
        id: identifier(30), number: say("2026-0142"), title: say("Theft of trade secrets"),
        examiner: examiner.id,
        organisation: say("Sample Laboratory, Digital Evidence Unit"), created: time(0)),
      facts: [
        .address: say("1 Sample Street, Sampletown"), .client: say("Sampletown District Court"),
        .clientReference: say("12 Gs 345/26"), .method: say("SOP-07 Imaging, version 3"),
      ],
      people: [examiner, courier, PersonRecord(id: identifier(3), PersonDetails(name: say("C. Witness")))],
      items: [
        ReportContents.Item(
          item(number, disc == nil ? usbStick : disc001, say),
          custody: custody(count, number, say),
          gaps: [
            Finding(
              .fileMissing, .warning, subject: say("event 5"), expected: say("a place"), observed: "none")
          ], acquisitions: [acquisition],
          verifications: [
            VerificationEntry(
              verification: damaged,
              findings: [
                Finding(
                  .chunkDigestMismatch, subject: say("001.E01, chunk 7"), expected: say("ab54"),
                  observed: say("ff01"), sectors: SectorRange(first: 14_336, count: 2048)),
                Finding(.sectorsUnreadable, .note, subject: say("001")),
              ]), VerificationEntry(verification: verification, findings: []),
          ])
      ], auditHead: AuditHead(sequence: 12, digest: digest(.sha256, 90)),
      earlier: [
        .init(
          name: "001-report-1", made: time(90), author: "A. Examiner", event: 11,
          approvals: [.init(reviewer: say("D. Reviewer"), given: time(95), remarks: say("technical review"))])
      ], signedHead: AuditHead(sequence: 10, digest: digest(.sha256, 91)),
      validation: verdict == .complete ? validation(say) : nil, redaction: redaction)
  }

  private static func validation(_ say: (String) -> String) -> ReportContents.Validation {
    .init(
      ended: time(-10_000), host: say("lab-1"), version: "0.1.0", passed: 49, failed: 0, others: 15,
      signer: say("CN=A. Examiner,O=Sample Laboratory"), sha256: digest(.sha256, 92))
  }

  /// A signature that holds, by a certificate made for this.
  private static var signature: SignatureReport {
    SignatureReport(
      signers: [
        SignerReport(
          certificate: try? Certificate(parsing: Array(certificate.utf8), name: "sample"),
          signingTime: time(58),
          isContentIntact: true, isSignatureValid: true, certificateAttributeMatches: true,
          judgement: nil, timestamps: [])
      ])
  }

  private static let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBpjCCAUygAwIBAgIBATAKBggqhkjOPQQDAjAyMRQwEgYDVQQDDAtBLiBFeGFt
    aW5lcjEaMBgGA1UECgwRU2FtcGxlIExhYm9yYXRvcnkwHhcNMjYxMTI0MTMyMDM0
    WhcNMzYxMTIxMTMyMDM0WjAyMRQwEgYDVQQDDAtBLiBFeGFtaW5lcjEaMBgGA1UE
    CgwRU2FtcGxlIExhYm9yYXRvcnkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ5
    vMl2nT4480lQ7FoJmA9AaIfD+cpsfQXeWefxFHyWGY1actOTPXLmJkx/ERAukoc/
    Y6nMZ3SimSAHsr4wlkDWo1MwUTAdBgNVHQ4EFgQUHjMaBVcaTYzS7YT5wdFHe4xS
    tmEwHwYDVR0jBBgwFoAUHjMaBVcaTYzS7YT5wdFHe4xStmEwDwYDVR0TAQH/BAUw
    AwEB/zAKBggqhkjOPQQDAgNIADBFAiASFHxaXiW6i+xK4GqqJNHWgWlFvJ/GbDnU
    VMLgOELbnAIhAMV4V4jZ1xhXPPZUz3Wa5Y5wECOdfeKdDN/m/jrzja9S
    -----END CERTIFICATE-----
    """

  private static func custody(
    _ count: Int, _ number: ItemNumber, _ say: (String) -> String
  ) -> [ReportContents.CustodyEntry] {
    (0..<count).map { index in
      var details = CustodyDetails(
        index == 0 ? .receive : index % 2 == 1 ? .store : .retrieve, occurred: time(2))
      details.place = say("Evidence room 12")
      details.releasedBy = index == 0 ? courier.id : nil
      details.receivedBy = examiner.id
      details.sealBefore = say("88121")
      details.remarks = say("seal intact")
      var identifier = [UInt8](repeating: 50, count: 16)
      identifier[14] = UInt8(index >> 8 & 255)
      identifier[15] = UInt8(index & 255)
      let own = index == 0 ? self.identifier(50) : RecordIdentifier(random: identifier)
      let record = CustodyRecord(id: own, item: number, recorded: time(3), details: details)
      return ReportContents.CustodyEntry(
        Recorded(record: record, event: UInt64(index + 3)),
        notes: [
          .init(label: "place", text: details.place ?? ""),
          .init(label: "sealBefore", text: details.sealBefore ?? ""),
          .init(label: "remarks", text: details.remarks ?? ""),
        ], json: .fields(["event": JSONValue(index + 3), "remarks": details.remarks.map { .string($0) }]))
    }
  }

  private static let usbStick = (description: "USB stick, black, 32 GB", serial: "4C530001231018")
  private static let disc001 = (description: "CD-R in a paper sleeve", serial: "inner ring 9117 J21")

  private static func item(
    _ number: ItemNumber, _ medium: (description: String, serial: String), _ say: (String) -> String
  ) -> ItemDescription {
    let fact = { (name: ItemFactName, value: String) in
      ItemFactRecord(id: identifier(60), item: number, name: name, value: value, stated: time(1))
    }
    return ItemDescription(
      item: EvidenceItemRecord(
        number: number, description: say(medium.description), serial: say(medium.serial),
        remarks: say("Scratched on one side"), created: time(1)),
      parent: nil, parts: [],
      statements: [fact(.locationFound, say("Office 2.14, desk")), fact(.powerState, say("switched off"))],
      attachments: [],
      authorities: [
        LegalAuthorityRecord(
          id: identifier(61), item: nil,
          details: AuthorityDetails(
            kind: say("warrant"), reference: say("17/26"), scope: say("all storage media")),
          stated: time(0))
      ])
  }

  private static func device(_ say: (String) -> String) -> JSONValue {
    .fields([
      "path": "/dev/sdb", "bus": "usb", "model": .string(say("Sample Flash 3.0")), "removable": true,
      "hiddenAreas": [
        ["kind": "HPA", "state": "absent", "detail": .string(say("reported and native size are equal"))],
        [
          "kind": "DCO", "state": "could not be determined",
          "detail": "the bridge does not pass the command on",
        ],
      ],
      "notDetermined": ["smart": .string(say("the bridge does not pass the command on"))],
      "commands": ["INQUIRY": 2, "READ CAPACITY (16)": 1],
    ])
  }

  private static func manifest(
    _ map: SectorMap, _ verdict: AcquisitionVerdict, _ say: (String) -> String
  ) -> Manifest {
    let length = map.sectorCount * 512
    let set = DigestSet([digest(.md5, 3), digest(.sha1, 4), digest(.sha256, 5)])
    let contents = Manifest.Image.Contents(length: length, paddingBytes: 0, digests: set)
    return Manifest(
      acquisition: .init(
        identifier: identifier(9), name: "001", started: time(15), ended: time(58),
        clock: "system clock (CLOCK_REALTIME)", tool: .init(name: "exhibit", version: "0.1.0"),
        host: .init(
          node: say("lab-1"), system: "Linux", release: "6.1.0-18-amd64", machine: "x86_64", user: say("ae")),
        examiner: say("A. Examiner"),
        commandLine: [
          "exhibit", "acquire", say("/dev/sdb"), "--item", "001", "--format", "e01", "--format", "raw",
        ],
        directIO: true,
        pauses: [.init(stopped: time(20), resumed: time(25), unit: 9_000_000, comparedChunks: [1, 8, 64])]),
      investigation: .init(number: say("2026-0142"), title: say("Theft of trade secrets")),
      item: .init(number: number, description: say("USB stick, black, 32 GB")),
      source: .init(
        kind: .blockDevice, path: say("/dev/sdb"), geometry: MediaGeometry(length: length),
        model: say("Sample Flash 3.0"), serial: say("4C530001231018"), firmware: "1.00", readOnly: true),
      writeProtection: .init(
        layers: [
          .init(
            name: "opened read-only", state: .active, proves: "The program asked for no right to write.",
            before: "set", after: "set"),
          .init(name: "kernel read-only flag", state: .inactive, proves: say("The kernel refuses writes.")),
        ], limits: say("A flag of the kernel does not bind the controller of the drive.")),
      streams: [
        .init(
          unitSize: 512, length: length, digests: set,
          chunks: .init(
            size: 1 << 20, count: (length + (1 << 20) - 1) >> 20, file: "001.chunks.csv",
            merkleRoot: digest(.sha256, 6)), map: map)
      ],
      images: [
        .init(
          format: .e01, compression: .fast, contents: [contents],
          segments: [
            .init(name: "001.E01", size: 1_572_864_000, sha256: digest(.sha256, 7)),
            .init(name: "001.E02", size: 912_003_112, sha256: digest(.sha256, 8)),
          ]),
        .init(
          format: .raw, contents: [contents],
          segments: [.init(name: "001.raw", size: length, sha256: digest(.sha256, 5))]),
      ], files: [.init(name: "001.map", size: 1234, sha256: digest(.sha256, 11))],
      audit: .init(sequence: 9, digest: digest(.sha256, 12)), verdict: verdict)
  }
}

extension SampleContents {
  /// As if only digests of chunks had been computed while reading.
  static func leaveWholeForLater(_ manifest: inout Manifest) {
    manifest.streams[0].laterDigests = Set(manifest.streams[0].digests.all.map(\.algorithm))
    manifest.streams[0].digests = DigestSet()
    for image in manifest.images.indices { manifest.images[image].contents[0].digests = DigestSet() }
    manifest.images[1].segments[0].sha256 = nil
  }

  /// Digests of the whole that a verification added to such a manifest.
  /// - Parameter altered: signed by nobody.
  static func whole(
    of manifest: Manifest, _ sealed: ReportContents.Sealed, altered: Bool
  ) -> ReportContents.Whole {
    let set = DigestSet([digest(.md5, 3), digest(.sha1, 4), digest(.sha256, 5)])
    let document = WholeDigests(
      acquisition: manifest.acquisition.identifier, name: manifest.acquisition.name, manifest: sealed.digest,
      computed: time(70), examiner: "A. Examiner", tool: .init(name: "exhibit", version: "0.1.0"),
      host: "lab-1", streams: ["main": set],
      contents: [.init(file: "001.E01", digests: set), .init(file: "001.raw", digests: set)])
    return ReportContents.Whole(
      document, digest: digest(.sha256, 13), signature: altered ? .init(signers: []) : sealed.signature,
      of: manifest, manifestDigest: sealed.digest)
  }
}

extension ReportContents {
  func document(_ language: Wording.Language = .english) -> ReportDocument {
    CaseDocument(self, Wording(language)).document()
  }

  func page(_ language: Wording.Language = .english) throws -> String {
    try ReportTemplates().html(document(language))
  }
}
