import Evidence
import Formats
import Manifests
import SystemIO
import SystemPackage
import Verification

/// What `exhibit-verify` was asked for.
///
/// Read by hand, since a parser library would be half of what the other side has to read before trusting the program.
struct VerifierArguments {
  static let usage = """
    usage: exhibit-verify PATH… [--trust CERT]… [--crl LIST]… [--expect-head HEAD]…
                            [--with FOLDER]… [--level full|chunks] [--digest LIST] [--as FORMAT]
                            [--memory-limit MIB] [--time-limit SECONDS] [--all] [--json]

    Verifies evidence from others using only the files handed over. Writes nothing, uses no network.

    PATH is one of
      NAME.manifest.json   an acquisition: signature, every file, every image
      FILE, with FILE.p7s  a signed report
      FOLDER               a partial proof, a bag (hand-over), or a folder with one manifest
      NAME.jsonl           an exported audit log: chain and signed checkpoints
      IMAGE                a single image, against the hash values stored in it

    --trust CERT     a certificate you trust, PEM or DER, obtained from the signer and not with the evidence. Without
                     one, every valid signature counts as untrusted. May be given more than once.
    --crl LIST       a certificate revocation list, PEM or DER. May be given more than once.
    --expect-head HEAD
                     the published head of a manifest, or its SHA-256, which must be among those verified.
    --with FOLDER    a further folder with segments, besides the manifest's own. May be given more than once.
    --level LEVEL    full recomputes everything; chunks only the chunk hash values and their Merkle root.
    --digest LIST    further hash values of the whole to compute, besides those recorded or stored: md5,sha1,sha256.
    --as FORMAT      treat images as this format instead of detecting it; raw uses the bytes as they are.
    --memory-limit MIB
                     stop when more memory is needed; 1024, and 16 more for each processor, if not given.
    --time-limit SECONDS
                     stop when nothing was read for so long; 600 if not given.
    --all            every check and finding on a line of its own
    --json           print the result as one JSON object on standard output
    --version, --help

    Exit status: 0 verified, 1 wrong usage, 2 input cannot be read, 4 stopped, or not everything could be checked,
    5 mismatch or damage, 6 no reference to compare with, 7 chain of custody or audit log broken; for several paths,
    the worst.

    Examples:
      exhibit-verify 001.manifest.json --trust examiner.pem
      exhibit-verify proof --trust examiner.pem
      exhibit-verify 001.E01 002.E01
    """

  var paths: [FilePath] = []
  var trust: [FilePath] = []
  var revocationLists: [FilePath] = []
  var heads: [PublishedHead] = []
  var with: [FilePath] = []
  var level = VerificationLevel.full
  var digests: Set<DigestAlgorithm> = []
  var format: FormatID?
  /// Bytes the verification may take for itself.
  var memoryLimit = UInt64(1024 + 16 * availableProcessors()) << 20
  /// Seconds without anything read.
  var timeLimit: UInt32 = 600
  var json = false
  var showsAll = false
  var wantsHelp = false
  var wantsVersion = false

  /// - Parameter arguments: without the name of the program.
  /// - Throws: `argumentInvalid`.
  init(_ arguments: [String]) throws(EvidenceError) {
    var rest = arguments[...]
    var isOption = true
    while let argument = rest.popFirst() {
      guard isOption, argument.hasPrefix("-"), argument != "-" else {
        guard !argument.isEmpty else { throw EvidenceError(.argumentInvalid, "path", "it is empty") }
        paths.append(FilePath(argument))
        continue
      }
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
        String.init)
      func value() throws(EvidenceError) -> String {
        guard let value = parts.count == 2 ? parts[1] : rest.popFirst(), !value.isEmpty else {
          throw EvidenceError(.argumentInvalid, parts[0], "its value is missing")
        }
        return value
      }
      switch parts[0] {
      case "--": isOption = false
      case "--trust": trust.append(FilePath(try value()))
      case "--crl": revocationLists.append(FilePath(try value()))
      case "--expect-head": heads.append(try PublishedHead(try value()))
      case "--with": with.append(FilePath(try value()))
      case "--level":
        let name = try value()
        guard let level = VerificationLevel(rawValue: name) else {
          throw EvidenceError(.argumentInvalid, "--level \(name)", "one of full, chunks")
        }
        self.level = level
      case "--digest":
        for name in try value().split(separator: ",", omittingEmptySubsequences: false) {
          guard let algorithm = DigestAlgorithm(rawValue: name.lowercased()) else {
            let known = DigestAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
            throw EvidenceError(.argumentInvalid, "--digest \(name)", "of \(known)")
          }
          digests.insert(algorithm)
        }
      case "--as":
        let name = try value()
        guard let format = Formats.readable.first(where: { $0.id.rawValue == name }) else {
          let known = Formats.readable.map(\.id.rawValue).joined(separator: ", ")
          throw EvidenceError(.argumentInvalid, "--as \(name)", "one of \(known)")
        }
        self.format = format.id
      case "--memory-limit":
        memoryLimit = UInt64(try Self.number(try value(), of: parts[0], in: 64...(1 << 24))) << 20
      case "--time-limit":
        timeLimit = UInt32(try Self.number(try value(), of: parts[0], in: 1...(1 << 24)))
      case "--all": showsAll = true
      case "--json": json = true
      case "--help", "-h": wantsHelp = true
      case "--version": wantsVersion = true
      default: throw EvidenceError(.argumentInvalid, argument, "no such option")
      }
    }
    guard wantsHelp || wantsVersion || !paths.isEmpty else {
      throw EvidenceError(.argumentInvalid, "name something to verify")
    }
  }

  private static func number(
    _ text: String, of option: String, in range: ClosedRange<Int>
  ) throws(EvidenceError) -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw EvidenceError(
        .argumentInvalid, "\(option) \(text)", "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}
