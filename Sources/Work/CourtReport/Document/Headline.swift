import CaseRecords
import Evidence
import Manifests

/// What matters most of one acquisition, in words: how much was not read, and what the last verification found.
///
/// Good only where nothing at all is missing; a tone is never better than the worst fact in the words beside it.
package struct Headline: Hashable, Sendable {
  package let text: String
  package let tone: ReportDocument.Tone

  package init(_ acquisition: ReportContents.Acquisition, of item: ReportContents.Item, _ words: Wording) {
    var parts = Self.marks(acquisition, words)
    parts.append(Self.imaging(acquisition, words))
    parts += Self.addition(acquisition, item, words)
    parts += Self.circumstances(acquisition.sealed?.manifest, words)
    parts += Self.signature(acquisition, words).map { [$0] } ?? []
    parts += Self.whole(acquisition.sealed, words).map { [$0] } ?? []
    if acquisition.sealed != nil { parts += Self.verification(acquisition, item, words) }
    parts += Self.copies(acquisition, words)
    // No record at all is the widest gap.
    if item.custody.isEmpty || item.gaps.contains(where: { $0.code == .custodyMissing }) {
      parts.append((words(.headlineNoCustody), .attention))
    } else if !item.gaps.isEmpty {
      parts.append((words(.headlineGaps), .attention))
    }
    self.text = parts.map(\.text).joined(separator: " ")
    self.tone = parts.map(\.tone).max() ?? .bad
  }

  private typealias Part = (text: String, tone: ReportDocument.Tone)

  /// What was stated of it comes first.
  private static func marks(_ acquisition: ReportContents.Acquisition, _ words: Wording) -> [Part] {
    acquisition.marks.standing.compactMap { mark in
      switch mark.state {
      case .failed: (words(.headlineMarkedFailed, words.day(mark.stated), mark.clause), .bad)
      case .superseded(let name): (words(.headlineSuperseded, name, mark.clause), .attention)
      case .withdrawn: nil
      }
    }
  }

  /// How much of the medium the image holds.
  private static func imaging(_ acquisition: ReportContents.Acquisition, _ words: Wording) -> Part {
    guard let manifest = acquisition.sealed?.manifest, let map = manifest.mainStream?.map else {
      guard case .incomplete(let reason) = acquisition.verdict else {
        return (words(.headlineNoManifest), .bad)
      }
      return (words(.headlineIncomplete, reason), .bad)
    }
    let total = words.number(map.sectorCount)
    if case .incomplete(let reason) = manifest.verdict {
      let missing = words.number(map.count(of: .unreadable) + map.count(of: .notAttempted))
      return (words(.headlinePart, missing, total, reason), .bad)
    }
    let unreadable = map.count(of: .unreadable)
    let isImage = manifest.takesImageAsMedium
    let partial = manifest.mainStream?.firstUnit != nil
    var texts: [String] = []
    if isImage { texts.append(words(.headlineImageFile)) }
    if partial {
      texts.append(words(.headlineRange, total, words.number(manifest.source.sectorCount)))
    }
    if unreadable > 0 {
      texts.append(words(.headlineErrors, words.number(unreadable), total))
    } else if let earlier = manifest.acquisition.earlier {
      texts.append(words(.headlineCompleteTogether, total, earlier.name))
    } else if !partial {
      texts.append(words(.headlineComplete, total))
    } else {
      texts.append(words(.headlineRangeComplete))
    }
    return (texts.joined(separator: " "), unreadable > 0 || isImage || partial ? .attention : .good)
  }

  /// That most of it is from an earlier acquisition, and what was stated of that.
  private static func addition(
    _ acquisition: ReportContents.Acquisition, _ item: ReportContents.Item, _ words: Wording
  ) -> [Part] {
    guard let manifest = acquisition.sealed?.manifest, let earlier = manifest.acquisition.earlier,
      let map = manifest.mainStream?.map
    else { return [] }
    let recovered = words.number(earlier.recovered(map))
    var parts: [Part] = [
      (words(.headlineAgain, words.number(earlier.asked), recovered, earlier.name), .attention)
    ]
    let before = item.acquisitions.first { $0.entry.acquisition.id == earlier.identifier }
    if before?.marks.standing.contains(where: { $0.state == .failed }) == true {
      parts.append((words(.headlineEarlierFailed, earlier.name), .bad))
    }
    return parts
  }

  /// What happened to the original, and how it was imaged, as far as it is not as it should be.
  private static func circumstances(_ manifest: Manifest?, _ words: Wording) -> [Part] {
    guard let manifest else { return [] }
    var parts: [Part] = []
    if manifest.source.kind == .blockDevice {
      let failed = manifest.writeProtection.layers.filter { $0.state == .inactive }
      if failed.contains(where: \.watches) { parts.append((words(.headlineChanged), .bad)) }
      if !failed.allSatisfy(\.watches) { parts.append((words(.headlineUnprotected), .attention)) }
    }
    if manifest.writeProtection.overrides.contains(where: {
      $0.state != Manifest.WriteProtection.Override.imageAsMedium
    }) {
      parts.append((words(.headlineOverride), .attention))
    }
    if manifest.acquisition.pauses.contains(where: { $0.journal == .unsigned }) {
      parts.append((words(.headlineJournal), .attention))
    }
    return parts
  }

  /// Said only where the signature of the manifest does not hold.
  private static func signature(_ acquisition: ReportContents.Acquisition, _ words: Wording) -> Part? {
    guard let signers = acquisition.sealed?.signature.signers else { return nil }
    guard signers.isEmpty || signers.contains(where: { !$0.isIntact }) else { return nil }
    return (words(.headlineSignature), .bad)
  }

  /// Said only where the digests of the whole were not computed while reading.
  private static func whole(_ sealed: ReportContents.Sealed?, _ words: Wording) -> Part? {
    guard let sealed, sealed.manifest.isSegmented else { return nil }
    guard let whole = sealed.whole else {
      let chunks = sealed.manifest.mainStream?.chunks.count ?? 0
      return (words(.headlineSegmented, words.number(chunks)), .attention)
    }
    guard whole.isValid else { return (words(.headlineWholeInvalid), .bad) }
    return (words(.headlineWholeAdded, words.day(whole.document.computed), whole.signers), .good)
  }

  /// What the last verification found, and that one before it failed.
  private static func verification(
    _ acquisition: ReportContents.Acquisition, _ item: ReportContents.Item, _ words: Wording
  ) -> [Part] {
    let all = verifications(of: acquisition, item)
    guard let last = all.last else { return [(words(.headlineUnverified), .attention)] }
    let failed = all.dropLast().last { [.mismatch, .damaged, .chainBroken].contains($0.verdict) }
    return [found(by: last, isSigned: signature(acquisition, words) == nil, item, words)]
      + (failed.map { [(words(.headlineFailedEarlier, words.day($0.ended)), .attention)] } ?? [])
  }

  private static func found(
    by last: VerificationRecord, isSigned: Bool, _ item: ReportContents.Item, _ words: Wording
  ) -> Part {
    let day = words.day(last.ended)
    switch last.verdict {
    case .verified:
      if last.subject == "item \(item.record.number)" {
        return (words(isSigned ? .headlineVerified : .headlineVerifiedUnsigned, day), .good)
      }
      let isByChunks = last.subject.contains(", chunk digests only")
      return (words(isByChunks ? .headlineVerifiedChunks : .headlineVerifiedPart, day), .attention)
    case .notAllChecked: return (words(.headlineNotAllChecked, day), .attention)
    case .noReference: return (words(.headlineNoReference, day), .attention)
    case .incomplete: return (words(.headlineVerificationIncomplete, day), .attention)
    case .mismatch: return (words(.headlineMismatch, day), .bad)
    case .damaged: return (words(.headlineDamaged, day), .bad)
    case .chainBroken: return (words(.headlineChainBroken, day), .bad)
    }
  }

  /// Copies that are wrong, and those that the last check of the item passed over.
  private static func copies(_ acquisition: ReportContents.Acquisition, _ words: Wording) -> [Part] {
    let isVerified = acquisition.copies.contains { $0.history.last != nil }
    return acquisition.copies.compactMap { copy in
      switch copy.state {
      case .bad: (words(.copyBad, copy.folder), .bad)
      // That nothing of it was ever verified is said already.
      case .open, .verifiedEarlier, .neverChecked:
        isVerified ? (words(.copyOpen, copy.folder), .attention) : nil
      case .incomplete: (words(.copyUnfinished, copy.folder), .attention)
      case .verified: nil
      }
    }
  }

  static func lastVerification(
    of acquisition: ReportContents.Acquisition, _ item: ReportContents.Item
  ) -> VerificationRecord? { verifications(of: acquisition, item).last }

  /// Those that began after the acquisition had ended, oldest first: an earlier one did not see it.
  private static func verifications(
    of acquisition: ReportContents.Acquisition, _ item: ReportContents.Item
  ) -> [VerificationRecord] {
    guard let ended = acquisition.sealed?.manifest.acquisition.ended ?? acquisition.entry.result?.ended else {
      return []
    }
    return item.verifications.map(\.verification).filter { ended <= $0.started }
  }
}

extension AcquisitionMark {
  /// The reason as it stands inside a sentence.
  fileprivate var clause: String { reason.hasSuffix(".") ? String(reason.dropLast()) : reason }
}

extension Manifest {
  /// The source was itself an image, and was acquired byte for byte.
  var takesImageAsMedium: Bool {
    writeProtection.overrides.contains { $0.state == WriteProtection.Override.imageAsMedium }
  }
}
