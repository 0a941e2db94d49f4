import CanonicalJSON
import Evidence
import Manifests
import Testing

@Suite struct ManifestTests {
  private func read(_ bytes: [UInt8]) throws -> Manifest {
    try Manifest(parsing: bytes, name: ManifestSamples.name)
  }

  @Test func survivesWritingAndReading() throws {
    let manifest = try ManifestSamples.manifest()
    #expect(try read(manifest.canonicalBytes) == manifest)
    #expect(manifest.consistencyFindings(subject: "m").isEmpty)
  }

  @Test(arguments: [
    AcquisitionVerdict.complete, .completeWithUnreadable(sectors: 3), .incomplete(reason: "medium vanished"),
  ])
  func optionalFieldsMayBeAbsent(verdict: AcquisitionVerdict) throws {
    var manifest = try ManifestSamples.manifest()
    manifest.verdict = verdict
    manifest.investigation.organisation = nil
    manifest.item.serial = nil
    manifest.source = Manifest.Source(
      kind: .splitFiles, path: "/in/x.001", files: ["x.001", "x.002"], geometry: manifest.source.geometry)
    manifest.streams[0].digests = DigestSet([ManifestSamples.digest("main")])
    manifest.images[0].compression = nil
    #expect(try read(manifest.canonicalBytes) == manifest)
  }

  /// Every third bit, which meets every byte and every place in a byte.
  @Test func flippedBitsAreNoticed() throws {
    #expect(try unnoticedFlips(try ManifestSamples.manifest().canonicalBytes, step: 3, read).isEmpty)
  }

  /// Every field, by its path: removed, of a wrong type, and beside an unknown one.
  private func paths(_ json: JSONValue, _ path: [String] = []) -> [[String]] {
    switch json {
    case .object(let object):
      object.flatMap { key, value in [path + [key]] + paths(value, path + [key]) }
    case .array(let elements):
      elements.enumerated().flatMap { index, value in
        [path + [String(index)]] + paths(value, path + [String(index)])
      }
    default: []
    }
  }

  @Test func requiredFieldsAreRequired() throws {
    let optional: Set<String> = [
      "case.organisation", "item.serial", "source.model", "source.serial", "source.firmware", "source.wwn",
      "source.readOnly", "images.0.compression", "writeProtection.overrides", "writeProtection.commands",
    ]
    let all = paths(try ManifestSamples.manifest().jsonValue)
    #expect(all.count > 100)
    for path in all {
      let last = path[path.count - 1]
      let isDigestChoice =
        ["md5", "sha1"].contains(last)
        || (last == "sha256" && path[0] == "images" && path.contains("digests"))
      // Each kind of command that was sent is a field of its own.
      let isCommand = path.dropLast() == ["writeProtection", "commands"]
      if optional.contains(path.joined(separator: ".")) || isDigestChoice || isCommand { continue }
      let bytes = try ManifestSamples.changed(path, nil)
      #expect(failure { _ = try read(bytes) } == .manifestMalformed, "\(path)")
    }
  }

  @Test func wrongTypesAreRefused() throws {
    for path in paths(try ManifestSamples.manifest().jsonValue) {
      for wrong in [JSONValue.null, .integer(-1), .array([.null]), .object(["x": .null])] {
        let bytes = try ManifestSamples.changed(path, wrong)
        #expect(failure { _ = try read(bytes) } == .manifestMalformed, "\(path) = \(wrong)")
      }
    }
  }

  @Test func unknownFieldsAreRefusedEverywhere() throws {
    let json = try ManifestSamples.manifest().jsonValue
    let objects = paths(json).filter { path in
      path.reduce(json as JSONValue?) { value, key in
        value?[key] ?? Int(key).flatMap { value?.arrayValue?[$0] }
      }?
      .objectValue != nil
    }
    #expect(objects.count == 28)
    for path in [[]] + objects {
      let bytes = try ManifestSamples.changed(path + ["extra"], "x")
      #expect(failure { _ = try read(bytes) } == .manifestMalformed, "\(path)")
    }
  }

  /// Each is `path value`, the value as JSON.
  @Test(arguments: [
    #"version 0"#, #"format "other""#, #"acquisition.id "5A5A""#, #"acquisition.name "../001""#,
    #"acquisition.started "2026-01-31T09:15:02Z""#, #"item.number " ""#, #"source.logicalSectorSize 0"#,
    #"source.logicalSectorSize 1048575"#, #"streams.0.unitSize 65535"#,
    #"source.length "1""#, #"source.physicalSectorSize 8589934592"#, #"source.kind "tape""#,
    #"source.kind "splitFiles""#, #"source.files ["x"]"#, #"streams []"#, #"streams.0.unitSize 0"#,
    #"streams.0.name "a b""#, #"streams.0.chunks.size 0"#, #"streams.0.digests.sha512 "00""#,
    #"streams.0.digests.md5 "D41D8CD98F00B204E9800998ECF8427E""#,
    #"streams.0.digests.md5 "d41d8cd98f00b204e9800998ecf8427""#, #"images.0.contents.0.digests {}"#,
    #"streams.0.map.fillPattern "ones""#, #"streams.0.map.unreadable [[5,0]]"#,
    #"streams.0.map.unreadable [[5,1,1]]"#, #"streams.0.map.unreadable [[5]]"#,
    #"streams.0.map.unreadable [[6144,2]]"#, #"streams.0.map.unreadable [[-1,2]]"#,
    #"streams.0.map.unreadable [[9007199254740991,9007199254740991]]"#,
    #"streams.0.map.unreadable [[9,1],[5,1]]"#, #"streams.0.map.unreadable [[5,1],[6,1]]"#,
    #"streams.0.map.notAttempted [[2054,2]]"#, #"images.0.format "aff4""#, #"images.0.compression "zip""#,
    #"images.0.segments []"#, #"images.0.contents []"#, #"verdict.name "perfect""#,
    #"verdict.name "complete""#, #"verdict.name "incomplete""#, #"verdict.unreadableSectors 0"#,
    #"writeProtection.layers.0.state "on""#, #"writeProtection.overrides []"#,
    #"writeProtection.commands {}"#, #"writeProtection.commands.INQUIRY 0"#,
  ])
  func valuesOutOfRangeAreRefused(change: String) throws {
    let bytes = try ManifestSamples.changed(change)
    #expect(failure { _ = try read(bytes) } == .manifestMalformed)
  }

  @Test(arguments: [
    "/etc/passwd", "../x", "a/b", "a\\b", "..", ".", "", ".hidden", "a b", "a\n", "ä", "a.", "-x", "C:x",
    "001.e01", "001.MAP", "001.manifest.json", "001.manifest.json.p7s", "sha256sums",
    String(repeating: "x", count: 129),
  ])
  func fileNamesMustBePlainAndUnique(name: String) throws {
    for path in [["files", "2", "name"], ["images", "1", "segments", "0", "name"]] {
      let bytes = try ManifestSamples.changed(path, .string(name))
      #expect(failure { _ = try read(bytes) } == .manifestMalformed)
    }
  }

  @Test func newerVersionsAreNamedAsSuch() throws {
    let bytes = try ManifestSamples.changed(["version"], 2)
    #expect(failure { _ = try read(bytes) } == .manifestNewer)
  }

  @Test func otherEncodingsAreRefused() throws {
    let bytes = try ManifestSamples.manifest().canonicalBytes
    let indented = Array(try ManifestSamples.manifest().jsonValue.indentedText.utf8)
    for other in [indented, bytes + [10], Array(bytes.dropLast()), [], Array("{}{}".utf8)] {
      #expect(failure { _ = try read(other) } == .jsonMalformed)
    }
    for other in ["{}", "[]", "null", "{\"format\":1}"] {
      #expect(failure { _ = try read(Array(other.utf8)) } == .manifestMalformed)
    }
    let huge = [UInt8](repeating: 0x20, count: Manifest.largestFile + 1)
    #expect(failure { _ = try read(huge) } == .fileTooLarge)
  }

  /// Each is `path value`, the value as JSON.
  @Test(arguments: [
    #"source.sectorCount 6144"#, #"source.length 512"#, #"source.logicalSectorSize 4096"#,
    #"acquisition.ended "2020-01-31T09:15:02.120000Z""#, #"streams.0.unitCount 6146"#,
    #"streams.0.unitSize 1024"#, #"streams.0.length 3145729"#, #"streams.0.name "sub""#,
    #"streams.0.chunks.count 3"#, #"streams.0.chunks.size 2097152"#,
    #"streams.0.chunks.file "002.chunks.csv""#, #"images []"#, #"streams.0.map.unreadable [[2048,7]]"#,
    #"streams.0.map.notAttempted [[1,2]]"#, #"verdict {"name":"complete"}"#, #"verdict.unreadableSectors 7"#,
    #"images.0.contents.0.paddingBytes 413"#, #"images.0.contents.0.length 1"#,
    #"images.1.contents.0.stream "sub""#, #"images.1.segments.1.size 99"#,
    #"images.1.contents.0.digests.md5 "d41d8cd98f00b204e9800998ecf8427e""#,
  ])
  func contradictionsAreFound(change: String) throws {
    let manifest = try read(try ManifestSamples.changed(change))
    let findings = manifest.consistencyFindings(subject: "m")
    #expect(!findings.isEmpty)
    #expect(findings.allSatisfy { $0.code == .manifestInconsistent && $0.subject == "m" })
  }

  @Test func manyRangesAreReadInReasonableTime() throws {
    var manifest = try ManifestSamples.manifest()
    var map = SectorMap(sectorCount: 400_000)
    for first in stride(from: UInt64(0), to: 400_000, by: 4) {
      map.mark(SectorRange(first: first, count: 2), as: .unreadable)
    }
    manifest.streams[0].map = map
    manifest.streams[0].unitCount = 400_000
    #expect(try read(manifest.canonicalBytes) == manifest)
  }
}
