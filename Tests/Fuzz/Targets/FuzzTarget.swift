/// A parser of foreign bytes, as libFuzzer and the replay of its corpus drive it.
///
/// A target must answer every input: a crash, a leak, a timeout or more memory than allowed is found by libFuzzer,
/// a wrong answer by the target itself.
package enum FuzzTarget: String, CaseIterable, Sendable {
  /// Archives of a case.
  case archive
  /// Exports of an audit log.
  case auditlog
  /// Hand-overs, as a whole.
  case bag
  /// Descriptions of CloneCD.
  case ccd
  /// Cue sheets.
  case cue
  /// Custody lists of a hand-over.
  case custody
  /// Case databases.
  case database
  /// Descriptions of discs.
  case disc
  /// E01 sets of one or two segments.
  case ewf
  /// What a file is.
  case identity
  /// Journals of an acquisition.
  case journal
  /// JSON, canonical and not.
  case json
  /// The manifest.
  case manifest
  /// Descriptions of Alcohol 120%.
  case mds
  /// Images of Nero.
  case nrg
  /// Containers that pack the sectors of a disc.
  case packed
  /// Parity files and their heads.
  case parity
  /// Partial proofs.
  case proof
  /// Chunk file, map, SHA256SUMS and the lists of a bag.
  case records
  /// Lists of digests and logs of other programs.
  case sidecar
  /// CMS signatures, certificates and private keys.
  case signing
  /// Tables of contents of cdrdao.
  case toc
  /// Settings.
  case toml
  /// Files of sectors and the file systems on them.
  case volumes

  /// Runs one input.
  /// - Returns: what is wrong with the answer; `nil` where nothing is.
  package func problem(with input: [UInt8]) -> String? {
    switch self {
    case .archive: ArchiveTarget.problem(with: input)
    case .auditlog: AuditLogTarget.problem(with: input)
    case .bag: BagTarget.problem(with: input)
    case .ccd: CCDTarget.problem(with: input)
    case .cue: CUETarget.problem(with: input)
    case .custody: CustodyTarget.problem(with: input)
    case .database: DatabaseTarget.problem(with: input)
    case .disc: DiscDescriptionTarget.problem(with: input)
    case .ewf: EWFTarget.problem(with: input)
    case .identity: IdentityTarget.problem(with: input)
    case .journal: JournalTarget.problem(with: input)
    case .json: JSONTarget.problem(with: input)
    case .manifest: ManifestTarget.problem(with: input)
    case .mds: MDSTarget.problem(with: input)
    case .nrg: NRGTarget.problem(with: input)
    case .packed: PackedTarget.problem(with: input)
    case .parity: ParityTarget.problem(with: input)
    case .proof: ProofTarget.problem(with: input)
    case .records: RecordsTarget.problem(with: input)
    case .sidecar: SideCarTarget.problem(with: input)
    case .signing: SigningTarget.problem(with: input)
    case .toc: TOCTarget.problem(with: input)
    case .toml: TOMLTarget.problem(with: input)
    case .volumes: VolumesTarget.problem(with: input)
    }
  }
}
