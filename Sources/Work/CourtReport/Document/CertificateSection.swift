import CaseRecords
import Evidence
import Formats
import Manifests

/// The first page: what was examined, what was done, what was found, and who answers for it.
struct CertificateSection {
  private let contents: ReportContents
  private let words: Wording

  init(_ contents: ReportContents, _ words: Wording) {
    self.contents = contents
    self.words = words
  }

  func section() -> ReportDocument.Section {
    var blocks: [ReportDocument.Block] = []
    for item in contents.items { blocks += headlines(item) }
    blocks.append(.facts(words(.certificateParties), parties()))
    for item in contents.items {
      blocks.append(.facts(title(.certificateItem, item), itemFacts(item)))
      for acquisition in item.acquisitions {
        guard let manifest = acquisition.sealed?.complete, let stream = manifest.mainStream else { continue }
        let name = item.acquisitions.count > 1 ? acquisition.name : nil
        blocks.append(.facts(title(.certificateMethod, item, name), methodFacts(manifest)))
        blocks.append(
          .facts(title(.certificateResult, item, name), resultFacts(acquisition, item, manifest, stream)))
      }
    }
    if let earlier = contents.supersedes {
      blocks.append(.paragraph(words(.supersedes, contents.name, earlier)))
    }
    blocks += [.paragraph(words(.certificateScope)), .paragraph(words(.statementOfTruth)), signatures()]
    return .init("certificate", words(.certificate), blocks)
  }

  // MARK: The result

  private func headlines(_ item: ReportContents.Item) -> [ReportDocument.Block] {
    let ofItem = contents.items.count > 1 ? "\(words(.item)) \(item.record.number)" : nil
    guard !item.acquisitions.isEmpty else {
      return [.result(ofItem ?? words(.result), words(.headlineNone), .attention)]
    }
    return item.acquisitions.map { acquisition in
      let ofAcquisition = item.acquisitions.count > 1 ? words(.acquisition, acquisition.name) : nil
      let label = [ofItem, ofAcquisition].compactMap(\.self).joined(separator: ", ")
      let headline = Headline(acquisition, of: item, words)
      return .result(label.isEmpty ? words(.result) : label, headline.text, headline.tone)
    }
  }

  // MARK: Tables

  private func title(_ phrase: Phrase, _ item: ReportContents.Item, _ acquisition: String? = nil) -> String {
    var text = words(phrase)
    if contents.items.count > 1 { text += ", \(words(.item)) \(item.record.number)" }
    if let acquisition { text += ", \(words(.acquisition, acquisition))" }
    return text
  }

  private func parties() -> [ReportDocument.Fact] {
    let client = [contents.facts[.client], contents.facts[.clientReference]].compactMap(\.self)
    let laboratory = [contents.record.organisation, contents.facts[.address]].compactMap(\.self)
    return [
      .init(words(.client), client.joined(separator: ", ")),
      .init(words(.organisation), laboratory.joined(separator: ", ")),
    ]
  }

  private func itemFacts(_ item: ReportContents.Item) -> [ReportDocument.Fact] {
    var facts: [ReportDocument.Fact] = [
      .init(words(.item), "\(item.record.number) — \(item.known.description)"),
      .init(words(.receipt), receipt(item)),
      .init(words(.labelSerial), item.record.serial ?? "", isCode: true),
    ]
    if let source = item.acquisitions.compactMap(\.sealed?.manifest).last?.source {
      facts += [
        .init(words(.medium), words.title(source.kind)),
        .init(words(.model), source.model ?? "", isCode: true),
        .init(words(.serialOfDevice), source.serial ?? "", isCode: true),
        .init(
          words(.size),
          words(.sizeWords, words.length(source.geometry.length), words.number(source.sectorCount))),
      ]
    }
    return facts
  }

  private func receipt(_ item: ReportContents.Item) -> String {
    // The receipt names who handed the item over; the seizure stands in where there is none.
    let arrival =
      item.custody.first { $0.details.type == .receive } ?? item.custody.first { $0.details.type == .collect }
    guard let details = arrival?.details else { return words(.notReceived) }
    let unnamed = words(.notRecorded)
    return words(
      .received, contents.name(of: details.receivedBy) ?? unnamed,
      contents.name(of: details.releasedBy) ?? item.known.value(of: .seizedFrom) ?? unnamed,
      words.time(details.occurred))
  }

  private func methodFacts(_ manifest: Manifest) -> [ReportDocument.Fact] {
    let acquisition = manifest.acquisition
    return [
      .init(words(.imagedBy), acquisition.examiner),
      .init(words(.begun), words.time(acquisition.started)),
      .init(words(.ended), words.time(acquisition.ended)),
      .init(words(.methodReference), contents.facts[.method] ?? words(.notRecorded)),
      .init(words(.equipment), words.equipment(acquisition.equipment)),
      .init(
        words(.program),
        words(.programWords, "\(acquisition.tool.name) \(acquisition.tool.version)", acquisition.host.node)),
      .init(words(.protection), protection(manifest)),
      .init(words(.images), manifest.images.map(\.title).joined(separator: ", ")),
    ]
  }

  /// What held and what did not, by name.
  private func protection(_ manifest: Manifest) -> String {
    guard manifest.source.kind == .blockDevice else { return words(.protectionOfFile) }
    let layers = manifest.writeProtection.layers
    let failed = layers.filter { $0.state == .inactive }.map(\.name)
    let unknown = layers.filter { $0.state == .unknown }.map(\.name)
    var text = words(.protectionActive, "\(layers.count { $0.state == .active })", "\(layers.count)")
    if !failed.isEmpty { text += " " + words(.protectionInactive, failed.joined(separator: ", ")) }
    if !unknown.isEmpty { text += " " + words(.protectionUnknown, unknown.joined(separator: ", ")) }
    return text
  }

  private func resultFacts(
    _ acquisition: ReportContents.Acquisition, _ item: ReportContents.Item, _ manifest: Manifest,
    _ stream: Manifest.Stream
  ) -> [ReportDocument.Fact] {
    let hashes = hashFacts(acquisition, stream)
    return [.init(words(.sectorsNotRead), notRead(stream))] + hashes + [
      .init(words(.verification), verification(acquisition, item)),
      .init(words(.custody), custody(item)),
      .init(
        words(.overridesTitle),
        manifest.writeProtection.overrides.map { words(.acceptedWords, $0.found, $0.reason) }
          .joined(separator: " ")),
    ]
  }

  /// Of the whole, and when they were computed where not while reading.
  private func hashFacts(
    _ acquisition: ReportContents.Acquisition, _ stream: Manifest.Stream
  ) -> [ReportDocument.Fact] {
    let hashes = stream.digests.all.map { ReportDocument.Fact($0.algorithm.title, $0.hex, isCode: true) }
    guard !stream.laterDigests.isEmpty else { return hashes }
    guard let whole = acquisition.sealed?.whole, !hashes.isEmpty else {
      return stream.laterDigests.sorted().map { .init(words(.wholeOf, $0.title), words(.wholeNotYet)) }
        + [.init(words(.merkleRoot), stream.chunks.merkleRoot.hex, isCode: true)]
    }
    return hashes + [
      .init(
        words(.digests),
        words(
          .digestsAdded, words.time(whole.document.computed), whole.document.examiner, whole.signers)),
      .init(words(.merkleRoot), stream.chunks.merkleRoot.hex, isCode: true),
    ]
  }

  private func notRead(_ stream: Manifest.Stream) -> String {
    let map = stream.map
    let missing = map.runs.filter { $0.state != .read }.map(\.range)
    guard !missing.isEmpty else { return words(.noneOf, words.number(map.sectorCount)) }
    let named = missing.prefix(Self.mostRanges).map {
      $0.count == 1 ? words.number($0.first) : "\(words.number($0.first))–\(words.number($0.end - 1))"
    }.joined(separator: "; ")
    let rest = missing.count - min(missing.count, Self.mostRanges)
    return words(
      .someOf, words.number(missing.reduce(0) { $0 + $1.count }), words.number(map.sectorCount),
      named + (rest > 0 ? words(.andMore, words.number(UInt64(rest))) : ""), words.title(stream.fill))
  }

  /// Most ranges that are named on the first page.
  private static let mostRanges = 6

  private func verification(
    _ acquisition: ReportContents.Acquisition, _ item: ReportContents.Item
  ) -> String {
    guard let last = Headline.lastVerification(of: acquisition, item) else { return words(.neverVerified) }
    return words(.lastVerification, words.time(last.ended), words.sentence(last.verdict))
  }

  private func custody(_ item: ReportContents.Item) -> String {
    if item.custody.isEmpty || item.gaps.contains(where: { $0.code == .custodyMissing }) {
      return words(.noCustody)
    }
    if !item.gaps.isEmpty {
      return words(.custodyWithGaps, words.number(UInt64(item.gaps.count)))
    }
    return words(.custodyWithoutGaps, words.number(UInt64(item.custody.count)))
  }

  // MARK: Who answers for it

  private func signatures() -> ReportDocument.Block {
    .signing([
      .init(words(.examiner), contents.author.name, words(.signedOn), words(.signedBelow)),
      .init(words(.reviewer), "", words(.signedOn), words(.signedBelow)),
    ])
  }
}
