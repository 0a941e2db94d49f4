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
    paths: ["Front/exhibit-verify/", "Base/SystemIO/Sandbox.swift"],
    answer: "Arguments, the sandbox that is entered before the first byte is read, the exit status."),
  Step(
    question: "What is compared with what, and what is the verdict?",
    paths: [
      "Work/Verification/VerificationSubject.swift", "Work/Verification/VerificationSettings.swift",
      "Work/Verification/ManifestVerification.swift",
      "Work/Verification/ImageCheck.swift", "Work/Verification/ImagePass.swift",
      "Work/Verification/ChunkComparison.swift",
      "Work/Verification/WholeDigestStage.swift", "Work/Verification/FileCheck.swift",
      "Work/Verification/VerificationReport.swift", "Base/Evidence/Verdict.swift",
      "Base/Evidence/Finding.swift",
    ],
    answer:
      "`ManifestVerification.perform` is the whole of it, in order; each comparison ends as a check and its findings in the report, whose verdict is the worst of them."
  ),
  Step(
    question: "Does it read the manifest strictly?",
    paths: [
      "Base/CanonicalJSON/JSONParser.swift", "Base/CanonicalJSON/StrictObject.swift",
      "Record/Manifests/ManifestDecoding.swift", "Record/Manifests/ManifestDecodingStreams.swift",
      "Record/Manifests/ManifestDecodingProvenance.swift", "Record/Manifests/ManifestConsistency.swift",
      "Record/Manifests/ChunkFile.swift", "Record/Manifests/DigestList.swift",
      "Record/Manifests/RecordNames.swift",
      "Record/Manifests/TextLines.swift",
    ],
    answer: "Unknown fields, second keys, other bytes than the canonical ones and paths are refused."),
  Step(
    question: "Is a digest the digest?",
    paths: [
      "Base/Digests/StreamingDigest.swift", "Base/Digests/ChunkedSHA256.swift", "Base/Digests/ChunkMD5.swift",
      "Base/Digests/MerkleTree.swift", "Base/CDigestLanes/",
    ],
    answer:
      "libcrypto's, but for two kernels of our own: MD5 in lanes, and SHA-256 of the whole beside that of a chunk. `sha256sum` and `md5sum` give the same."
  ),
  Step(
    question: "Who signed, and who says so?",
    paths: [
      "Record/Manifests/ManifestSignature.swift", "Base/Signing/SignatureCheck.swift",
      "Base/Signing/MessageCheck.swift",
      "Base/Signing/SignedMessage.swift", "Base/Signing/Trust.swift", "Base/Signing/TimestampToken.swift",
      "Base/CSigning/Messages.c", "Base/CSigning/Trust.c", "Base/CSigning/Tokens.c",
    ],
    answer:
      "libcrypto verifies; these say what is asked of it and turn the answer into findings. `openssl cms` and `openssl ts` give the same."
  ),
  Step(
    question: "Is what an E01 holds read right?",
    paths: [
      "Formats/DiskImages/EWF/EWFOpening.swift", "Formats/DiskImages/EWF/EWFLayout.swift",
      "Formats/DiskImages/EWF/EWFTable.swift", "Formats/DiskImages/EWF/EWFTableCollector.swift",
      "Formats/DiskImages/EWF/EWFChunkMap.swift", "Formats/DiskImages/EWF/EWFReader.swift",
      "Formats/DiskImages/EWF/EWFReadRequest.swift", "Formats/DiskImages/EWF/EWFChunkDecoder.swift",
      "Formats/FormatKit/Deflate.swift",
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
