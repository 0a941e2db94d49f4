import Digests
import Evidence
import Manifests
import SystemIO
import SystemPackage

/// Verifies a partial proof: some sectors of an image against the signed manifest, without the rest of the image.
package struct ProofVerification {
  private let folder: FilePath
  private let settings: VerificationSettings

  /// - Parameter folder: holds one `NAME.proof.json` and what it names.
  package init(_ folder: FilePath, _ settings: VerificationSettings) {
    self.folder = folder
    self.settings = settings
  }

  /// The name of the proof in a folder; `nil` where there is none.
  /// - Throws: `proofMalformed` where there are several, `readFailed`.
  package static func proof(in folder: FilePath) throws(EvidenceError) -> String? {
    let proofs = try Files.names(in: folder).filter { $0.hasSuffix(ending) }
    guard proofs.count < 2 else {
      throw EvidenceError(.proofMalformed, folder.string, "\(proofs.count) proofs where one is needed")
    }
    return proofs.first
  }

  /// How the name of a proof ends.
  static let ending = ".proof.json"

  /// Blocks until done.
  /// - Parameter progress: bytes done and bytes in all.
  /// - Throws: `fileMissing`, `proofMalformed` where the folder holds no proof; what reading the manifest throws.
  package func perform(
    progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> VerificationReport {
    guard let name = try Self.proof(in: folder) else {
      throw EvidenceError(.proofMalformed, folder.string, "no \(Self.ending) in it")
    }
    let names = RecordNames(acquisition: String(name.dropLast(Self.ending.count)))
    var report = VerificationReport(subject: folder.string)
    let proof: PartialProof
    do throws(EvidenceError) {
      let bytes = try Files.contents(folder.appending(name), cap: PartialProof.largestFile)
      proof = try PartialProof(parsing: bytes, name: name)
    } catch {
      report.take(
        "\(name): form", against: "proof format \(PartialProof.version)",
        [Finding(.proofMalformed, subject: name, observed: error)])
      return report
    }
    let manifest = try ManifestVerification(folder.appending(names.manifest), settings)
      .checkManifest(&report).manifest
    guard let manifest else {
      report.skip("the sectors", because: "the manifest cannot be read")
      return report
    }
    let shown = ShownSectors(proof, of: manifest)
    report.take(
      "\(name): form", against: "the manifest",
      shown.problem.map { [Finding(.proofMalformed, subject: name, observed: $0)] }
        ?? (proof.manifest == names.manifest
          ? []
          : [
            Finding(.proofMalformed, subject: name, expected: names.manifest, observed: proof.manifest)
          ]))
    guard shown.problem == nil else {
      report.skip("the sectors", because: "the proof does not fit the manifest")
      return report
    }
    try checkContents(proof, shown, names, &report, progress: progress)
    describe(shown, names, &report)
    return report
  }

  // MARK: Contents

  private func checkContents(
    _ proof: PartialProof, _ shown: ShownSectors, _ names: RecordNames, _ report: inout VerificationReport,
    progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) {
    for (name, size) in [(names.proofChunks, shown.chunkBytes), (names.proofSectors, shown.sectorBytes)] {
      guard let finding = try refusal(name, size) else { continue }
      report.take("\(name): size", against: "the proof", [finding])
      return report.skip("the sectors", because: "a file of the bundle is not as it must be")
    }
    let chunks = try OwnedDescriptor.openFile(folder.appending(names.proofChunks))
    let sectors = try OwnedDescriptor.openFile(folder.appending(names.proofSectors))
    var findings: [Finding] = []
    for (place, chunk) in zip(shown.places, proof.chunks) {
      guard !settings.stop.isRaised else { break }
      let digest = try chunks.sha256(of: place.bytes)
      let root = MerkleTree.root(
        from: digest, chunk: chunk.number, of: shown.plan.chunkCount, path: chunk.path)
      if root != shown.root {
        findings.append(
          Finding(
            .proofPathWrong, subject: "\(names.proofChunks): chunk \(chunk.number)",
            expected: "Merkle root \(shown.root)", observed: root.map { "Merkle root \($0)" } ?? "no root",
            sectors: shown.plan.sectors(ofChunk: chunk.number, sectorSize: shown.sectorSize)))
      }
      progress(place.bytes.upperBound, shown.chunkBytes)
    }
    guard !settings.stop.isRaised else {
      report.wasStopped = true
      return report.skip("the sectors", because: "the verification was stopped")
    }
    report.hasReference = true
    report.take(
      "\(names.proofChunks): chunks \(shown.chunks.listed())", against: "Merkle root in the manifest",
      findings)
    try compare(sectors, with: chunks, shown, names, &report)
    report.computed[names.proofSectors] = DigestSet([
      try sectors.sha256(of: 0..<shown.sectorBytes)
    ])
  }

  /// Why a file cannot be the one of the bundle; `nil` where it can.
  private func refusal(_ name: String, _ size: UInt64) throws(EvidenceError) -> Finding? {
    let path = folder.appending(name)
    guard Files.kind(path, followLinks: false) == .file else {
      return Finding(.fileMissing, subject: name, expected: "\(size) bytes", observed: "no regular file")
    }
    let observed = try OwnedDescriptor.openFile(path).fileSize()
    return observed == size
      ? nil
      : Finding(.fileSizeMismatch, subject: name, expected: "\(size) bytes", observed: "\(observed) bytes")
  }

  /// The sectors that were asked for are the ones inside the chunks.
  private func compare(
    _ sectors: borrowing OwnedDescriptor, with chunks: borrowing OwnedDescriptor, _ shown: ShownSectors,
    _ names: RecordNames, _ report: inout VerificationReport
  ) throws(EvidenceError) {
    var findings: [Finding] = []
    var position: UInt64 = 0
    for range in shown.sectors {
      let bytes = shown.plan.bytes(of: range, sectorSize: shown.sectorSize)
      var isEqual = true
      for (part, offset) in shown.parts(of: bytes) {
        let own = position + part.lowerBound - bytes.lowerBound
        let length = part.upperBound - part.lowerBound
        if try !sectors.holds(own..<own + length, of: chunks, from: offset) { isEqual = false }
      }
      if !isEqual {
        findings.append(Finding(.proofSectorsDiffer, subject: names.proofSectors, sectors: range))
      }
      position += bytes.upperBound - bytes.lowerBound
    }
    report.take(
      "\(names.proofSectors): sectors \(shown.sectors.listed())", against: names.proofChunks, findings)
  }

  // MARK: What it means

  private func describe(_ shown: ShownSectors, _ names: RecordNames, _ report: inout VerificationReport) {
    for (state, meaning) in [(SectorState.unreadable, "unreadable"), (.notAttempted, "not attempted")] {
      let parts = shown.sectors.flatMap { shown.map.ranges(in: state, within: $0) }.joined()
      guard !parts.isEmpty else { continue }
      report.findings.append(
        Finding(
          .sectorsUnreadable, .note, subject: names.proofSectors,
          observed: "sectors \(parts.listed()): \(meaning), filled"))
    }
    if !shown.others.isEmpty {
      report.findings.append(
        Finding(
          .proofShowsMore, .note, subject: names.proofChunks, observed: "sectors \(shown.others.listed())"))
    }
    report.skip("every other sector of the medium", because: "the bundle does not hold it")
    report.skip("images, chunk file, map", because: "the bundle does not hold them")
  }
}
