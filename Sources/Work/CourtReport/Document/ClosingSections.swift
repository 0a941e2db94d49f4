import Evidence
import Formats
import Manifests

/// Limitations, how to check, earlier reports, glossary.
struct ClosingSections {
  private let contents: ReportContents
  private let words: Wording

  init(_ contents: ReportContents, _ words: Wording) {
    self.contents = contents
    self.words = words
  }

  func sections() -> [ReportDocument.Section] {
    [
      .init("deviations", words(.deviations), [deviations()]),
      .init("limitations", words(.limitations), [.points(limitations())]),
      .init("check", words(.howToCheck), checks()), .init("reports", words(.reports), reports()),
      .init("glossary", words(.glossary), [.facts(words(.glossaryCaption), glossary())]),
    ]
  }

  /// Deviations from the usual way, and changes to the original.
  private func deviations() -> ReportDocument.Block {
    var texts: [String] = []
    for acquisition in contents.items.flatMap(\.acquisitions) {
      guard let manifest = acquisition.sealed?.manifest else {
        texts.append(words(.deviationUnfinished, acquisition.name))
        continue
      }
      let name = acquisition.name
      if manifest.mainStream?.firstUnit != nil { texts.append(words(.deviationRange, name)) }
      if manifest.acquisition.reading != ReadingPolicy() { texts.append(words(.deviationReading, name)) }
      for one in manifest.writeProtection.overrides {
        texts.append(words(.deviationOverride, name, one.found, one.reason))
      }
      if !manifest.acquisition.pauses.isEmpty {
        texts.append(words(.deviationPauses, name, "\(manifest.acquisition.pauses.count)"))
      }
      if manifest.source.kind == .blockDevice {
        for layer in manifest.writeProtection.layers where layer.state != .active {
          texts.append(words(.deviationProtection, name, layer.name, words.title(layer.state)))
        }
      }
    }
    return texts.isEmpty ? .absence(words(.noDeviations)) : .points(texts)
  }

  private func limitations() -> [String] {
    let acquisitions = contents.items.flatMap(\.acquisitions)
    var texts = [words(.limitationMedium), words(.limitationClock)]
    if acquisitions.contains(where: { $0.device?["hiddenAreas"]?.arrayValue?.isEmpty ?? true }) {
      texts.append(words(.limitationHidden))
    }
    if acquisitions.contains(where: { $0.sealed?.manifest.images.contains { !$0.isPlain } ?? false }) {
      texts.append(words(.limitationE01))
    }
    if contents.items.contains(where: { !$0.gaps.isEmpty }) { texts.append(words(.limitationCustody)) }
    texts.append(words(.limitationLanguage))
    return texts
  }

  private func checks() -> [ReportDocument.Block] {
    var blocks: [ReportDocument.Block] = [.paragraph(words(.checkWords))]
    for acquisition in contents.items.flatMap(\.acquisitions).prefix(CaseDocument.mostRows) {
      guard let manifest = acquisition.sealed?.manifest else { continue }
      let names = RecordNames(acquisition: acquisition.name)
      var commands: [ReportDocument.Command] = [
        .init(words(.checkFolder, acquisition.name), "cd \(acquisition.entry.acquisition.folder)"),
        .init(words(.checkFiles), "sha256sum -c --strict \(RecordNames.sums)"),
        AcquisitionSections.signatureCommand(names, words),
        .init(words(.checkAll), "exhibit-verify \(names.manifest) --trust ../../certificates/examiner.pem"),
      ]
      for image in manifest.images {
        guard let check = Formats.named(image.format)?.stockCheck(image.segments.map(\.name)) else {
          continue
        }
        commands.append(.init(words(.checkE01), check))
        break
      }
      blocks.append(.commands(commands))
    }
    blocks.append(
      .commands([
        .init(
          words(.checkReport),
          "openssl cms -verify -binary -cades -content \(contents.fileName).html -inform DER -in \(contents.fileName).html.p7s "
            + "-CAfile ../certificates/examiner.pem -out /dev/null")
      ]))
    return blocks
  }

  private func reports() -> [ReportDocument.Block] {
    var blocks: [ReportDocument.Block] = [
      .paragraph(
        contents.supersedes.map { words(.supersedes, contents.name, $0) }
          ?? words(.firstReport, contents.name)),
      .paragraph(words(.approvalWords)),
    ]
    if !contents.approvals.isEmpty {
      blocks.append(
        .grid(
          words(.approvals), [(words(.approvedBy), false)], contents.approvals.map { [.text(texts($0))] }))
    }
    guard !contents.earlier.isEmpty else { return blocks }
    let shown = contents.earlier.suffix(CaseDocument.mostRows)
    blocks.append(
      .grid(
        words(.earlierReports),
        [
          (words(.eventNumber), true), (words(.reportName), false), (words(.madeBy), false),
          (words(.approvedBy), false),
        ],
        shown.map { report in
          [
            .number(report.event), .head(report.name), .text(report.made.description, report.author),
            .text(
              report.approvals.isEmpty ? [words(.notApproved)] : report.approvals.flatMap(texts)),
          ]
        }))
    blocks += CaseDocument.cutNote(shown: shown.count, of: contents.earlier.count, contents, words)
    return blocks
  }

  private func texts(_ approval: ReportContents.Approval) -> [String] {
    let worth =
      switch approval.worth {
      case .notSigned: words(.approvalNotSigned)
      case .valid(let subject, let certificate): words(.approvalValid, subject, certificate.hex)
      case .invalid(let reason): words(.approvalInvalid, reason)
      }
    return [approval.reviewer, approval.given.description, approval.remarks ?? "", worth]
  }

  private func glossary() -> [ReportDocument.Fact] {
    let terms: [(Phrase, Phrase)] = [
      (.termAcquisition, .meansAcquisition), (.termAudit, .meansAudit), (.termChunk, .meansChunk),
      (.termDigest, .meansDigest), (.termE01, .meansE01), (.termFilled, .meansFilled),
      (.termManifest, .meansManifest), (.termMerkle, .meansMerkle), (.termSector, .meansSector),
      (.termSignature, .meansSignature), (.termVerification, .meansVerification),
    ]
    return terms.map { .init(words($0.0), words($0.1)) }
  }
}
