import CaseRecords
import Evidence
import Manifests

/// A declaration for a qualified person to review, complete and sign.
///
/// Filled with facts of the record alone, without a conclusion from them; what the record does not hold is marked as
/// missing. English, the language of the rules it follows. The program never signs it.
package struct CertificateDraft {
  typealias Fact = ReportDocument.Fact
  typealias Block = ReportDocument.Block

  let kind: CertificateKind
  let contents: ReportContents
  let item: ReportContents.Item
  let acquisition: ReportContents.Acquisition
  let manifest: Manifest
  let stream: Manifest.Stream
  let words = Wording(.english)

  /// - Parameter contents: of one item; its newest acquisition with a manifest is declared.
  /// - Throws: `nothingAcquired`.
  package init(_ kind: CertificateKind, _ contents: ReportContents) throws(EvidenceError) {
    guard let item = contents.items.first,
      let acquisition = item.acquisitions.last(where: { $0.sealed != nil }),
      let manifest = acquisition.sealed?.complete, let stream = manifest.mainStream
    else {
      throw EvidenceError(
        .nothingAcquired, "item \(contents.items.first?.record.number.description ?? "")",
        "no manifest of it is there")
    }
    self.kind = kind
    self.contents = contents
    self.item = item
    self.acquisition = acquisition
    self.manifest = manifest
    self.stream = stream
  }

  package func document() -> ReportDocument {
    let sections =
      switch kind {
      case .copiedData: copiedData()
      case .electronicProcess: electronicProcess()
      case .fourPrinciples: fourPrinciples()
      case .acquisitionRecord: acquisitionRecord()
      }
    let document = ReportDocument(
      language: "en", title: kind.title, laboratory: contents.record.organisation,
      draftNotice: "DRAFT for review by a qualified person. Not signed. Marked fields are to be filled in.",
      caption: [
        Fact("Case", "\(contents.record.number) — \(contents.record.title)"),
        Fact("Item", "\(item.record.number) — \(item.known.description)"),
      ], sections: standing() + sections + [closing()],
      colophon:
        "Draft made \(words.time(contents.made)) from the record of the case, up to event \(contents.auditHead.sequence) of its audit log, with \(ToolVersion.name) \(ToolVersion.current)",
      pageWords: words.pageWords)
    return CaseDocument.safe(document, contents.redaction, words)
  }

  // MARK: Parts several declarations have

  /// That the acquisition was marked, before anything else is declared of it.
  private func standing() -> [ReportDocument.Section] {
    let texts = acquisition.marks.standing.map { mark in
      let text =
        switch mark.state {
        case .failed: "This acquisition was marked as failed on \(words.day(mark.stated))."
        case .superseded(let name): "This acquisition was superseded by \(name)."
        case .withdrawn: ""
        }
      return "\(text) Reason: \(mark.reason)"
    }
    return texts.isEmpty
      ? [] : [.init("mark", "Status of the acquisition", texts.map { ReportDocument.Block.paragraph($0) })]
  }

  func missing(_ label: String, _ what: String) -> Fact {
    Fact(label, "[to be filled in: \(what)]", isMissing: true)
  }

  func known(_ label: String, _ value: String?, isCode: Bool = false, else what: String) -> Fact {
    guard let value, !value.isEmpty else { return missing(label, what) }
    return Fact(label, value, isCode: isCode)
  }

  /// The person who acquired, as far as the case knows them.
  func certifier() -> ReportDocument.Section {
    let person = contents.people.first { $0.details.name == manifest.acquisition.examiner }?.details
    return .init(
      "certifier", "Person making this declaration",
      [
        .facts(
          "Declarant",
          [
            known("Name", manifest.acquisition.examiner, else: "name of the declarant"),
            known("Position", person?.role, else: "position"),
            known("Organisation", person?.organisation ?? contents.record.organisation, else: "organisation"),
            known("Number", person?.identifier, else: "badge or staff number, if any"),
            missing("Qualifications", "training, certification and experience"),
            missing("Basis of knowledge", "whether the declarant did this work or reviewed the record of it"),
          ])
      ])
  }

  func device() -> Block {
    let source = manifest.source
    return .facts(
      "The device",
      [
        Fact("Item number", item.record.number.description), Fact("Description", item.known.description),
        known(
          "Serial number on the label", item.record.serial, isCode: true,
          else: "serial number, or that there is none"),
        known(
          "Model as the device reports it", source.model, isCode: true, else: "model, or that it reports none"
        ),
        known(
          "Serial number as it reports it", source.serial, isCode: true,
          else: "serial number, or that it reports none"),
        Fact(
          "Length",
          "\(words.number(source.geometry.length)) bytes, \(words.number(source.sectorCount)) sectors"),
      ])
  }

  func process() -> Block {
    let acquisition = manifest.acquisition
    let layers = manifest.writeProtection.layers.map { "\($0.name) (\(words.title($0.state)))" }
    return .facts(
      "The process",
      [
        Fact("Read from", manifest.source.path, isCode: true),
        Fact(
          "Begun, ended",
          "\(words.time(acquisition.started)), \(words.time(acquisition.ended)) (\(acquisition.clock))"),
        Fact("Program", "\(acquisition.tool.name) \(acquisition.tool.version)"),
        Fact("Command", acquisition.commandLine.joined(separator: " "), isCode: true),
        Fact(
          "Workstation", "\(acquisition.host.node), \(acquisition.host.system) \(acquisition.host.release)"),
        Fact("Write protection", layers.joined(separator: "; ")),
        missing("Hardware write blocker", "make, model and last test, or that none was used"),
        validation(),
      ])
  }

  private func validation() -> Fact {
    guard let record = contents.validation else {
      return missing("Validation of the program", "reference of the laboratory's validation record")
    }
    return Fact(
      "Validation of the program",
      "\(ToolVersion.name) \(record.version) on \(record.host), \(words.time(record.ended)): \(record.passed) checks passed, "
        + "\(record.failed) failed; signed by \(record.signer), whose certificate was not judged here; SHA-256 of the record \(record.sha256.hex)"
    )
  }

  /// Each digest of the source as it was read, and what the copy gave when it was verified.
  func digests() -> [Block] {
    let verification = item.verifications.last { entry in
      entry.verification.started >= (acquisition.entry.result?.ended ?? entry.verification.started)
    }?.verification
    let rows = stream.digests.all.map { digest -> [ReportDocument.Grid.Cell] in
      [.head(digest.algorithm.title), .code(digest.hex)]
    }
    var blocks: [Block] =
      rows.isEmpty
      ? [.paragraph(withoutWhole())]
      : [.grid(digestsCaption(), [("Algorithm", false), ("Value", false)], rows)]
    if manifest.isSegmented {
      blocks.append(
        .facts(
          "Digests computed while it was copied",
          [
            Fact(
              "Chunks",
              "SHA-256 and MD5 of each of \(words.number(stream.chunks.count)) chunks of \(words.number(stream.chunks.size)) bytes"
            ), Fact("Merkle root over their SHA-256", stream.chunks.merkleRoot.hex, isCode: true),
          ]))
    }
    if let verification {
      blocks.append(
        .facts(
          "Comparison with the copy",
          [
            Fact("Read again", "\(words.time(verification.started)) to \(words.time(verification.ended))"),
            Fact("Subject", verification.subject), Fact("Recorded result", verification.verdict.sentence),
            Fact("Findings recorded", words.number(verification.findings)),
          ]))
    } else {
      blocks.append(
        .facts(
          "Comparison with the copy",
          [
            missing(
              "Recomputed values",
              "run `exhibit verify` on the item; the record holds no verification of this copy")
          ]))
    }
    if let earlier = manifest.acquisition.earlier {
      blocks.append(
        .paragraph(
          "\(words.number(earlier.taken)) sectors were taken from the image of acquisition \(earlier.name), after comparison with its signed hash values. The \(words.number(earlier.asked)) sectors that it lacked were requested from the device again; \(words.number(earlier.recovered(stream.map))) of them were read."
        ))
    }
    return blocks + [.points(unreadable())]
  }

  private func digestsCaption() -> String {
    let together = manifest.acquisition.earlier.map {
      "Hash values of the data of this acquisition and of acquisition \($0.name) together"
    }
    guard let whole = acquisition.sealed?.whole else {
      return together ?? "Digests of the data as it came from the device, computed while it was copied"
    }
    let added =
      "\(together == nil ? "Digests of the whole copy, not" : "Not") computed while it was copied, but on \(words.time(whole.document.computed)) "
      + "by verification, by \(whole.document.examiner); signed by \(whole.signers)"
    return together.map { "\($0). \(added)" } ?? added
  }

  private func withoutWhole() -> String {
    let names = stream.laterDigests.sorted().map(\.title).joined(separator: ", ")
    return acquisition.sealed?.whole == nil
      ? "Digests of the whole copy (\(names)) were not computed while it was copied, and were not added since."
      : "Digests of the whole copy (\(names)) were not computed while it was copied; those that were added later are NOT VALID."
  }

  /// What is equal, and what is not from the device.
  private func unreadable() -> [String] {
    let unreadable = stream.map.count(of: .unreadable)
    let skipped = stream.map.count(of: .notAttempted)
    guard unreadable + skipped > 0 else {
      if let earlier = manifest.acquisition.earlier {
        return [
          "Each of the \(words.number(stream.map.sectorCount)) sectors was returned by the device either in this acquisition or in an earlier one (see acquisition \(earlier.name))."
        ]
      }
      return [
        "The device returned every one of its \(words.number(stream.map.sectorCount)) sectors when it was read."
      ]
    }
    let ranges = stream.map.runs.filter { $0.state != .read }.count
    return [
      "\(words.number(unreadable)) of \(words.number(stream.map.sectorCount)) sectors did not come from the device and \(words.number(skipped)) were not asked for, in \(words.number(UInt64(ranges))) ranges; the copy holds \(stream.fill.sentence) in their place. The digests above are of the copy with this filling. \(RecordNames(acquisition: acquisition.name).map()) lists the ranges.",
      "The copy has a digest for each of \(words.number(stream.chunks.count)) chunks of \(words.number(stream.chunks.size)) bytes; the chunks without such sectors can be compared with the device by themselves.",
    ]
  }

  func custody() -> Block {
    let events = item.custody
    return .facts(
      "Custody",
      [
        Fact("Recorded events", words.number(UInt64(events.count))),
        known(
          "First, newest",
          events.first.flatMap { first in
            events.last.map { "\(words.time(first.details.occurred)), \(words.time($0.details.occurred))" }
          }, else: "when and from whom the device was received"),
        Fact(
          "Head of the audit log",
          "event \(contents.auditHead.sequence), SHA-256 \(contents.auditHead.digest.hex)"),
      ])
  }

  func record() -> Block {
    .facts(
      "The record",
      [
        Fact("Manifest", RecordNames(acquisition: acquisition.name).manifest, isCode: true),
        Fact("SHA-256 of the manifest", acquisition.sealed?.digest.hex ?? "", isCode: true),
        Fact(
          "Signed by",
          acquisition.sealed?.signature.signers.compactMap { $0.certificate?.subject }.joined(separator: "; ")
            ?? ""),
      ])
  }

  private func closing() -> ReportDocument.Section {
    var facts: [Fact] = []
    if kind.isUnderPenaltyOfPerjury {
      facts.append(missing("Written notice to the adverse party", "date and manner"))
    }
    facts += [missing("Place and date", "place, date"), missing("Signature", "signature of the declarant")]
    let oath =
      kind.isUnderPenaltyOfPerjury
      ? [
        Block.paragraph(
          "I declare under penalty of perjury under the laws of the United States of America that the foregoing is true and correct (28 U.S.C. § 1746)."
        )
      ] : []
    return .init(
      "signature", "Declaration and signature", oath + [.facts("To be completed by the declarant", facts)])
  }
}
