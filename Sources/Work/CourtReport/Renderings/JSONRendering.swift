import CanonicalJSON
import CaseRecords
import Evidence
import Manifests

/// The whole report as data: everything the other renderings say, and every row they cut.
///
/// Described in `Docs/formats/report.md`.
package enum JSONRendering {
  /// Value of the field `format`.
  package static let format = "exhibit-report"
  package static let version = 1

  package static func json(_ contents: ReportContents) -> JSONValue {
    contents.redaction.apply(
      to: .fields([
        "format": .string(format), "version": JSONValue(version), "name": .string(contents.name),
        "number": .string(contents.number),
        "supersedes": contents.supersedes.map { .string($0) }, "made": .string(contents.made.description),
        "author": json(contents.author),
        "tool": .fields(["name": .string(ToolVersion.name), "version": .string(ToolVersion.current)]),
        "case": .fields([
          "number": .string(contents.record.number), "title": .string(contents.record.title),
          "organisation": contents.record.organisation.map { .string($0) },
          "created": .string(contents.record.created.description),
          "examiner": .string(contents.record.examiner.description),
        ]),
        "people": .array(
          contents.people.map { person in
            var fields = json(person.details).objectValue ?? [:]
            fields["id"] = .string(person.id.description)
            return .object(fields)
          }),
        "items": .array(contents.items.map(json)),
        "audit": .fields([
          "sequence": JSONValue(contents.auditHead.sequence), "head": .string(contents.auditHead.digest.hex),
          "signed": contents.signedHead.map {
            .fields(["sequence": JSONValue($0.sequence), "head": .string($0.digest.hex)])
          },
        ]),
        "validation": contents.validation.map(json),
        "approvals": contents.approvals.isEmpty ? nil : .array(contents.approvals.map(json)),
        "earlierReports": contents.earlier.isEmpty ? nil : .array(contents.earlier.map(json)),
        "removed": contents.redaction.kinds.isEmpty
          ? nil
          : .object(
            Dictionary(
              uniqueKeysWithValues: contents.redaction.counts.map { ($0.key.rawValue, JSONValue($0.value)) }))
          ,
      ]))
  }

  private static func json(_ record: ReportContents.Validation) -> JSONValue {
    .fields([
      "ended": .string(record.ended.description), "host": .string(record.host),
      "version": .string(record.version), "passed": JSONValue(record.passed),
      "failed": JSONValue(record.failed), "others": JSONValue(record.others),
      "signer": .string(record.signer), "sha256": .string(record.sha256.hex),
    ])
  }

  private static func json(_ person: PersonDetails) -> JSONValue {
    .fields([
      "name": .string(person.name), "role": person.role.map { .string($0) },
      "organisation": person.organisation.map { .string($0) },
      "identifier": person.identifier.map { .string($0) },
    ])
  }

  private static func json(_ report: ReportContents.EarlierReport) -> JSONValue {
    .fields([
      "name": .string(report.name), "made": .string(report.made.description),
      "author": .string(report.author),
      "event": JSONValue(report.event),
      "approvals": .array(report.approvals.map(json)),
    ])
  }

  private static func json(_ approval: ReportContents.Approval) -> JSONValue {
    let signature: JSONValue =
      switch approval.worth {
      case .notSigned: ["state": "notSigned"]
      case .valid(let subject, let certificate):
        ["state": "valid", "subject": .string(subject), "certificateSHA256": .string(certificate.hex)]
      case .invalid(let reason): ["state": "invalid", "reason": .string(reason)]
      }
    return .fields([
      "reviewer": .string(approval.reviewer), "given": .string(approval.given.description),
      "remarks": approval.remarks.map { .string($0) }, "signature": signature,
    ])
  }

  private static func json(_ item: ReportContents.Item) -> JSONValue {
    .fields([
      "number": .string(item.record.number.description), "description": .string(item.known.description),
      "partOf": item.known.parent.map { .string($0.description) },
      "statements": .array(
        item.known.statements.map { statement in
          .fields([
            "name": .string(statement.name.rawValue), "value": statement.value.map { .string($0) },
            "stated": .string(statement.stated.description),
          ])
        }),
      "authorities": .array(
        item.known.authorities.map { authority in
          .fields([
            "kind": .string(authority.details.kind), "reference": .string(authority.details.reference),
            "scope": authority.details.scope.map { .string($0) },
            "expires": authority.details.expires.map { .string($0.description) },
          ])
        }),
      "attachments": .array(
        item.known.attachments.map { attached in
          .fields([
            "kind": .string(attached.kind.rawValue), "name": .string(attached.file.name),
            "size": JSONValue(attached.file.size), "sha256": .string(attached.file.sha256.hex),
          ])
        }),
      "labelSerial": item.record.serial.map { .string($0) },
      "remarks": item.record.remarks.map { .string($0) },
      "created": .string(item.record.created.description),
      "custody": .array(item.custody.map(\.json)), "custodyGaps": .array(item.gaps.map(json)),
      "acquisitions": .array(item.acquisitions.map(json)),
      "verifications": .array(item.verifications.map(json)),
    ])
  }

  /// Digests of the whole that were added later, as they were signed.
  private static func json(_ whole: ReportContents.Whole) -> JSONValue {
    .fields([
      "computed": .string(whole.document.computed.description), "operator": .string(whole.document.examiner),
      "sha256": .string(whole.digest.hex), "signer": .string(whole.signers), "valid": .bool(whole.isValid),
      "digests": .object(
        whole.document.streams.mapValues { digests in
          .object(
            Dictionary(uniqueKeysWithValues: digests.all.map { ($0.algorithm.rawValue, .string($0.hex)) }))
        }),
    ])
  }

  private static func json(_ acquisition: ReportContents.Acquisition) -> JSONValue {
    let record = acquisition.entry.acquisition
    return .fields([
      "id": .string(record.id.description), "name": .string(record.name), "folder": .string(record.folder),
      "source": .string(record.sourcePath), "length": JSONValue(record.length),
      "started": .string(record.started.description),
      "ended": acquisition.entry.result.map { .string($0.ended.description) },
      "verdict": .string(acquisition.verdict.name),
      // The manifest as it was signed, so that every field of it is there, and its digest.
      "manifest": acquisition.sealed?.manifest.jsonValue,
      "wholeDigests": acquisition.sealed?.whole.map(json),
      "manifestSHA256": acquisition.sealed.map { .string($0.digest.hex) },
      "signers": acquisition.sealed.map { sealed in
        .array(
          sealed.signature.signers.map { signer in
            .fields([
              "subject": signer.certificate.map { .string($0.subject) },
              "certificateSHA256": signer.certificate.map { .string($0.fingerprint.hex) },
              "signed": signer.signingTime.map { .string($0.description) }, "intact": .bool(signer.isIntact),
              "timeStamps": .array(
                signer.timestamps.map { stamp in
                  .fields([
                    "time": stamp.token.map { .string($0.time.description) },
                    "authority": stamp.authority.map { .string($0.certificate.subject) },
                    "problem": stamp.problem.map { .string($0) },
                  ])
                }),
            ])
          })
      },
      "device": acquisition.device, "readRate": acquisition.readRate?.json,
      "marks": acquisition.marks.isEmpty ? nil : .array(acquisition.marks.map(\.json)),
      "copies": acquisition.copies.isEmpty ? nil : .array(acquisition.copies.map(json)),
    ])
  }

  private static func json(_ copy: ReportContents.Copy) -> JSONValue {
    .fields([
      "folder": .string(copy.folder), "formats": .array(copy.formats.map { .string($0) }),
      "notCompleted": copy.failure.map { .string($0) },
      "lastChecked": copy.history.last.map { last in
        .fields([
          "ended": .string(last.ended.description), "verdict": .string(last.verdict.rawValue),
          "level": .string(last.isFull ? "full" : "chunks"),
          "event": JSONValue(last.event),
        ])
      },
      "notCheckedSince": copy.history.missed.map { .string($0.description) },
    ])
  }

  private static func json(_ entry: VerificationEntry) -> JSONValue {
    let record = entry.verification
    return .fields([
      "id": .string(record.id.description), "subject": .string(record.subject),
      "started": .string(record.started.description), "ended": .string(record.ended.description),
      "verdict": .string(record.verdict.rawValue), "findingCount": JSONValue(record.findings),
      "findings": .array(entry.findings.map(json)),
    ])
  }

  private static func json(_ finding: Finding) -> JSONValue {
    .fields([
      "code": .string(finding.code.rawValue), "severity": .string(finding.severity.rawValue),
      "subject": .string(finding.subject), "expected": finding.expected.map { .string($0) },
      "observed": finding.observed.map { .string($0) },
      "sectors": finding.sectors.map { [JSONValue($0.first), JSONValue($0.count)] },
    ])
  }
}
