import DiskWriters
import Evidence
import FormatKit
import SystemPackage
import WriterKit

/// What is asked for when an image is converted.
package struct ConversionRequest: Sendable {
  package var input: FilePath
  package var output: FilePath
  /// What the input is taken for; what it is itself where `nil`.
  package var inputFormat: FormatID?
  /// Of the output; by the ending of its name where `nil`.
  package var format: FormatID?
  /// What is asked of the output; the rest comes from the input.
  package var settings = ImageSettings()
  /// Fill and name sectors the input has lost, instead of refusing.
  package var acceptsDamage = false
  package var acceptsLittleSpace = false
  /// Bytes per sector of a raw input.
  package var sectorSize: UInt32 = 512

  package init(input: FilePath, output: FilePath) {
    self.input = input
    self.output = output
  }
}

/// What a conversion gave.
package struct ConversionReport: Sendable {
  package enum Outcome: String, Hashable, Sendable {
    /// The output holds exactly what the input holds.
    case complete
    /// The output holds zeros where the input is damaged, as was accepted.
    case completeWithDamage
    /// The input is damaged; nothing is left of the output.
    case refused
    /// A digest stored in the input is not that of its contents; the output stays marked as partial.
    case mismatch
  }

  /// A digest stored in the input against the contents.
  package struct Comparison: Hashable, Sendable {
    package let stored: Digest
    package let computed: Digest?
    package var isEqual: Bool { stored == computed }
  }

  package let outcome: Outcome
  package let inputFormat: Format
  package let outputFormat: Format
  package let geometry: MediaGeometry
  /// The files that were written; those of a mismatch lie in a folder that is named as partial.
  package let files: [FilePath]
  /// Of the contents, without padding; empty where refused.
  package let digests: DigestSet
  package let comparisons: [Comparison]
  /// Zero bytes the output holds behind the contents, to fill its last sector.
  package let paddingBytes: UInt32
  /// What is wrong with the input.
  package let findings: [Finding]
  /// Sectors that the input has lost.
  package let lost: [SectorRange]
  /// Sectors the input records as unreadable when it was made.
  package let recordedUnreadable: [SectorRange]
  /// What the input says and the output does not, one phrase each.
  package let notCarried: [String]

  package var exitStatus: ExitStatus {
    switch outcome {
    case .complete: .complete
    case .completeWithDamage: .completeWithUnreadable
    case .refused, .mismatch: .mismatch
    }
  }

  package var sentence: String {
    switch outcome {
    case .complete:
      comparisons.isEmpty
        ? "Converted. No digest is stored in the input: there was nothing to compare its contents with."
        : "Converted. The contents have the digests stored in the input."
    case .completeWithDamage:
      "Converted with damage: \(lost.reduce(0) { $0 + $1.count }) sectors are lost in the input and are zeros in the "
        + "output; the digests are of the filled contents, not of the medium."
    case .refused:
      "Not converted: the input is damaged."
    case .mismatch:
      "Mismatch: the contents do not have the digest stored in the input. The output stays marked as partial."
    }
  }
}

/// What an image says and a copy of it does not.
enum CarriedFacts {
  /// Compares both as they read. What differs only because it is about the container itself (segments, chunk size,
  /// compression) is not listed.
  static func missing(from copy: any ImageReader, of original: any ImageReader) -> [String] {
    var missing: [String] = []
    func check(_ name: String, _ value: String?, _ copied: String?) {
      if let value, value != copied { missing.append("\(name) \(HumanText.singleLine(value))") }
    }
    let (old, new) = (original.description, copy.description)
    check("case number", old.caseNumber, new.caseNumber)
    check("evidence number", old.evidenceNumber, new.evidenceNumber)
    check("examiner", old.examiner, new.examiner)
    check("description", old.description, new.description)
    check("notes", old.notes, new.notes)
    check("model", old.model, new.model)
    check("serial number", old.serialNumber, new.serialNumber)
    check("acquiring software", old.software, new.software)
    let (facts, copied) = (original.facts, copy.facts)
    check("acquisition date", facts.acquired?.text, copied.acquired?.text)
    check("system date", facts.systemTime?.text, copied.systemTime?.text)
    check("operating system", facts.operatingSystem, copied.operatingSystem)
    check("password digest", facts.passwordHash, copied.passwordHash)
    check("media type", facts.mediaType?.rawValue, copied.mediaType?.rawValue)
    check("physical", facts.isPhysical.map { $0 ? "yes" : "no" }, copied.isPhysical.map { $0 ? "yes" : "no" })
    for blocker in facts.writeBlockers where !copied.writeBlockers.contains(blocker) {
      missing.append("write blocker \(blocker)")
    }
    check(
      "set identifier", facts.setIdentifier.map(ImageFacts.identifierText),
      copied.setIdentifier.map(ImageFacts.identifierText))
    check(
      "error granularity", facts.errorGranularity.map(String.init), copied.errorGranularity.map(String.init))
    if !facts.sessions.isEmpty, facts.sessions != copied.sessions {
      missing.append("sessions at sectors \(facts.sessions.listed())")
    }
    if !facts.tracks.isEmpty, facts.tracks != copied.tracks {
      missing.append("tracks at sectors \(facts.tracks.listed())")
    }
    for digest in original.storedDigests.all where copy.storedDigests[digest.algorithm] != digest {
      missing.append("stored \(digest.algorithm.title) \(digest)")
    }
    let recorded = original.recordedUnreadable
    if !recorded.allSatisfy({ range in copy.recordedUnreadable.contains { $0.intersection(range) == range } })
    {
      missing.append("list of sectors unreadable at acquisition: \(recorded.listed())")
    }
    return missing
  }
}
