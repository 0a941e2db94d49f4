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
        "\nSector 0 of the image is sector \($0) of the medium: only a range was acquired.\n"
      } ?? ""
    let others =
      shown.others.isEmpty
      ? "No others: the requested sectors fill their chunks."
      : "Because only whole chunks can be proven, also sectors \(shown.others.listed())."
    self.text = """
      # Sectors \(shown.sectors.listed()) of item \(manifest.item.number.description)

      This folder discloses \(shown.sectors.reduce(0) { $0 + $1.count }) \(unit) of an acquisition. It proves that they
      are what was read, without the rest of the image.
      \(onMedium)
      | file | contents |
      |---|---|
      | \(names.proofSectors) | the requested sectors, range after range |
      | \(names.proofChunks) | chunks \(shown.chunks.listed()) of \(shown.plan.chunkSize) bytes, containing those sectors |
      | \(names.proof) | the path from the chunks to the Merkle root in the manifest |
      | \(names.manifest), \(names.signature) | the manifest of the acquisition and its signature |

      ## What it discloses

      The sectors above. \(others)
      The manifest names the case, item, device, operator, files and unreadable sectors. The path contains hash values
      of neighbouring chunks: someone who already has such a chunk could recognise it.

      ## How to verify it

      CERT is the signer's certificate, obtained from the signer and compared through another channel:

      ```
      exhibit-verify . --trust CERT
      ```

      The manifest's signature, with stock tools:

      ```
      openssl cms -verify -binary -cades -content \(names.manifest) -inform DER -in \(names.signature) -CAfile CERT -out /dev/null
      ```

      The path from the sectors to the manifest, with a hundred lines of Python published with the description of this
      format (Docs/formats/partial-proof.md and verify-proof.py of Exhibit), or with a program of your own:

      ```
      python3 verify-proof.py . CERT
      ```

      """
  }
}
