import Digests
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage

/// Digests of the whole that a full verification computed, although none are recorded.
package struct ComputedWhole: Hashable, Sendable {
  /// What one image gave.
  struct Image: Hashable, Sendable {
    /// Name of its first file.
    let file: String
    /// Of the medium's length.
    let medium: DigestSet
    /// Padding included.
    let contents: DigestSet
  }

  /// By the name of the stream.
  package let streams: [String: DigestSet]
  package let contents: [WholeDigests.Contents]

  /// - Returns: `nil` where the manifest leaves nothing for later, or not all of it was computed.
  init?(_ images: [Image], of manifest: Manifest) {
    guard let stream = manifest.mainStream, !stream.laterDigests.isEmpty, stream.digests.isEmpty,
      images.count == manifest.images.count, let first = images.first
    else { return nil }
    func chosen(_ digests: DigestSet) -> DigestSet {
      DigestSet(digests.all.filter { stream.laterDigests.contains($0.algorithm) })
    }
    let whole = chosen(first.medium)
    guard Set(whole.all.map(\.algorithm)) == stream.laterDigests,
      images.allSatisfy({ chosen($0.medium) == whole })
    else { return nil }
    self.streams = [stream.name: whole]
    self.contents = images.map {
      WholeDigests.Contents(file: $0.file, stream: stream.name, digests: chosen($0.contents))
    }
  }
}

extension ManifestVerification {
  func names(_ manifest: Manifest) -> RecordNames { RecordNames(acquisition: manifest.acquisition.name) }

  /// The files with digests of the whole that were added to this manifest, where they are.
  func wholeDigestsNames(_ manifest: Manifest) -> [String] {
    let names = names(manifest)
    guard manifest.isSegmented, Files.exists(folder.appending(names.wholeDigests)) else { return [] }
    return [names.wholeDigests, names.wholeDigestsSignature]
  }

  /// A list of sums that was not brought up to date when digests were added misses these.
  func addedLater(_ file: String, _ manifest: Manifest) -> Bool {
    let isOpen = manifest.images.contains {
      $0.isPlain && $0.segments.count == 1 && $0.segments[0].name == file
    }
    return manifest.isSegmented && (isOpen || wholeDigestsNames(manifest).contains(file))
  }

  /// Checks the digests of the whole that were added later, where there are any.
  /// - Returns: the manifest with them; as it is signed where there are none, or they do not hold.
  func fill(
    _ manifest: Manifest, _ digest: Digest, _ report: inout VerificationReport
  ) throws(EvidenceError) -> Manifest {
    guard !wholeDigestsNames(manifest).isEmpty else { return manifest }
    let names = names(manifest)
    let path = folder.appending(names.wholeDigests)
    func fail(_ finding: Finding) -> Manifest {
      report.take("\(names.wholeDigests): digests of the whole, added later", against: "manifest", [finding])
      return manifest
    }
    let bytes: [UInt8]
    let whole: WholeDigests
    do throws(EvidenceError) {
      bytes = try Files.ownContents(path, cap: WholeDigests.largestFile)
      guard try checkSignature(ofWhole: bytes, names, &report) else { return manifest }
      whole = try WholeDigests(parsing: bytes, name: names.wholeDigests)
    } catch {
      guard error.code != .cryptographyFailed else { throw error }
      return fail(Finding(.manifestMalformed, subject: names.wholeDigests, observed: error.detail))
    }
    guard let filled = manifest.adding(whole, manifestDigest: digest) else {
      return fail(
        Finding(
          .manifestInconsistent, subject: names.wholeDigests,
          expected: "the digests that manifest \(digest) leaves for later",
          observed: "others, of manifest \(whole.manifest)"))
    }
    let known = manifest.consistencyFindings(subject: names.wholeDigests)
    report.take(
      "\(names.wholeDigests): digests of the whole, computed \(whole.computed)", against: "manifest",
      filled.consistencyFindings(subject: names.wholeDigests).filter { !known.contains($0) })
    return filled
  }

  /// - Returns: whether it holds.
  private func checkSignature(
    ofWhole bytes: [UInt8], _ names: RecordNames, _ report: inout VerificationReport
  ) throws(EvidenceError) -> Bool {
    let subject = names.wholeDigestsSignature
    let path = folder.appending(subject)
    var signature: [UInt8]?
    do throws(EvidenceError) {
      if Files.exists(path) { signature = try Files.ownContents(path, cap: SignatureCheck.largestFile) }
    } catch {
      report.take(
        "\(names.wholeDigests): signature", against: "its form",
        [Finding(.signatureInvalid, subject: subject, expected: "a signature", observed: error)])
      return false
    }
    let (signatures, findings) = try ManifestSignature.check(
      manifest: bytes, signature: signature, trust: settings.trust, subject: subject)
    report.take(
      "\(names.wholeDigests): signature",
      against: settings.trust.isEmpty
        ? "the certificate inside the signature; none was given to trust" : "trusted certificates", findings)
    for signer in signatures?.signers ?? []
    where !report.signers.contains(where: { $0.certificate == signer.certificate }) {
      report.signers.append(signer)
    }
    return !findings.contains { $0.severity == .failure }
  }
}
