import Evidence
import Manifests
import Verification

/// The page in a bundle that says in words what it shows, what it does not, and how to check it.
struct ProofGuide {
  static let name = "VERIFY.md"

  let text: String

  init(_ shown: ShownSectors, _ stream: Manifest.Stream, _ manifest: Manifest, _ names: RecordNames) {
    let unit = "sectors of \(stream.unitSize) bytes"
    let onMedium =
      stream.firstUnit.map {
        "\nSector 0 of the image is sector \($0) of the medium: only a range of it was acquired.\n"
      } ?? ""
    let others =
      shown.others.isEmpty
      ? "Nothing else: the sectors that were asked for fill their chunks."
      : "Besides them, because a chunk is proven as a whole: sectors \(shown.others.listed())."
    self.text = """
      # Sectors \(shown.sectors.listed()) of item \(manifest.item.number.description)

      This folder shows \(shown.sectors.reduce(0) { $0 + $1.count }) \(unit) of an acquisition, and proves that they are
      what was read, without the rest of the image.
      \(onMedium)
      | file | what it is |
      |---|---|
      | \(names.proofSectors) | the sectors that were asked for, one range behind the other |
      | \(names.proofChunks) | chunks \(shown.chunks.listed()) of \(shown.plan.chunkSize) bytes, which hold them |
      | \(names.proof) | how the chunks lead to the Merkle root in the manifest |
      | \(names.manifest), \(names.signature) | the manifest of the acquisition, and its signature |

      ## What it shows

      The sectors above. \(others)
      The manifest, which names case, item, device, operator, files and the sectors that could not be read. And the
      digests beside the way to the root, by which somebody who already has a neighbouring chunk could recognise it.

      ## How to check it

      With the certificate of the signer, CERT, obtained from the signer and compared over another channel:

      ```
      exhibit-verify . --trust CERT
      ```

      With stock tools, the signature of the manifest:

      ```
      openssl cms -verify -binary -cades -content \(names.manifest) -inform DER -in \(names.signature) -CAfile CERT -out /dev/null
      ```

      and the way from the sectors to the manifest, which no stock tool knows, with the hundred lines of Python that come
      with the description of this format (Docs/formats/partial-proof.md and verify-proof.py of Exhibit), or with a program
      written after it:

      ```
      python3 verify-proof.py . CERT
      ```

      """
  }
}
