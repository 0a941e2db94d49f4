import CanonicalJSON
import Digests
import DiskWriters
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage
import TarArchive
import WriterKit

/// Inputs to begin with, one folder for each target: what our own writers make.
enum FuzzSeeds {
  static func write(to path: String) throws(EvidenceError) {
    let root = FilePath(path)
    for target in FuzzTarget.allCases {
      let folder = root.appending(target.rawValue)
      if !Files.exists(folder) { try DurableFolder.create(folder) }
      for (name, bytes) in try seeds(of: target, root) {
        try DurableFile.write(bytes, to: folder.appending("ours-" + name))
      }
    }
  }

  private static func seeds(
    of target: FuzzTarget, _ scratch: FilePath
  ) throws(EvidenceError) -> [(String, [UInt8])] {
    switch target {
    case .archive: try archives(scratch)
    case .auditlog: AuditLogTarget.seeds
    case .bag: BagTarget.seeds
    case .ccd: DiscSeeds.cloneCD
    case .cue: DiscSeeds.sheets
    case .custody: CustodyTarget.seeds
    case .database: DatabaseTarget.seeds
    case .disc: DiscSeeds.descriptions
    case .ewf: try images(scratch)
    case .identity: IdentityTarget.seeds
    case .journal: JournalTarget.seeds
    case .json: jsonTexts
    case .manifest: try [("manifest", manifest().canonicalBytes)]
    case .mds: try DiscSeeds.mds(scratch)
    case .nrg: try DiscSeeds.nrg(scratch)
    case .packed: []
    case .parity: try ParityTarget.seeds(scratch)
    case .proof: proofs
    case .records: records
    case .sidecar: SideCarTarget.seeds
    case .signing: try signing()
    case .toc: DiscSeeds.tables
    case .toml:
      [("settings", Array("[laboratory]\norganisation = \"L \\u00e4\"\n[t]\na = [1, 'b',\n true]\n".utf8))]
    case .volumes: DiscSeeds.volumes
    }
  }

  // MARK: - Archives

  private static func archives(_ scratch: FilePath) throws(EvidenceError) -> [(String, [UInt8])] {
    let path = scratch.appending("archive.tar")
    let writer = try TarWriter(path, top: "2026-0142")
    try writer.add("case.sqlite", Array("a database".utf8))
    try writer.add("evidence/001/001.E01", [UInt8](repeating: 7, count: 700))
    // Too long, and not ASCII: in an extended header.
    try writer.add("attachments/" + String(repeating: "long ", count: 24) + "\u{e9}", [])
    var sums = ArchiveSums()
    sums.add("case.sqlite", digest("a"))
    sums.add("evidence/001/001.E01", digest("b"))
    try writer.add(ArchiveSums.fileName, sums.bytes)
    _ = try writer.finish()
    let archive = try Files.contents(path, cap: 1 << 20)
    _ = Syscalls.unlink(path)
    return [
      ("archive", [0] + archive), ("archive-repaired", [ArchiveTarget.repairs] + archive),
      ("sums", [ArchiveTarget.isList] + sums.bytes),
    ]
  }

  // MARK: - E01

  private static func images(_ scratch: FilePath) throws(EvidenceError) -> [(String, [UInt8])] {
    var seeds: [(String, [UInt8])] = []
    for compression in ImageCompression.allCases {
      let folder = scratch.appending("image-\(compression.rawValue)")
      try DurableFolder.create(folder)
      let length = 20_000
      let geometry = MediaGeometry(length: UInt64(length))
      var options = EWFOptions()
      options.compression = compression
      options.sectorsPerChunk = 16
      options.description.caseNumber = "2026-0142"
      let writer = try EWFImageWriter(
        folder: folder, name: "image", geometry: geometry, options: options, blockSize: 16 << 20,
        blocksAtOnce: 1)
      let block = PageBuffer(capacity: length + 512)
      block.fill { memory in
        for index in 0..<length where index < 9000 || index > 15_000 {
          memory[index] = UInt8(truncatingIfNeeded: index / 7 &* (index > 17_000 ? index : 1))
        }
      }
      block.byteCount = length
      block.paddingByteCount = Int(geometry.paddingBytes)
      try writer.write(try writer.encode(block))
      let digests = DigestSet([.md5, .sha1].map { Digest.of(Array("any".utf8), $0) })
      let unreadable = [SectorRange(3..<5), SectorRange(70..<71)]
      let files = try writer.finish(ImageClosing(digests: digests, unreadable: unreadable))
      let bytes = try Files.contents(files[0].path, cap: 1 << 20)
      for flags in [0, EWFTarget.repairs] {
        seeds.append(("\(compression.rawValue)-\(flags)", [flags, 0, 0, 0] + bytes))
      }
      try DurableFolder.removeWithFiles(folder)
    }
    return seeds
  }

  // MARK: - Texts

  private static var jsonTexts: [(String, [UInt8])] {
    let texts = [
      "{\"a\":[1,-2,0,true,false,null,\"x\"],\"b\":{\"\":{}},\"z\":9007199254740991}",
      " [ \"\\u00e4\\ud83d\\ude00\\n\\\"\\\\\\/\\b\\f\\r\\t\", \"ä\" , [ ] , [[[[]]]] ] ", "-1", "\"\"",
      "{\"\\ud83d\\ude00\":1,\"\u{fb33}\":2}",
    ]
    return texts.enumerated().map { ("text-\($0.offset)", Array($0.element.utf8)) }
  }

  private static func digest(_ text: String, _ algorithm: DigestAlgorithm = .sha256) -> Digest {
    Digest.of(Array(text.utf8), algorithm)
  }

  private static let length: UInt64 = 3 << 20 | 100

  private static var map: SectorMap {
    var map = SectorMap(sectorCount: 6145)
    map.mark(SectorRange(0..<5000), as: .read)
    map.mark(SectorRange(2048..<2055), as: .unreadable)
    return map
  }

  /// Every kind of field once.
  private static func manifest() throws(EvidenceError) -> Manifest {
    let time = Timestamp(microseconds: 1_769_850_902_120_000)
    let digests = DigestSet(DigestAlgorithm.allCases.map { digest("whole", $0) })
    let file = RecordedFile(name: "001.chunks.csv", size: 100, sha256: digest("file"))
    let segment = ListedFile(name: "001.E01", size: 100, sha256: digest("segment"))
    return Manifest(
      acquisition: Manifest.Acquisition(
        identifier: RecordIdentifier(random: [UInt8](repeating: 0x5a, count: 16)), name: "001", started: time,
        ended: time, clock: "CLOCK_REALTIME", tool: Manifest.Tool(name: "exhibit", version: "0.1.0"),
        host: Manifest.Host(
          node: "bench-1", system: "Linux", release: "6.1.0", machine: "x86_64", user: "examiner"),
        examiner: "A. Examiner", commandLine: ["exhibit", "acquire"], directIO: true),
      investigation: Manifest.Investigation(number: "2026-0142", title: "T", organisation: "Laboratory"),
      item: Manifest.Item(number: try ItemNumber("001"), description: "USB stick", serial: "4C530001"),
      source: Manifest.Source(
        kind: .blockDevice, path: "/dev/sdb",
        geometry: MediaGeometry(length: length, physicalSectorSize: 4096), model: "Cruzer", serial: "4C",
        firmware: "1.00", wwn: "0x5000", readOnly: true),
      writeProtection: Manifest.WriteProtection(
        layers: [.init(name: "opened read-only", state: .active, proves: "It cannot write.")], limits: "None."
      ),
      streams: [
        Manifest.Stream(
          unitSize: 512, firstUnit: 7, length: length, digests: digests,
          chunks: Manifest.Chunks(
            size: 1 << 20, count: 4, file: "001.chunks.csv", merkleRoot: digest("root")),
          map: map)
      ],
      images: [
        Manifest.Image(
          format: .e01, compression: .fast,
          contents: [.init(length: length + 412, paddingBytes: 412, digests: digests)], segments: [segment])
      ],
      files: [file], audit: AuditHead(sequence: 7, digest: digest("audit")),
      verdict: .completeWithUnreadable(sectors: 7))
  }

  private static var records: [(String, [UInt8])] {
    let header = (0..<6).map { UInt8(truncatingIfNeeded: length >> UInt64(8 * $0)) }
    let plan = ChunkPlan(length: length, sectorSize: 512)
    let chunks = (0..<plan.chunkCount).map { index in
      let sectors = plan.sectors(ofChunk: index, sectorSize: 512)
      let state = ChunkState(of: sectors, in: map)
      return ChunkEntry(
        sectors: sectors, state: state, md5: state == .notAttempted ? nil : digest("chunk", .md5),
        sha256: state == .notAttempted ? nil : digest("chunk"))
    }
    let mapFile = MapFile(map: map, sectorSize: 512, length: length).bytes
    let list = DigestList(entries: [
      .init(name: "001.E01", sha256: digest("a")), .init(name: "001.map", sha256: digest("b")),
    ])
    let bag = DigestList(entries: [
      .init(name: "data/evidence/001/001.E01", sha256: digest("a")),
      .init(name: "data/custody.jsonl", sha256: digest("b")),
    ])
    return [
      ("bag", [3, 0] + header + bag.bytes), ("chunks", [0, 0] + header + ChunkFile.bytes(chunks)),
      ("map", [1, 0] + header + mapFile),
      ("sums", [2, 0] + header + list.bytes),
    ]
  }

  private static var proofs: [(String, [UInt8])] {
    let header = [0, 0] + (0..<6).map { UInt8(truncatingIfNeeded: length >> UInt64(8 * $0)) }
    let tree = MerkleTree((0..<4).map { digest("\($0)") })
    func proof(_ sectors: [SectorRange], _ chunks: [UInt64]) -> [UInt8] {
      PartialProof(
        manifest: "001.manifest.json", stream: Manifest.Stream.main, sectors: sectors,
        chunks: chunks.map { PartialProof.Chunk(number: $0, path: tree.inclusionPath(ofChunk: $0)) }
      ).canonicalBytes
    }
    return [
      ("one", header + proof([SectorRange(5..<9)], [0])),
      ("last", header + proof([SectorRange(6144..<6145)], [3])),
      ("several", header + proof([SectorRange(2000..<2100), SectorRange(6000..<6001)], [0, 1, 2])),
    ]
  }

  // MARK: - Signatures

  private static func signing() throws(EvidenceError) -> [(String, [UInt8])] {
    var seeds: [(String, [UInt8])] = []
    let now = Host.now()
    for kind in [SigningKey.Kind.ecdsaP256, .rsa3072] {
      let key = try SigningKey.generate(kind)
      let certificate = try Certificate.selfSigned(
        for: key, name: try SignerName("A. Examiner", organisation: "Laboratory"), from: now)
      let signature = try SigningIdentity(key: key, certificate: certificate, now: now).sign(
        SigningTarget.content, at: now)
      let length = [UInt8(truncatingIfNeeded: signature.count), UInt8(signature.count >> 8)]
      seeds.append(("signature-\(kind.rawValue)", [0] + length + signature + certificate.der))
      seeds.append(("certificate-\(kind.rawValue)", [1] + certificate.der))
      seeds.append(("pem-\(kind.rawValue)", [1] + (try certificate.pem())))
      seeds.append(("key-\(kind.rawValue)", [2] + (try key.unencryptedPEM())))
    }
    let key = try SigningKey.generate()
    seeds.append(
      ("request", [4] + (try CertificateRequest(for: key, name: try SignerName("A. Examiner")).der)))
    let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    seeds.append(("http", [5] + Array(answer.utf8)))
    return seeds
  }
}
