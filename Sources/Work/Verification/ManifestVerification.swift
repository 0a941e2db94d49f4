import Digests
import Evidence
import FormatKit
import Formats
import Manifests
import Signing
import SystemIO
import SystemPackage

/// Verifies an acquisition with nothing but its manifest, the files beside it, and certificates to trust.
package struct ManifestVerification {
  let path: FilePath
  let settings: VerificationSettings
  private let followsOverflow: Bool
  /// The moment at which time stamps must still stand.
  private let now = Host.now()

  /// - Parameters:
  ///   - path: `NAME.manifest.json`; the files it names lie in the same folder.
  ///   - followsOverflow: look also where the manifest says that segments were written.
  package init(_ path: FilePath, _ settings: VerificationSettings, followsOverflow: Bool = false) {
    self.path = path
    self.settings = settings
    self.followsOverflow = followsOverflow
  }

  var folder: FilePath { path.parentFolder }

  /// Where segments of its images may lie besides its own folder.
  private func elsewhere(_ manifest: Manifest) -> [FilePath] {
    let overflow = followsOverflow ? manifest.acquisition.overflow.map { FilePath($0) } : []
    return settings.others + overflow.filter { Files.kind($0) == .folder }
  }

  /// Folders that took over when the images were written, and are not at hand.
  private func away(_ manifest: Manifest) -> [String] {
    followsOverflow ? manifest.acquisition.overflow.filter { Files.kind(FilePath($0)) != .folder } : []
  }

  private var name: String { path.lastComponent?.string ?? path.string }

  /// What was verified, for callers that compare more with it.
  package struct Result {
    package let report: VerificationReport
    /// `nil` where it could not be read as one.
    package let manifest: Manifest?
    package let manifestDigest: Digest
    /// The manifest with digests of the whole that were added to it later.
    package var filled: Manifest?
    /// Digests of the whole that were left for later, and that nobody added yet; `nil` where that is not so, and where
    /// not every image was found to be as recorded.
    package var computedWhole: ComputedWhole?

    /// Names of files without a recorded digest: their chunks have one each.
    var chunksOnly: [String] {
      (filled ?? manifest)?.allFiles.filter { $0.sha256 == nil }.map(\.name) ?? []
    }
  }

  /// Blocks until done.
  /// - Parameter progress: bytes done and bytes in all, over all images.
  /// - Throws: `fileMissing`, `manifestMalformed` for a file that is no manifest and is not signed as one,
  ///   `manifestNewer`.
  package func perform(
    progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> Result {
    var report = VerificationReport(subject: path.string)
    let (opened, digest) = try checkManifest(&report)
    guard let signed = opened else {
      report.skip("images", because: "the manifest cannot be read")
      return Result(report: report, manifest: nil, manifestDigest: digest)
    }
    let manifest = try fill(signed, digest, &report)
    // Files are digested beside the images, whose pass leaves a processor idle at times.
    let files = FileChecks(
      manifest.allFiles,
      check: FileCheck(folders: FileFolders(folder, besides: elsewhere(manifest)), stop: settings.stop)
    ) { [level = settings.level] file in
      // A raw image in one file is read in a moment anyway; the digest of its contents is that of the file.
      level == .full && manifest.images.contains { $0.isPlain && $0.segments == [file] }
    }
    var ofImages = VerificationReport(subject: path.string)
    var computed: [ComputedWhole.Image] = []
    let images = Swift.Result { () throws(EvidenceError) in
      try checkImages(of: manifest, &ofImages, &computed, progress: progress)
    }
    take(files.finish(), of: manifest, &report)
    try images.get()
    checkSums(of: manifest, manifestDigest: digest, &report)
    checkUnlisted(manifest, &report)
    checkRecords(of: manifest, &report)
    report.absorb(ofImages)
    checkVerdict(of: manifest, &report)
    var result = Result(report: report, manifest: signed, manifestDigest: digest, filled: manifest)
    if report.verdict == .verified { result.computedWhole = ComputedWhole(computed, of: manifest) }
    return result
  }

  /// Signature, form and consistency of the manifest itself; no other file is looked at.
  /// - Returns: `nil` where it cannot be read as a manifest, which is among the findings.
  /// - Throws: as ``perform(progress:)``.
  func checkManifest(
    _ report: inout VerificationReport
  ) throws(EvidenceError) -> (manifest: Manifest?, digest: Digest) {
    // A pipe would make everybody wait.
    if let kind = Files.kind(path), kind != .file {
      throw EvidenceError(.manifestMalformed, path.string, "not a regular file")
    }
    let bytes = try Files.ownContents(path, cap: Manifest.largestFile)
    let digest = Digest.of(bytes, .sha256)
    report.manifests = [name: digest]
    let signature = folder.appending(name + ".p7s")
    let isSigned = Files.exists(signature)
    try checkSignature(of: bytes, at: signature, isThere: isSigned, &report)
    do throws(EvidenceError) {
      let manifest = try Manifest(parsing: bytes, name: name)
      report.take(
        "\(name): consistency", against: "itself",
        manifest.consistencyFindings(subject: name) + nameFindings(manifest))
      return (manifest, digest)
    } catch {
      // Beside a signature it is a manifest that was altered; otherwise it is some other file.
      guard error.code != .manifestNewer else { throw error }
      guard isSigned else { throw EvidenceError(.manifestMalformed, path.string, error.detail) }
      report.take(
        "\(name): form", against: "manifest format 1",
        [Finding(.manifestMalformed, subject: name, observed: error.detail)])
      return (nil, digest)
    }
  }

  /// A manifest under another name than its own, and streams of a later version.
  private func nameFindings(_ manifest: Manifest) -> [Finding] {
    var findings: [Finding] = []
    let expected = RecordNames(acquisition: manifest.acquisition.name).manifest
    if expected != name {
      findings.append(Finding(.manifestInconsistent, subject: name, expected: expected, observed: name))
    }
    for stream in manifest.streams where stream.name != Manifest.Stream.main {
      findings.append(Finding(.streamNotVerified, subject: "\(name): stream \(stream.name)"))
    }
    return findings
  }

  // MARK: Signature

  private func checkSignature(
    of manifest: [UInt8], at path: FilePath, isThere: Bool, _ report: inout VerificationReport
  ) throws(EvidenceError) {
    let subject = path.lastComponent?.string ?? path.string
    let bytes: [UInt8]?
    do throws(EvidenceError) {
      bytes = isThere ? try Files.ownContents(path, cap: SignatureCheck.largestFile) : nil
    } catch {
      return report.take(
        "\(name): signature", against: "its form",
        [Finding(.signatureInvalid, subject: subject, expected: "a signature", observed: error)])
    }
    let (signatures, findings) = try ManifestSignature.check(
      manifest: manifest, signature: bytes, trust: settings.trust, subject: subject)
    report.signers = signatures?.signers ?? []
    let against =
      settings.trust.isEmpty
      ? "the certificate inside the signature; none was given to trust"
      : "\(settings.trust.certificates.count) trusted certificate\(settings.trust.certificates.count == 1 ? "" : "s")"
    report.take("\(name): signature", against: against, findings)
    if let bytes, let signatures, signatures.isIntact {
      try checkRenewals(of: bytes, at: path, signatures.signers, &report)
    }
  }

  private func checkRenewals(
    of signature: [UInt8], at path: FilePath, _ signers: [SignerReport], _ report: inout VerificationReport
  ) throws(EvidenceError) {
    let subject = path.lastComponent?.string ?? path.string
    do throws(EvidenceError) {
      let renewals = try TimestampRenewals.beside(path)
      let (reports, findings) = try renewals.check(
        signature, name: subject, signers: signers, trust: settings.trust, now: now)
      report.renewals = reports
      guard !reports.isEmpty || !findings.isEmpty else { return }
      report.take("\(subject): renewed time stamps", against: "the files before them", findings)
    } catch {
      guard error.code != .cryptographyFailed else { throw error }
      report.take(
        "\(subject): renewed time stamps", against: "their form",
        [Finding(.timestampInvalid, subject: subject, observed: error)])
    }
  }

  // MARK: Files

  private func take(_ files: [FileChecks.Result], of manifest: Manifest, _ report: inout VerificationReport) {
    guard !settings.stop.isRaised else {
      // A digest that was cut short says nothing of the file.
      report.wasStopped = true
      return report.skip("files", because: "the verification was stopped")
    }
    let away = away(manifest)
    for folder in away {
      report.findings.append(
        Finding(.copyNotChecked, .warning, subject: folder, expected: "a folder with segments of \(name)"))
    }
    let segments = Set(manifest.images.flatMap(\.segments).map(\.name))
    for file in files {
      // It may lie in the folder that is not at hand.
      if !away.isEmpty, file.finding?.code == .fileMissing, segments.contains(file.name) {
        report.skip("\(file.name): size and SHA-256", because: Self.notAtHand(away))
        continue
      }
      report.take(
        file.skipsDigest ? "\(file.name): size" : "\(file.name): size and SHA-256", against: "manifest",
        file.finding.map { [$0] } ?? [])
    }
  }

  private static func notAtHand(_ folders: [String]) -> String {
    "\(folders.joined(separator: ", ")) not at hand"
  }

  /// Those that are there.
  private var renewalNames: [String] {
    ((try? TimestampRenewals.beside(folder.appending(name + ".p7s")))?.renewals ?? []).map(\.name)
  }

  /// It is there while an acquisition is read back, before it gets its name.
  private var ownJournal: [String] {
    let (place, suffix) = (folder.lastComponent?.string ?? "", OutputFolder.partialSuffix)
    guard place.hasSuffix(suffix) else { return [] }
    return [RecordNames(acquisition: String(place.dropLast(suffix.count))).journal]
  }

  private func checkUnlisted(_ manifest: Manifest, _ report: inout VerificationReport) {
    let known = Set(
      manifest.allFiles.map(\.name) + [name, name + ".p7s", RecordNames.sums] + ownJournal + renewalNames
        + wholeDigestsNames(manifest))
    for other in ((try? Files.names(in: folder)) ?? []) where !known.contains(other) {
      report.findings.append(Finding(.fileUnlisted, .note, subject: other))
    }
    // Of two files of one name only the first is looked at: somebody could take the other for it.
    let folders = FileFolders(folder, besides: elsewhere(manifest))
    for file in manifest.allFiles {
      for second in folders.paths(of: file.name).dropFirst() {
        report.findings.append(
          Finding(
            .fileUnlisted, .warning, subject: second.string, expected: "one file of this name",
            observed: "\(folders.path(of: file.name)) is the one that was checked"))
      }
    }
  }

  private func checkSums(of manifest: Manifest, manifestDigest: Digest, _ report: inout VerificationReport) {
    let path = folder.appending(RecordNames.sums)
    guard Files.exists(path) else {
      return report.take(
        RecordNames.sums, against: "manifest",
        [Finding(.fileMissing, subject: RecordNames.sums, expected: "a list of digests", observed: "no file")]
      )
    }
    var findings: [Finding] = []
    do throws(EvidenceError) {
      let bytes = try Files.ownContents(path, cap: DigestList.largestFile)
      let list = try DigestList(parsing: bytes, name: RecordNames.sums)
      let known = manifest.allFiles.compactMap(\.recorded)
      var expected = Dictionary(known.map { ($0.name, $0.sha256) }) { first, _ in first }
      expected[name] = manifestDigest
      let later = wholeDigestsNames(manifest)
      for file in [name + ".p7s"] + renewalNames + later {
        if let bytes = try? Files.ownContents(folder.appending(file), cap: SignatureCheck.largestFile) {
          expected[file] = Digest.of(bytes, .sha256)
        }
      }
      let listed = Dictionary(list.entries.map { ($0.name, $0.sha256) }) { first, _ in first }
      for file in Set(expected.keys).union(listed.keys).sorted() where expected[file] != listed[file] {
        findings.append(
          Finding(
            .sumsMismatch, listed[file] == nil && addedLater(file, manifest) ? .warning : .failure,
            subject: "\(RecordNames.sums): \(file)", expected: expected[file]?.hex ?? "no entry",
            observed: listed[file]?.hex ?? "no entry"))
      }
    } catch {
      findings.append(Finding(.sumsMismatch, subject: RecordNames.sums, observed: error))
    }
    report.take(RecordNames.sums, against: "manifest", findings)
  }

  // MARK: Map

  private func checkRecords(of manifest: Manifest, _ report: inout VerificationReport) {
    for stream in manifest.streams {
      let file = RecordNames(acquisition: manifest.acquisition.name).map(stream: stream.name)
      guard manifest.files.contains(where: { $0.name == file }) else {
        report.skip("\(file): sector map", because: "the manifest lists no such file")
        continue
      }
      var findings: [Finding] = []
      do throws(EvidenceError) {
        let bytes = try Files.contents(folder.appending(file), cap: MapFile.largestFile)
        let map = try MapFile(parsing: bytes, sectorSize: stream.unitSize, length: stream.length, name: file)
          .map
        if map.runs != stream.map.runs { findings.append(Finding(.manifestInconsistent, subject: file)) }
      } catch  where error.code == .fileMissing {
        report.skip("\(file): sector map", because: "it is missing")
        continue
      } catch {
        findings.append(Finding(.manifestInconsistent, subject: file, observed: error))
      }
      report.take("\(file): sector map", against: "manifest", findings)
    }
  }

  // MARK: Images

  private func checkImages(
    of manifest: Manifest, _ report: inout VerificationReport, _ computed: inout [ComputedWhole.Image],
    progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) {
    guard let stream = manifest.mainStream else { return }
    // Only the division this format version prescribes: a stated chunk size must not decide how much memory is taken.
    let plan = ChunkPlan(length: stream.length, sectorSize: stream.unitSize)
    guard plan.chunkSize == stream.chunks.size else {
      report.take(
        "\(name): chunk size", against: "manifest format 1",
        [
          Finding(
            .manifestInconsistent, subject: name, expected: "chunks of \(plan.chunkSize) bytes",
            observed: "chunks of \(stream.chunks.size) bytes")
        ])
      return report.skip("images", because: "the chunks cannot be compared")
    }
    let comparison: ChunkComparison
    do throws(EvidenceError) {
      let bytes = try Files.contents(folder.appending(stream.chunks.file), cap: ChunkFile.largestFile)
      comparison = try ChunkComparison(
        chunkFile: bytes, plan: plan, sectorSize: stream.unitSize, name: stream.chunks.file)
    } catch {
      report.take(
        "\(stream.chunks.file): form", against: "chunk file format",
        [Finding(.chunkFileMalformed, subject: stream.chunks.file, observed: error)])
      return report.skip(
        "images", because: "without the chunk digests there is nothing to compare chunks with")
    }
    report.take(
      "\(stream.chunks.file): Merkle root", against: "manifest",
      comparison.recordedRoot == stream.chunks.merkleRoot
        ? []
        : [
          Finding(
            .merkleRootMismatch, subject: stream.chunks.file, expected: stream.chunks.merkleRoot.hex,
            observed: comparison.recordedRoot.hex)
        ])
    let total = stream.length.multipliedReportingOverflow(by: UInt64(manifest.images.count)).partialValue
    for (index, image) in manifest.images.enumerated() {
      let before = stream.length &* UInt64(index)
      try check(image, of: stream, in: manifest, comparison, &report, &computed) {
        progress(before &+ $0, total)
      }
      if report.wasStopped { return }
    }
  }

  private func check(
    _ image: Manifest.Image, of stream: Manifest.Stream, in manifest: Manifest, _ comparison: ChunkComparison,
    _ report: inout VerificationReport, _ computed: inout [ComputedWhole.Image],
    progress: @escaping @Sendable (UInt64) -> Void
  ) throws(EvidenceError) {
    guard let first = image.segments.first,
      let contents = image.contents.first(where: { $0.stream == stream.name })
    else { return }
    let away = away(manifest)
    let folders = FileFolders(folder, besides: elsewhere(manifest))
    if !away.isEmpty, image.segments.contains(where: { !Files.exists(folders.path(of: $0.name)) }) {
      return report.skip("\(first.name): contents", because: Self.notAtHand(away))
    }
    let reader: any ImageReader
    do throws(EvidenceError) {
      reader = try Formats.openRecorded(
        FileFolders(folder, besides: elsewhere(manifest)).path(of: first.name), as: image.format,
        DiskOpening(sectorSize: stream.unitSize, besides: [folder] + elsewhere(manifest)),
        description: folder.appending(RecordNames(acquisition: manifest.acquisition.name).disc))
    } catch {
      let code: FindingCode =
        [.segmentMissing, .fileMissing].contains(error.code) ? .segmentMissing : .structureDamaged
      return report.take(
        "\(first.name): opening", against: "its format",
        [Finding(code, subject: first.name, observed: error)])
    }
    let names = reader.segments.compactMap { $0.lastComponent?.string }
    guard names == image.segments.map(\.name) else {
      return report.take(
        "\(first.name): segments", against: "manifest",
        reader.structureFindings + [
          Finding(
            .segmentMissing, subject: first.name,
            expected: image.segments.map(\.name).joined(separator: " "),
            observed: names.joined(separator: " "))
        ])
    }
    guard reader.geometry.length == contents.length else {
      return report.take(
        "\(first.name): length", against: "manifest",
        reader.structureFindings + [
          Finding(
            .lengthMismatch, subject: first.name, expected: "\(contents.length) bytes",
            observed: "\(reader.geometry.length) bytes")
        ])
    }
    // A stream longer than its image, or shorter by more than padding: how much memory is taken must not follow from it.
    let (padding, isTooLong) = contents.length.subtractingReportingOverflow(stream.length)
    guard !isTooLong, padding < UInt64(stream.unitSize) else {
      return report.take(
        "\(first.name): length", against: "the stream",
        [
          Finding(
            .lengthMismatch, subject: first.name,
            expected: "\(stream.length) bytes and less than one unit of padding",
            observed: "\(contents.length) bytes")
        ])
    }
    report.take(
      "\(first.name): description", against: "manifest",
      DescriptionCheck.findings(reader, manifest, subject: first.name))
    let result = try ImageCheck(reader: reader, name: first.name, settings: settings).perform(
      length: stream.length,
      reference: ImageCheck.Reference(
        digests: stream.digests, contentDigests: contents.digests, merkleRoot: stream.chunks.merkleRoot,
        chunks: comparison, later: stream.laterDigests,
        wholeSource: stream.laterDigests.isEmpty ? "manifest" : self.names(manifest).wholeDigests),
      report: &report, progress: progress)
    computed.append(.init(file: first.name, medium: result.digests, contents: result.contentDigests))
    guard !stream.tracks.isEmpty, !report.wasStopped else { return }
    guard settings.level == .full else {
      return report.skip("\(first.name): digests of tracks", because: "only chunk digests were asked for")
    }
    try TrackCheck(reader: reader, name: first.name, stop: settings.stop).perform(stream, &report)
  }

  // MARK: What the acquisition itself reported

  private func checkVerdict(of manifest: Manifest, _ report: inout VerificationReport) {
    switch manifest.verdict {
    case .complete: break
    case .completeWithUnreadable:
      for range in manifest.mainStream?.map.ranges(in: .unreadable) ?? [] {
        report.findings.append(Finding(.sectorsUnreadable, .note, subject: name, sectors: range))
      }
    case .incomplete(let reason):
      report.findings.append(Finding(.acquisitionIncomplete, .warning, subject: name, observed: reason))
    }
    for pause in manifest.acquisition.pauses where pause.journal == .unsigned {
      report.findings.append(
        Finding(
          .resumedUnauthenticated, .warning, subject: name, expected: "a signed journal",
          observed: "resumed at \(pause.resumed) from an unsigned one"))
    }
  }
}
