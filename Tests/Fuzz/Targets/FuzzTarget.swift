/// A parser of foreign bytes, as libFuzzer and the replay of its corpus drive it.
///
/// A target must answer every input: a crash, a leak, a timeout or more memory than allowed is found by libFuzzer,
/// a wrong answer by the target itself.
package enum FuzzTarget: String, CaseIterable, Sendable {
  /// E01 sets of one or two segments.
  case ewf
  /// JSON, canonical and not.
  case json
  /// The manifest.
  case manifest
  /// Chunk file, map and SHA256SUMS.
  case records
  /// CMS signatures, certificates and private keys.
  case signing

  /// Runs one input.
  /// - Returns: what is wrong with the answer; `nil` where nothing is.
  package func problem(with input: [UInt8]) -> String? {
    switch self {
    case .ewf: EWFTarget.problem(with: input)
    case .json: JSONTarget.problem(with: input)
    case .manifest: ManifestTarget.problem(with: input)
    case .records: RecordsTarget.problem(with: input)
    case .signing: SigningTarget.problem(with: input)
    }
  }
}
