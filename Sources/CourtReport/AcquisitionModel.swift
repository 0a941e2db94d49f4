import Evidence

extension ReportModel {
  /// What a report says of one acquisition of the item.
  package struct Acquisition: Hashable, Sendable {
    /// `001`, `001-2` …
    package var name: String
    package var outcome: String
    package var outcomeTone: Tone
    /// The device or file that was read.
    package var sourceFacts: [Fact]
    /// Tool, version, host, operator, command line, times, settings.
    package var methodFacts: [Fact]
    package var protectionFacts: [Fact]
    /// What a device said of itself, before and after it was read; empty of a file.
    package var deviceFacts: [Fact]
    /// What the write protection does not protect from.
    package var protectionLimits: [String]
    package var geometryFacts: [Fact]
    package var digests: [DigestLine]
    package var chunkFacts: [Fact]
    package var map: MapSummary
    package var images: [ImageTable]
    /// Signer, fingerprint, validity; empty where the manifest is not signed.
    package var signatureFacts: [Fact]
    package var signatureCommands: [Command]

    package init(
      name: String, outcome: String, outcomeTone: Tone, sourceFacts: [Fact], methodFacts: [Fact],
      protectionFacts: [Fact], deviceFacts: [Fact] = [], protectionLimits: [String], geometryFacts: [Fact],
      digests: [DigestLine], chunkFacts: [Fact], map: MapSummary, images: [ImageTable],
      signatureFacts: [Fact],
      signatureCommands: [Command]
    ) {
      self.name = name
      self.outcome = outcome
      self.outcomeTone = outcomeTone
      self.sourceFacts = sourceFacts
      self.methodFacts = methodFacts
      self.protectionFacts = protectionFacts
      self.deviceFacts = deviceFacts
      self.protectionLimits = protectionLimits
      self.geometryFacts = geometryFacts
      self.digests = digests
      self.chunkFacts = chunkFacts
      self.map = map
      self.images = images
      self.signatureFacts = signatureFacts
      self.signatureCommands = signatureCommands
    }
  }

  /// A digest and the command that computes it anew.
  package struct DigestLine: Hashable, Sendable {
    package let algorithm: String
    /// What it is the digest of: "the whole medium".
    package let scope: String
    package let hex: String
    package let recompute: String

    package init(_ digest: Digest, of scope: String, recompute: String) {
      self.algorithm = digest.algorithm.title
      self.scope = scope
      self.hex = digest.hex
      self.recompute = recompute
    }
  }

  /// One image and its files.
  package struct ImageTable: Hashable, Sendable {
    package struct File: Hashable, Sendable {
      package let fileName: String
      /// Bytes.
      package let fileSize: String
      package let fileDigest: String

      package init(name: String, size: UInt64, sha256: Digest) {
        self.fileName = name
        self.fileSize = Grouped.text(size)
        self.fileDigest = sha256.hex
      }
    }

    package let format: String
    /// Bytes of the medium in the image.
    package let imageLength: String
    package let files: [File]

    package init(format: String, length: UInt64, files: [File]) {
      self.format = format
      self.imageLength = Grouped.text(length)
      self.files = files
    }
  }
}

/// Numbers with their digits in groups of three, set apart by thin no-break spaces.
package enum Grouped {
  package static func text(_ number: UInt64) -> String {
    let digits = Array(String(number))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "\u{202f}" }
      text.append(digit)
    }
    return text
  }
}
