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
      .init("deviations", words(.deviations), [points(deviations(), orNone: .noDeviations)]),
      .init("changes", words(.changes), changes()),
      .init("undetermined", words(.undetermined), [points(undetermined(), orNone: .noUndetermined)]),
      .init("limitations", words(.limitations), [.points(limitations())]),
      .init("check", words(.howToCheck), checks()), .init("reports", words(.reports), reports()),
      .init("glossary", words(.glossary), [.facts(words(.glossaryCaption), glossary())]),
    ]
  }

  private func points(_ texts: [String], orNone none: Phrase) -> ReportDocument.Block {
    texts.isEmpty ? .absence(words(none)) : .points(texts)
  }

  /// Deviations from the usual method.
  private func deviations() -> [String] {
    var texts: [String] = []
    for acquisition in contents.items.flatMap(\.acquisitions) {
      guard let manifest = acquisition.sealed?.manifest else {
        texts.append(words(.deviationUnfinished, acquisition.name))
        continue
      }
      let name = acquisition.name
      if manifest.mainStream?.firstUnit != nil { texts.append(words(.deviationRange, name)) }
      if let earlier = manifest.acquisition.earlier {
        texts.append(words(.deviationAgain, name, earlier.name))
      }
      if manifest.acquisition.reading != ReadingPolicy() { texts.append(words(.deviationReading, name)) }
      for one in manifest.writeProtection.overrides {
        texts.append(words(.deviationOverride, name, one.found, one.reason))
      }
      if !manifest.acquisition.pauses.isEmpty {
        texts.append(words(.deviationPauses, name, "\(manifest.acquisition.pauses.count)"))
      }
      if manifest.acquisition.pauses.contains(where: { $0.journal == .unsigned }) {
        texts.append(words(.deviationJournal, name))
      }
      for layer in protection(manifest, .inactive) where !layer.watches {
        texts.append(words(.deviationProtection, name, layer.name))
      }
    }
    return texts
  }

  /// What is known of changes to the original, and how it is known.
  private func changes() -> [ReportDocument.Block] {
    contents.items.flatMap(\.acquisitions).compactMap { acquisition in
      guard let manifest = acquisition.sealed?.manifest else { return nil }
      let name = acquisition.name
      guard manifest.source.kind == .blockDevice else { return .paragraph(words(.changesOfFile, name)) }
      let seen = protection(manifest, .inactive).filter(\.watches)
      if !seen.isEmpty {
        return .points(seen.map { words(.changeSeen, name, $0.name, $0.before ?? "–", $0.after ?? "–") })
      }
      let equal = protection(manifest, .active).filter(\.watches).map(\.name)
      return equal.isEmpty
        ? .paragraph(words(.changesUnknown, name))
        : .paragraph(words(.changesNone, name, equal.joined(separator: ", ")))
    }
  }

  /// What nobody could tell.
  private func undetermined() -> [String] {
    var texts: [String] = []
    for acquisition in contents.items.flatMap(\.acquisitions) {
      guard let manifest = acquisition.sealed?.manifest else { continue }
      for layer in protection(manifest, .unknown) {
        texts.append(words(.undeterminedLayer, acquisition.name, layer.name, layer.before ?? layer.proves))
      }
      let device = acquisition.device?["device"]
      for area in device?["hiddenAreas"]?.arrayValue ?? []
      where area["state"]?.stringValue == "could not be determined" {
        texts.append(
          words(
            .undeterminedArea, acquisition.name, area["kind"]?.stringValue ?? "",
            area["detail"]?.stringValue ?? ""))
      }
    }
    return texts
  }

  private func protection(
    _ manifest: Manifest, _ state: Manifest.WriteProtection.Layer.State
  ) -> [Manifest.WriteProtection.Layer] {
    guard manifest.source.kind == .blockDevice else { return [] }
    return manifest.writeProtection.layers.filter { $0.state == state }
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
        commands.append(.init(words(.checkE01), ReportDocument.Command.broken(check)))
        break
      }
      blocks.append(.commands(commands))
    }
    var commands: [ReportDocument.Command] = [
      .init(
        words(.checkReport),
        ReportDocument.Command.broken(
          "openssl cms -verify -binary -cades -content \(contents.checkedFile) -inform DER "
            + "-in \(contents.checkedFile).p7s -CAfile ../certificates/examiner.pem -out /dev/null"))
    ]
    if let pdf = contents.signedPDF { commands.append(.init(words(.checkPDF), "pdfsig -nocert \(pdf)")) }
    blocks.append(.commands(commands))
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
            .number(words.number(report.event)), .head(report.name),
            .text(words.time(report.made), report.author),
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
    return [approval.reviewer, words.time(approval.given), approval.remarks ?? "", worth]
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

extension Manifest.WriteProtection.Layer {
  /// Compares the medium before and after, and so tells of changes; the others prevent them.
  var watches: Bool { name.hasSuffix("write counters") || name == "sentinel sectors" }
}
