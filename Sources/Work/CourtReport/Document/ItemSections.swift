import CaseRecords
import Evidence

/// What a report says of one item: the thing itself, its acquisitions, its history.
struct ItemSections {
  private let item: ReportContents.Item
  private let contents: ReportContents
  private let words: Wording
  /// Several items in one report: each heading names its own.
  private let showsNumber: Bool

  init(_ item: ReportContents.Item, _ contents: ReportContents, _ words: Wording, showsNumber: Bool) {
    self.item = item
    self.contents = contents
    self.words = words
    self.showsNumber = showsNumber
  }

  func sections() -> [ReportDocument.Section] {
    var sections = [itemSection()]
    for acquisition in item.acquisitions {
      sections += AcquisitionSections(acquisition, of: item, contents, words).sections()
    }
    sections.append(custodySection())
    sections.append(verificationSection())
    return sections
  }

  private func heading(_ phrase: Phrase) -> String {
    showsNumber ? "\(words(phrase)) (\(words(.item)) \(item.record.number))" : words(phrase)
  }

  private func anchor(_ name: String) -> String { showsNumber ? "\(name)-\(item.record.number)" : name }

  private func itemSection() -> ReportDocument.Section {
    let record = item.record
    var blocks: [ReportDocument.Block] = [
      .facts(
        words(.item),
        [
          .init(words(.itemNumber), record.number.description),
          .init(words(.description), record.description),
          .init(words(.labelSerial), record.serial ?? "", isCode: true),
          .init(words(.remarks), record.remarks ?? ""), .init(words(.added), words.time(record.created)),
        ] + stated())
    ]
    // What they show cannot be searched for names.
    if !contents.redaction.kinds.isEmpty, !item.photographs.isEmpty {
      blocks.append(.paragraph(words(.photographsLeftOut, "\(item.photographs.count)")))
    }
    let shown = contents.redaction.kinds.isEmpty ? item.photographs : []
    blocks += shown.map { photograph in
      .figure(
        picture: "data:\(photograph.mediaType);base64,\(Base64.text(photograph.bytes))",
        caption: "\(photograph.name), SHA-256 \(photograph.sha256.hex)",
        words: words(.photograph, photograph.name))
    }
    return .init(anchor("item"), heading(.itemSection), startsPage: showsNumber, blocks)
  }

  /// What is stated of the item, the authority it is examined under, and what is attached to it.
  private func stated() -> [ReportDocument.Fact] {
    let labels: [(ItemFactName, Phrase)] = [
      (.category, .category), (.quantity, .quantity), (.container, .container), (.condition, .condition),
      (.damage, .damage), (.powerState, .powerState), (.clockOffset, .clockOffset),
      (.locationFound, .locationFound), (.seizedFrom, .seizedFrom), (.seizedBy, .seizedBy),
      (.seizedAt, .seizedAt),
    ]
    let facts = labels.map { name, label in
      ReportDocument.Fact(words(label), item.known.value(of: name) ?? "")
    }
    let authorities = item.known.authorities.map { authority in
      let details = authority.details
      let parts = [
        "\(details.kind): \(details.reference)", details.scope,
        details.expires.map { words(.until, words.time($0)) },
      ]
      return ReportDocument.Fact(words(.authority), parts.compactMap(\.self).joined(separator: ", "))
    }
    let files = item.known.attachments.filter { $0.custody == nil }.map {
      ReportDocument.Fact(
        words(.attached), "\(words.title($0.kind)) \($0.file.name), SHA-256 \($0.file.sha256)")
    }
    return facts + authorities + files
  }

  private func gaps() -> [ReportDocument.Block] {
    guard !item.gaps.isEmpty else { return [] }
    let shown = item.gaps.prefix(CaseDocument.mostRows)
    return [
      .grid(
        words(.custodyGaps),
        [(words(.severity), false), (words(.finding), false), (words(.expectedObserved), false)],
        shown.map(row))
    ] + CaseDocument.cutNote(shown: shown.count, of: item.gaps.count, contents, words)
  }

  private func row(_ finding: Finding) -> [ReportDocument.Grid.Cell] {
    [
      .text(words.title(finding.severity)),
      .head(
        "\(finding.subject): \(finding.code.meaning)",
        finding.sectors.map { words(.sectorsAt, "\($0)") } ?? ""),
      .text(
        finding.expected.map { words(.expected, $0) } ?? "",
        finding.observed.map { words(.observed, $0) } ?? ""),
    ]
  }

  private func custodySection() -> ReportDocument.Section {
    guard !item.custody.isEmpty else {
      return .init(anchor("custody"), heading(.custody), [.absence(words(.noCustody))] + gaps())
    }
    let shown = item.custody.prefix(CaseDocument.mostRows)
    let rows = shown.map { entry -> [ReportDocument.Grid.Cell] in
      [
        .number(words.number(entry.recorded.event)), .head(words.title(entry.details.type)),
        .text(words.time(entry.details.occurred), words.time(entry.recorded.record.recorded)),
        .text(people(entry.details)), .text(remarks(entry)),
      ]
    }
    return .init(
      anchor("custody"), heading(.custody),
      [
        .grid(
          words(.custodyCaption),
          [
            (words(.eventNumber), true), (words(.event), false), (words(.occurredRecorded), false),
            (words(.fromTo), false), (words(.placeRemarks), false),
          ], rows)
      ] + CaseDocument.cutNote(shown: shown.count, of: item.custody.count, contents, words) + gaps())
  }

  private func people(_ details: CustodyDetails) -> [String] {
    [
      contents.name(of: details.releasedBy).map { words(.from, $0) },
      contents.name(of: details.receivedBy).map { words(.to, $0) },
      contents.name(of: details.witness).map { words(.witness, $0) },
    ].compactMap(\.self)
  }

  private func remarks(_ entry: ReportContents.CustodyEntry) -> [String] {
    entry.notes.compactMap { note in
      if note.label == "place" { return note.text }
      return Self.labels[note.label].map { "\(words($0)): \(note.text)" }
    }
  }

  /// What the notes of a custody event are called; people and identifiers stand in columns of their own.
  private static let labels: [String: Phrase] = [
    "purpose": .purpose, "authority": .authority, "method": .transport, "sealBefore": .sealFound,
    "sealAfter": .sealPut, "condition": .condition, "storage": .storage, "remarks": .remarks,
    "environment": .environment, "images": .imagesChecked, "corrects": .corrects,
    "correctedTime": .correctedTime, "withdraws": .withdraws, "correctedBy": .correctedBy,
    "withdrawn": .withdrawn, "localTime": .localTime, "attachments": .attached, "signedBy": .signedBy,
  ]

  private func verificationSection() -> ReportDocument.Section {
    var blocks: [ReportDocument.Block] = []
    if item.verifications.isEmpty { blocks.append(.absence(words(.neverVerified))) }
    for entry in item.verifications.suffix(Self.mostVerifications) {
      let record = entry.verification
      blocks.append(
        .result(
          words(.verifiedSubject, record.subject, words.time(record.started), words.time(record.ended)),
          words.sentence(record.verdict), Self.tone(record.verdict)))
      blocks += findings(entry)
    }
    blocks += CaseDocument.cutNote(
      shown: min(item.verifications.count, Self.mostVerifications), of: item.verifications.count, contents,
      words)
    return .init(anchor("verification"), heading(.verification), blocks)
  }

  /// The newest ones are shown.
  private static let mostVerifications = 50

  private static func tone(_ verdict: VerificationVerdict) -> ReportDocument.Tone {
    switch verdict {
    case .verified: .good
    case .notAllChecked, .noReference, .incomplete: .attention
    case .chainBroken, .mismatch, .damaged: .bad
    }
  }

  private func findings(_ entry: VerificationEntry) -> [ReportDocument.Block] {
    guard entry.verification.findings > 0 else { return [.paragraph(words(.nothingFound))] }
    let shown = entry.findings.prefix(CaseDocument.mostRows)
    let rows = shown.map(row)
    return [
      .grid(
        words(.findings),
        [(words(.severity), false), (words(.finding), false), (words(.expectedObserved), false)], rows)
    ]
      + CaseDocument.cutNote(
        shown: shown.count, of: Int(clamping: entry.verification.findings), contents, words)
  }
}

/// RFC 4648 §4.
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func text(_ bytes: [UInt8]) -> String {
    var output: [UInt8] = []
    output.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let value = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for digit in 0..<4 {
        output.append(
          digit <= group.count ? alphabet[Int(value >> UInt32(18 - 6 * digit) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: output, as: UTF8.self)
  }
}
