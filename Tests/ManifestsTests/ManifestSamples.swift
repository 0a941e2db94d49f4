import CanonicalJSON
import Digests
import Evidence
import Manifests

/// A small manifest that holds every field, and is consistent.
enum ManifestSamples {
  static let time = Timestamp(microseconds: 1_769_850_902_120_000)
  static let name = "001.manifest.json"

  static func digest(_ text: String, _ algorithm: DigestAlgorithm = .sha256) -> Digest {
    Digest.of(Array(text.utf8), algorithm)
  }

  static func digests(_ text: String) -> DigestSet {
    DigestSet(DigestAlgorithm.allCases.map { digest(text, $0) })
  }

  static func file(_ name: String, size: UInt64 = 100) -> RecordedFile {
    RecordedFile(name: name, size: size, sha256: digest(name))
  }

  /// 3 MiB and 100 bytes in sectors of 512, with 8 unreadable ones.
  static let length: UInt64 = 3 << 20 | 100

  static var map: SectorMap {
    var map = SectorMap(sectorCount: 6145)
    map.mark(SectorRange(0..<6145), as: .read)
    map.mark(SectorRange(2048..<2055), as: .unreadable)
    map.mark(SectorRange(6144..<6145), as: .unreadable)
    return map
  }

  static func manifest() throws -> Manifest {
    Manifest(
      acquisition: Manifest.Acquisition(
        identifier: RecordIdentifier(random: [UInt8](repeating: 0x5a, count: 16)), name: "001", started: time,
        ended: Timestamp(microseconds: time.microseconds + 5_000_000), clock: "CLOCK_REALTIME",
        tool: Manifest.Tool(name: "exhibit", version: "0.1.0"),
        host: Manifest.Host(
          node: "bench-1", system: "Linux", release: "6.1.0", machine: "x86_64", user: "examiner"),
        examiner: "A. Examiner", commandLine: ["exhibit", "acquire", "/dev/sdb"], directIO: true),
      investigation: Manifest.Investigation(
        number: "2026-0142", title: "Theft of trade secrets", organisation: "Sample Laboratory"),
      item: Manifest.Item(
        number: try ItemNumber("001"), description: "USB stick, black, 32 GB", serial: "4C530001"),
      source: Manifest.Source(
        kind: .blockDevice, path: "/dev/sdb",
        geometry: MediaGeometry(length: length, physicalSectorSize: 4096),
        model: "Cruzer", serial: "4C530001", firmware: "1.00", wwn: "0x5000", readOnly: true),
      writeProtection: Manifest.WriteProtection(
        layers: [.init(name: "opened read-only", state: .active, proves: "This program cannot write to it.")],
        overrides: [
          .init(
            state: "mounted-read-only", reason: "The server must not stop.",
            found: "sdb1 is mounted on /srv, read-only")
        ], commands: ["INQUIRY": 1, "ATA SMART READ DATA": 2], limits: "A medium may change by itself."),
      streams: [
        Manifest.Stream(
          unitSize: 512, length: length, digests: digests("main"),
          chunks: Manifest.Chunks(
            size: 1 << 20, count: 4, file: "001.chunks.csv", merkleRoot: digest("root")),
          map: map)
      ],
      images: [
        Manifest.Image(
          format: .e01, compression: .fast,
          contents: [.init(length: length + 412, paddingBytes: 412, digests: digests("padded"))],
          segments: [ListedFile(file("001.E01"))]),
        Manifest.Image(
          format: .raw, contents: [.init(length: length, paddingBytes: 0, digests: digests("main"))],
          segments: [
            ListedFile(file("001.raw.001", size: 3 << 20)), ListedFile(file("001.raw.002", size: 100)),
          ]),
      ],
      files: [file("001.chunks.csv"), file("001.map"), file("signer.pem")],
      audit: AuditHead(sequence: 7, digest: digest("audit")),
      verdict: .completeWithUnreadable(sectors: 8))
  }

  /// The same, with digests of the whole left for later, and a raw image in one file.
  static func segmented() throws -> Manifest {
    var manifest = try manifest()
    manifest.streams[0].digests = DigestSet()
    manifest.streams[0].laterDigests = [.md5, .sha256]
    manifest.images[0].contents[0].digests = DigestSet()
    manifest.images[1].contents[0].digests = DigestSet()
    manifest.images[1].segments = [ListedFile(name: "001.raw", size: length, sha256: nil)]
    return manifest
  }

  /// What a full verification adds to it.
  static func whole() throws -> WholeDigests {
    func set(_ text: String) -> DigestSet { DigestSet([digest(text, .md5), digest(text)]) }
    let manifest = try segmented()
    return WholeDigests(
      acquisition: manifest.acquisition.identifier, name: "001",
      manifest: Digest.of(manifest.canonicalBytes, .sha256), computed: time, examiner: "A. Examiner",
      tool: Manifest.Tool(name: "exhibit", version: "0.1.0"), host: "bench-1", streams: ["main": set("main")],
      contents: [
        .init(file: "001.E01", digests: set("padded")), .init(file: "001.raw", digests: set("main")),
      ])
  }

  /// The manifest's JSON with one change: the value at `path` set, or removed where `nil`.
  static func changed(_ path: [String], _ value: JSONValue?) throws -> [UInt8] {
    replace(try manifest().jsonValue, path[...], value).canonicalBytes
  }

  /// As above, with the change written as `path value`, dots between the keys and the value as JSON.
  static func changed(_ change: String) throws -> [UInt8] {
    let parts = change.split(separator: " ", maxSplits: 1)
    let path = parts[0].split(separator: ".").map(String.init)
    return try changed(path, try JSONValue(parsing: Array(parts[1].utf8), name: change))
  }

  private static func replace(_ json: JSONValue, _ path: ArraySlice<String>, _ value: JSONValue?) -> JSONValue
  {
    guard let key = path.first else { return value ?? .null }
    if case .array(var elements) = json, let index = Int(key), elements.indices.contains(index) {
      elements[index] = replace(elements[index], path.dropFirst(), value)
      return .array(elements)
    }
    guard case .object(var object) = json else { return json }
    if path.count == 1 {
      object[key] = value
    } else {
      object[key] = replace(object[key] ?? .null, path.dropFirst(), value)
    }
    return .object(object)
  }
}

/// The error a call throws, or `nil`.
func failure(_ body: () throws -> Void) -> ErrorCode? {
  do { try body() } catch { return (error as? EvidenceError)?.code }
  return nil
}

/// Calls `read` with every bit of `bytes` flipped in turn; the flips that it accepts and that change no
/// value.
func unnoticedFlips<Value: Equatable>(
  _ bytes: [UInt8], step: Int = 1, _ read: ([UInt8]) throws -> Value
) throws -> [String] {
  let original = try read(bytes)
  var changed = bytes
  var unnoticed: [String] = []
  for bit in stride(from: 0, to: bytes.count * 8, by: step) {
    changed[bit / 8] ^= 1 << UInt8(bit % 8)
    if let value = try? read(changed), value == original {
      unnoticed.append("byte \(bit / 8) bit \(bit % 8)")
    }
    changed[bit / 8] ^= 1 << UInt8(bit % 8)
  }
  return unnoticed
}
