import Evidence
import FormatKit
import Manifests

/// What each kind of declaration states.
extension CertificateDraft {
  func copiedData() -> [ReportDocument.Section] {
    [
      certifier(), .init("device", "The device and what was copied", [device(), images()]),
      .init("process", "How it was copied", [process()]),
      .init("digests", "Process of digital identification", digests()),
      .init("custody", "Custody and record", [custody(), record(), businessRecord()]),
    ]
  }

  func electronicProcess() -> [ReportDocument.Section] {
    [
      certifier(),
      .init(
        "process", "The process or system",
        [
          process(),
          .points([
            "The program reads each sector of the device once, in order of address unless stated otherwise, and computes the digests from the same reading that it writes to the copy.",
            "Each action of the program on the case is entered into a log in which every entry contains the digest of the one before it.",
            "A sector that the device does not return is asked for by itself before it is replaced by the stated filling, and is listed.",
          ]),
          .facts(
            "Grounds for the accuracy of the result",
            [
              missing(
                "Tests of the process", "what was tested on this workstation, when, with which results"),
              missing(
                "Known error rate", "known errors of program and hardware, or how they were looked for"),
            ]),
        ]), .init("records", "The records that were generated", [images(), record()]),
      .init("digests", "Digests and comparison", digests()),
      .init("custody", "Custody", [custody(), businessRecord()]),
    ]
  }

  func fourPrinciples() -> [ReportDocument.Section] {
    [
      certifier(), .init("device", "The device", [device()]),
      .init(
        "principle-1", "Principle 1: no action should change data that may be relied on in court",
        [
          process(),
          .facts(
            "What the layers of write protection showed",
            manifest.writeProtection.layers.map { layer in
              Fact(
                layer.name,
                ([words.title(layer.state), layer.proves]
                  + [layer.before, layer.during, layer.after].compactMap(\.self)).joined(separator: ". "))
            }), .paragraph("Stated limits of this protection: \(manifest.writeProtection.limits)"),
        ]),
      .init(
        "principle-2", "Principle 2: a person who accesses original data is competent and can explain it",
        [
          .facts(
            "Access to original data",
            [
              missing("Competence", "training and experience of whoever handled the device"),
              missing("Reasons", "why the original was accessed, and what followed from it"),
            ])
        ]),
      .init(
        "principle-3", "Principle 3: an audit trail lets an independent third party come to the same result",
        [custody(), record()] + digests()
          + [
            .commands([
              .init(
                "Repeat the comparison",
                "exhibit-verify \(RecordNames(acquisition: acquisition.name).manifest) --trust examiner.pem")
            ])
          ]),
      .init(
        "principle-4", "Principle 4: the person in charge is responsible for law and principles",
        [
          .facts(
            "Responsibility",
            [
              known(
                "Person in charge of the case", contents.name(of: contents.record.examiner),
                else: "name, rank, unit"),
              authority(),
            ])
        ]),
    ]
  }

  func acquisitionRecord() -> [ReportDocument.Section] {
    [
      certifier(), .init("device", "Identification of the potential digital evidence", [device()]),
      .init(
        "collection", "Collection and custody",
        [
          custody(),
          .facts(
            "Circumstances",
            [
              known(
                "Place where found", item.known.value(of: .locationFound), else: "where it was found"),
              known(
                "State when found", item.known.value(of: .powerState),
                else: "switched on or off, connected to what"),
              authority(),
              missing(
                "Unavoidable changes", "each change to the original with its reason, or that there was none"),
            ]),
        ]), .init("acquisition", "Acquisition", [process(), images()]),
      .init("verification", "Verification function on source and copy", digests()),
      .init(
        "preservation", "Preservation",
        [record(), .facts("Storage", [missing("Place", "where original and copies are kept")])]),
      .init(
        "requirements", "Requirements on the handling",
        [
          .points([
            "Auditability: every step stands in the log of the case, whose newest entry is named above.",
            "Repeatability and reproducibility: program, version, command and settings are named above; the commands of the report recompute the digests.",
          ]),
          .facts(
            "Justifiability", [missing("Choice of method", "why this method was used, where it was a choice")]
          ),
        ]),
    ]
  }

  private func images() -> Block {
    let rows = manifest.images.flatMap { image in
      image.segments.map { segment -> [ReportDocument.Grid.Cell] in
        [
          .head(segment.name, isTyped: true), .text(image.title), .number(words.number(segment.size)),
          segment.sha256.map { .code($0.hex) } ?? .text("not computed while it was copied"),
        ]
      }
    }
    let cut = rows.count - min(rows.count, CaseDocument.mostRows)
    return .grid(
      "Files that were made" + (cut > 0 ? "; \(cut) more are listed in the manifest" : ""),
      [("File", false), ("Format", false), ("Bytes", true), ("SHA-256", false)],
      Array(rows.prefix(CaseDocument.mostRows)))
  }

  private func authority() -> Fact {
    let texts = item.known.authorities.map { "\($0.details.kind): \($0.details.reference)" }
    return known(
      "Legal authority", texts.joined(separator: "; "), else: "warrant, order or consent, with its date")
  }

  private func businessRecord() -> Block {
    .facts(
      "Record of regularly conducted activity, Rule 902(11), where it is relied on",
      [
        missing("Made at or near the time", "whether by, or from information of, someone with knowledge"),
        missing(
          "Kept in the course of regular activity",
          "which activity, and that making the record was its practice"),
      ])
  }
}
