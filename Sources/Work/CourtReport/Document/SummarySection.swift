import CaseRecords
import Evidence
import Formats
import Manifests

/// What was received, what was done and what was found of integrity, in plain words.
struct SummarySection {
  private let contents: ReportContents
  private let words: Wording

  init(_ contents: ReportContents, _ words: Wording) {
    self.contents = contents
    self.words = words
  }

  func section() -> ReportDocument.Section {
    var blocks: [ReportDocument.Block] = []
    for item in contents.items {
      let judgement = judge(item)
      let label = contents.items.count > 1 ? "\(words(.item)) \(item.record.number)" : words(.result)
      blocks.append(.result(label, judgement.verdict, judgement.tone))
      blocks.append(.paragraph(received(item)))
      blocks += judgement.paragraphs.map { .paragraph($0) }
    }
    if let earlier = contents.supersedes {
      blocks.append(.paragraph(words(.supersedes, contents.name, earlier)))
    }
    return .init("summary", words(.summary), blocks)
  }

  private func received(_ item: ReportContents.Item) -> String {
    let arrival = item.custody.first { [.receive, .collect].contains($0.details.type) }
    guard let details = arrival?.details else {
      return words(.notReceived, item.record.number.description, item.known.description)
    }
    let from = contents.name(of: details.releasedBy) ?? words(.unnamed)
    let to = contents.name(of: details.receivedBy) ?? words(.unnamed)
    return words(
      .received, item.record.number.description, item.known.description, details.occurred.description, from,
      to)
  }

  /// The result in one line, how good it is, and in plain words.
  private func judge(
    _ item: ReportContents.Item
  ) -> (verdict: String, tone: ReportDocument.Tone, paragraphs: [String]) {
    var paragraphs: [String] = []
    var tone = ReportDocument.Tone.good
    for acquisition in item.acquisitions {
      paragraphs.append(done(acquisition))
      if acquisition.verdict != .complete { tone = .attention }
    }
    guard !item.acquisitions.isEmpty else {
      return (words(.notAcquired), .attention, [words(.notAcquiredWords)])
    }
    var verdict = [words(item.acquisitions.contains { $0.sealed != nil } ? .acquired : .notAcquired)]
    // A verification speaks only of what was there when it began.
    let newest = item.acquisitions.compactMap { $0.entry.result?.ended }.max()
    let verifications = item.verifications.map(\.verification)
    if let covering = verifications.last(where: { last in newest.map { $0 <= last.started } ?? false }) {
      paragraphs.append(
        words(
          .newestVerification, covering.subject, covering.ended.description, words.sentence(covering.verdict))
      )
      switch covering.verdict {
      case .verified:
        let isWhole = covering.subject == "item \(item.record.number)"
        verdict.append(words(isWhole ? .verified : .verifiedByChunks))
      case .noReference, .incomplete:
        verdict.append(words.sentence(covering.verdict))
        tone = .attention
      case .mismatch, .damaged, .chainBroken:
        verdict.append(words.sentence(covering.verdict))
        tone = .bad
      }
    } else {
      paragraphs.append(words(verifications.isEmpty ? .neverVerified : .newestNotVerified))
      verdict.append(words(.notYetVerified))
      if tone == .good { tone = .attention }
    }
    if item.acquisitions.contains(where: { $0.sealed == nil }) { verdict.append(words(.oneUnfinished)) }
    return (verdict.joined(separator: ", "), tone, paragraphs)
  }

  private func done(_ acquisition: ReportContents.Acquisition) -> String {
    guard let manifest = acquisition.sealed?.manifest, let stream = manifest.mainStream else {
      guard case .incomplete(let reason) = acquisition.verdict else {
        return words.sentence(acquisition.verdict)
      }
      return words(.summaryUnfinished, acquisition.name, reason)
    }
    let isImage = manifest.writeProtection.overrides.contains {
      $0.state == Manifest.WriteProtection.Override.imageAsMedium
    }
    let begun =
      (isImage ? words(.summaryImageFile) + " " : "")
      + words(
        .summaryDone, acquisition.name, manifest.acquisition.started.description,
        manifest.acquisition.ended.description, words.origin(manifest.source.kind),
        manifest.images.map(\.title).joined(separator: ", "))
    switch manifest.verdict {
    case .complete: return begun + " " + words(.summaryIdentical, Grouped.text(stream.map.sectorCount))
    case .completeWithUnreadable(let sectors):
      let ranges = stream.map.ranges(in: .unreadable)
      let named = ranges.prefix(Self.mostRanges).map {
        $0.count == 1 ? Grouped.text($0.first) : "\(Grouped.text($0.first))–\(Grouped.text($0.end - 1))"
      }.joined(separator: ", ")
      let rest = ranges.count - min(ranges.count, Self.mostRanges)
      return begun + " "
        + words(
          .summaryUnreadable, Grouped.text(sectors), Grouped.text(stream.map.sectorCount),
          Grouped.text(UInt64(ranges.count)), named + (rest > 0 ? words(.andMore, "\(rest)") : ""),
          words.title(stream.fill))
    case .incomplete(let reason): return words(.summaryUnfinished, acquisition.name, reason)
    }
  }

  /// Most ranges that are named in a sentence.
  private static let mostRanges = 8
}

extension Manifest.Image {
  /// The format as it is printed.
  var title: String { Formats.title(format) }
}

extension Wording {
  func title(_ kind: SourceKind) -> String {
    switch kind {
    case .blockDevice: self(.kindDevice)
    case .file: self(.kindFile)
    case .splitFiles: self(.kindSplit)
    case .discImage: self(.kindDisc)
    }
  }

  /// As what something was read from.
  func origin(_ kind: SourceKind) -> String {
    switch kind {
    case .blockDevice: self(.fromDevice)
    case .file: self(.fromFile)
    case .splitFiles: self(.fromSplit)
    case .discImage: self(.fromDisc)
    }
  }

  func title(_ mode: TrackMode) -> String {
    switch mode {
    case .audio: self(.modeAudio)
    case .mode0: self(.mode0)
    case .mode1: self(.mode1)
    case .mode2: self(.mode2)
    case .dvd: self(.modeDVD)
    }
  }

  func title(_ kind: AttachmentRecord.Kind) -> String {
    switch kind {
    case .photograph: self(.attachedPhotograph)
    case .document: self(.attachedDocument)
    }
  }

  func title(_ fill: FillPattern) -> String {
    switch fill {
    case .byte(0): self(.fillZero)
    case .byte(let byte): self(.fillByte, String(byte, radix: 16))
    case .address: self(.fillAddress)
    }
  }
}
