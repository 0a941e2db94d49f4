import CaseRecords
import Evidence

/// Puts the contents of a report into words: the document that HTML, PDF and text are made from.
package struct CaseDocument {
  let contents: ReportContents
  let words: Wording

  /// Most rows of a table; what is left out is counted, and the report as JSON has all of it.
  package static let mostRows = 100

  package init(_ contents: ReportContents, _ words: Wording) {
    self.contents = contents
    self.words = words
  }

  /// The whole document, ready to be set: nothing in it that is to be removed, and no text that could act.
  package func document() -> ReportDocument {
    let record = contents.record
    let several = contents.items.count > 1
    var sections = [CertificateSection(contents, words).section(), caseSection()]
    for item in contents.items {
      sections += ItemSections(item, contents, words, showsNumber: several).sections()
    }
    sections.append(auditSection())
    sections += ClosingSections(contents, words).sections()
    var caption: [ReportDocument.Fact] = [.init(words(.case), "\(record.number) — \(record.title)")]
    caption += contents.items.prefix(Self.mostRows).map {
      .init(words(.item), "\($0.record.number) — \($0.known.description)")
    }
    caption.append(.init(words(.reportName), contents.number))
    let document = ReportDocument(
      language: words.language, title: words(.reportTitle), runningHead: runningHead(),
      laboratory: record.organisation,
      caption: caption, sections: sections,
      colophon: words(
        .colophon, contents.number, words.time(contents.made), contents.author.name,
        "\(ToolVersion.name) \(ToolVersion.current)"), pageWords: words.pageWords)
    return Self.safe(document, contents.redaction, words)
  }

  /// Every text without what is to be removed, and as text that cannot act.
  static func safe(_ document: ReportDocument, _ redaction: Redaction, _ words: Wording) -> ReportDocument {
    var safe = document.mapTexts { text in
      ShownText.of(text, redaction: redaction) { words(.cutText, words.number(UInt64($0))) }
    }
    for section in safe.sections.indices {
      for block in safe.sections[section].blocks.indices {
        guard let svg = safe.sections[section].blocks[block].figure?.svg else { continue }
        safe.sections[section].blocks[block].figure?.svg = redaction.apply(toMarkup: svg)
      }
    }
    return safe
  }

  /// Of every printed page.
  private func runningHead() -> String {
    let numbers = contents.items.prefix(4).map(\.record.number.description).joined(separator: ", ")
    let rest = contents.items.count > 4 ? words(.andMore, words.number(UInt64(contents.items.count - 4))) : ""
    return words(.runningHead, contents.record.number, numbers + rest, contents.name)
  }

  private func caseSection() -> ReportDocument.Section {
    let record = contents.record
    var blocks: [ReportDocument.Block] = [
      .facts(
        words(.case),
        [
          .init(words(.caseNumber), record.number), .init(words(.caseTitle), record.title),
          .init(words(.organisation), record.organisation ?? ""),
          .init(words(.address), contents.facts[.address] ?? ""),
          .init(words(.client), contents.facts[.client] ?? ""),
          .init(words(.clientReference), contents.facts[.clientReference] ?? ""),
          .init(words(.methodReference), contents.facts[.method] ?? ""),
          .init(words(.caseOpened), words.time(record.created)),
        ])
    ]
    let people = contents.people.prefix(Self.mostRows).map { person -> [ReportDocument.Grid.Cell] in
      let isExaminer = person.id == record.examiner
      return [
        .head(person.details.name), .text(roles(person, isExaminer: isExaminer)),
        .text(person.details.organisation ?? "", person.details.identifier ?? ""),
      ]
    }
    blocks.append(
      .grid(
        words(.people), [(words(.name), false), (words(.role), false), (words(.organisation), false)], people)
    )
    blocks += cutNote(shown: people.count, of: contents.people.count)
    if !contents.redaction.removesNothing {
      blocks.append(.paragraph(words(.redacted, removed())))
    }
    return .init("case", words(.caseSection), startsPage: true, blocks)
  }

  private func roles(_ person: PersonRecord, isExaminer: Bool) -> [String] {
    let own = person.details.role ?? ""
    guard isExaminer, own.lowercased() != words(.examiner).lowercased() else { return [own] }
    return [words(.examiner), own]
  }

  private func removed() -> String {
    Redaction.Kind.allCases.compactMap { kind in
      contents.redaction.counts[kind].map { count in
        let phrase: Phrase =
          switch kind {
          case .people: .redactedPeople
          case .paths: .redactedPaths
          case .texts: .redactedTexts
          }
        return words(phrase, words.number(UInt64(count)))
      }
    }.joined(separator: "; ")
  }

  private func auditSection() -> ReportDocument.Section {
    .init(
      "audit", words(.auditLog),
      [
        .paragraph(words(.auditWords)),
        .facts(
          words(.auditHead),
          [
            .init(words(.auditEvents), words.number(contents.auditHead.sequence)),
            .init(words(.auditDigest), contents.auditHead.digest.hex, isCode: true),
            .init(
              words(.auditSigned),
              contents.signedHead.map {
                words(.auditSignedWords, words.number($0.sequence), $0.digest.hex)
              } ?? words(.auditNotSigned)),
          ]),
      ] + auditCode())
  }

  /// The head again for a camera: case, event, digest.
  private func auditCode() -> [ReportDocument.Block] {
    let head = contents.auditHead
    let number = String(contents.record.number.unicodeScalars.prefix(Self.longestInCode))
    let text = contents.redaction.apply(to: "exhibit \(number) \(head.sequence) \(head.digest.hex)")
    guard let code = try? QRCode(text) else { return [] }
    return [.figure(svg: CodeDrawing(code).svg(words(.auditCode)), caption: words(.auditCode), words: text)]
  }

  /// Most characters of a case number in a code.
  private static let longestInCode = 64

  private func cutNote(shown: Int, of count: Int) -> [ReportDocument.Block] {
    Self.cutNote(shown: shown, of: count, contents, words)
  }

  /// Says how much of a table is not on the page, and where it is.
  static func cutNote(
    shown: Int, of count: Int, _ contents: ReportContents, _ words: Wording
  ) -> [ReportDocument.Block] {
    guard shown < count else { return [] }
    return [
      .paragraph(
        words(
          .cutTable, words.number(UInt64(shown)), words.number(UInt64(count)), "\(contents.fileName).json"))
    ]
  }
}
