import Foundation
import Testing

/// The way through `exhibit-verify` for somebody who wants to be convinced by reading it: `Docs/reading-exhibit-verify.md`
/// is written from this list, so that no file of it can go without the document saying so.
private struct Step {
  let question: String
  /// Files, or folders ending with a slash.
  let paths: [String]
  let answer: String
}

private let steps = [
  Step(
    question: "What can it do to me and to the evidence?",
    paths: ["exhibit-verify/", "SystemIO/Sandbox.swift"],
    answer: "Arguments, the sandbox that is entered before the first byte is read, the exit status."),
  Step(
    question: "What is compared with what, and what is the verdict?",
    paths: [
      "Verification/VerificationSubject.swift", "Verification/ManifestVerification.swift",
      "Verification/ImageCheck.swift", "Verification/ImagePass.swift", "Verification/ChunkComparison.swift",
      "Verification/WholeDigestStage.swift", "Verification/FileCheck.swift",
      "Verification/VerificationReport.swift", "Evidence/Verdict.swift", "Evidence/Finding.swift",
    ],
    answer:
      "`ManifestVerification.perform` is the whole of it, in order; each comparison ends as a check and its findings in the report, whose verdict is the worst of them."
  ),
  Step(
    question: "Does it read the manifest strictly?",
    paths: [
      "CanonicalJSON/JSONParser.swift", "CanonicalJSON/StrictObject.swift",
      "Manifests/ManifestDecoding.swift", "Manifests/ManifestDecodingStreams.swift",
      "Manifests/ManifestDecodingProvenance.swift", "Manifests/ManifestConsistency.swift",
      "Manifests/ChunkFile.swift", "Manifests/DigestList.swift", "Manifests/RecordNames.swift",
      "Manifests/TextLines.swift",
    ],
    answer: "Unknown fields, second keys, other bytes than the canonical ones and paths are refused."),
  Step(
    question: "Is a digest the digest?",
    paths: [
      "Digests/StreamingDigest.swift", "Digests/ChunkedSHA256.swift", "Digests/ChunkMD5.swift",
      "Digests/MerkleTree.swift", "CDigestLanes/",
    ],
    answer:
      "libcrypto's, but for two kernels of our own: MD5 in lanes, and SHA-256 of the whole beside that of a chunk. `sha256sum` and `md5sum` give the same."
  ),
  Step(
    question: "Who signed, and who says so?",
    paths: [
      "Manifests/ManifestSignature.swift", "Signing/SignatureCheck.swift", "Signing/MessageCheck.swift",
      "Signing/SignedMessage.swift", "Signing/Trust.swift", "Signing/TimestampToken.swift",
      "CSigning/Messages.c", "CSigning/Trust.c", "CSigning/Tokens.c",
    ],
    answer:
      "libcrypto verifies; these say what is asked of it and turn the answer into findings. `openssl cms` and `openssl ts` give the same."
  ),
  Step(
    question: "Is what an E01 holds read right?",
    paths: [
      "ImageFormats/EWF/EWFOpening.swift", "ImageFormats/EWF/EWFLayout.swift",
      "ImageFormats/EWF/EWFTable.swift", "ImageFormats/EWF/EWFTableCollector.swift",
      "ImageFormats/EWF/EWFChunkMap.swift", "ImageFormats/EWF/EWFReader.swift",
      "ImageFormats/EWF/EWFReadRequest.swift", "ImageFormats/EWF/EWFChunkDecoder.swift",
      "ImageFormats/Deflate.swift",
    ],
    answer:
      "Sections to tables, tables to chunks, chunks to bytes. Only for an E01: a raw image is its bytes. `ewfexport` gives the same."
  ),
]

@Suite struct VerifierReadingTests {
  @Test func theDocumentNamesWhatThereIs() throws {
    let place = SourceTree.root.appending(path: "Docs/reading-exhibit-verify.md")
    if ProcessInfo.processInfo.environment["EXHIBIT_UPDATE_DOCS"] == "1" {
      try document().write(to: place, atomically: true, encoding: .utf8)
    }
    let text = try String(contentsOf: place, encoding: .utf8)
    #expect(text == document(), "run: EXHIBIT_UPDATE_DOCS=1 swift test --filter VerifierReadingTests")
  }

  @Test func everyStepHasItsFiles() {
    for path in steps.flatMap(\.paths) { #expect(!files(path).isEmpty, "\(path)") }
  }

  private func files(_ path: String) -> [SourceTree.File] {
    SourceTree.files.filter {
      path.hasSuffix("/") ? $0.path.hasPrefix("Sources/" + path) : $0.path == "Sources/" + path
    }
  }

  /// To the nearest hundred, so that the document does not change with every line.
  private func lines(_ paths: [String]) -> Int {
    let count = paths.flatMap(files).reduce(0) { $0 + $1.lines.count }
    return (count + 50) / 100 * 100
  }

  private func document() -> String {
    let total = lines(steps.flatMap(\.paths))
    var text = """
      # Reading exhibit-verify

      Written by `EXHIBIT_UPDATE_DOCS=1 swift test --filter VerifierReadingTests`; not edited by hand.

      For the expert of the other side, who wants to know why the program says what it says. It links more than this, since it also reads discs, partial proofs, bags and audit logs; what decides over a manifest and its images are these files, about \(total) lines, in the order of the questions one has. The numbers of lines are rounded to hundreds.


      """
    for (number, step) in steps.enumerated() {
      text += "## \(number + 1). \(step.question)\n\n\(step.answer) About \(lines(step.paths)) lines.\n\n"
      for path in step.paths { text += "* [`Sources/\(path)`](../Sources/\(path))\n" }
      text += "\n"
    }
    text += """
      ## What need not be believed

      Nothing of this must be taken on trust: `VERIFY.md` in every hand-over has the commands of stock programs that compare the same things, and `Docs/formats` has two Python scripts of about a hundred lines, for a partial proof and for an audit log. Where they and `exhibit-verify` differ, the evidence deserves a second look, or the program does.

      """
    return text
  }
}
