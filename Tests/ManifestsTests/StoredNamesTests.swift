import CanonicalJSON
import Evidence
import Manifests
import Testing

/// Names of the vocabulary that stand in manifests, journals, descriptions of discs and case databases. What is written
/// once is read for decades: none of them changes.
@Suite struct StoredNamesTests {
  @Test func kindsOfSources() {
    #expect(names(SourceKind.self) == ["blockDevice", "file", "splitFiles", "discImage"])
  }

  @Test func modesOfTracks() {
    #expect(names(TrackMode.self) == ["audio", "mode0", "mode1", "mode2", "dvd", "data"])
  }

  @Test func statesOfSectorsAndLayers() {
    #expect(names(SectorState.self) == ["read", "unreadable", "notAttempted"])
    #expect(names(Manifest.WriteProtection.Layer.State.self) == ["active", "inactive", "unknown"])
  }

  @Test func keysOfAHeadAndOfAFile() throws {
    var manifest = try ManifestSamples.manifest()
    manifest.source.kind = .blockDevice
    let json = manifest.jsonValue
    #expect(json["source"]?["kind"]?.stringValue == "blockDevice")
    #expect(json["audit"]?.objectValue?.keys.sorted() == ["head", "sequence"])
    #expect(json["audit"]?["head"]?.stringValue == manifest.audit.digest.hex)
    let files = json["files"]?.arrayValue ?? []
    #expect(
      !files.isEmpty && files.allSatisfy { $0.objectValue?.keys.sorted() == ["name", "sha256", "size"] })
  }

  private func names<Value: RawRepresentable & CaseIterable>(_ type: Value.Type) -> [String]
  where Value.RawValue == String { type.allCases.map(\.rawValue) }
}
