import CanonicalJSON
import Evidence
import EvidenceTestKit
import Foundation
import Manifests
import SystemPackage
import Testing

/// The published JSON Schema and our own reader say the same of every manifest; python3-jsonschema is the judge.
@Suite struct SchemaTests {
  private static let schema = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent().appending("Docs").appending("formats").appending("manifest.schema.json")

  private static let script = """
    import json, sys, jsonschema
    schema = json.load(open(sys.argv[1]))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for line in open(sys.argv[2], encoding="utf-8"):
        print("valid" if validator.is_valid(json.loads(line)) else "refused")

    """

  /// What the schema says of each of these texts.
  private func judge(_ texts: [String]) throws -> [Bool] {
    let folder = try TemporaryFolder()
    try TestFiles.write(Array(Self.script.utf8), to: folder.appending("judge.py"))
    try TestFiles.write(Array((texts.joined(separator: "\n") + "\n").utf8), to: folder.appending("texts"))
    // Debian's own Python, which is where its package of jsonschema belongs.
    let result = try Tool.run("/usr/bin/python3", ["judge.py", Self.schema.string, "texts"], in: folder.path)
    guard result.status == 0 else { throw ToolFailure(description: result.errors) }
    return result.output.split(separator: "\n").map { $0 == "valid" }
  }

  private func reads(_ text: String) -> Bool {
    (try? Manifest(parsing: Array(text.utf8), name: ManifestSamples.name)) != nil
  }

  /// Every kind of manifest there is.
  private func manifests() throws -> [Manifest] {
    var bare = try ManifestSamples.manifest()
    bare.investigation.organisation = nil
    bare.item.serial = nil
    bare.source.model = nil
    bare.source.serial = nil
    bare.source.firmware = nil
    bare.source.wwn = nil
    bare.source.readOnly = nil
    bare.images = []
    bare.verdict = .incomplete(reason: "stopped")
    var full = try ManifestSamples.manifest()
    full.acquisition.overflow = ["/mnt/second"]
    full.acquisition.reading.retries = 3
    full.acquisition.reading.timeLimit = 30
    full.acquisition.reading.errorLimit = 10
    full.acquisition.pauses = [
      Manifest.Pause(
        stopped: ManifestSamples.time, resumed: ManifestSamples.time, unit: 2048, comparedChunks: [0, 1])
    ]
    full.streams[0].firstUnit = 63
    full.streams[0].map.note(ReadEffort(pass: 1, tries: 4, refusal: 5), for: SectorRange(2048..<2055))
    full.writeProtection.layers[0].before = "read-only"
    full.writeProtection.layers[0].during = "read-only"
    full.writeProtection.layers[0].after = "read-only"
    var split = try ManifestSamples.manifest()
    split.source = Manifest.Source(
      kind: .splitFiles, path: "/in/a.001", files: ["a.001", "a.002"], geometry: split.source.geometry)
    var complete = try ManifestSamples.manifest()
    complete.verdict = .complete
    var disc = try ManifestSamples.manifest()
    disc.source = Manifest.Source(
      kind: .discImage, path: "/in/a.cue", files: ["a.cue", "a.bin"], geometry: disc.source.geometry)
    disc.streams[0].tracks = [
      Manifest.Track(
        session: 1, number: 1, mode: .mode1, firstUnit: 0, unitCount: 100,
        digests: ManifestSamples.digests("a"))
    ]
    return [
      try ManifestSamples.manifest(), bare, full, split, complete, disc, try ManifestSamples.segmented(),
    ]
  }

  private func text(_ value: JSONValue) -> String { String(decoding: value.canonicalBytes, as: UTF8.self) }

  @Test func everyManifestFollowsTheSchema() throws {
    let texts = try manifests().map { text($0.jsonValue) }
    #expect(texts.allSatisfy(reads))
    #expect(try judge(texts) == texts.map { _ in true })
  }

  /// Each field taken away, each of another type or out of range, and one too many in each object: the schema accepts
  /// exactly what the reader accepts.
  @Test func theSchemaRefusesWhatTheReaderRefuses() throws {
    var texts: [(change: String, text: String)] = []
    for manifest in try manifests() {
      for (change, value) in changes(of: manifest.jsonValue, at: "") {
        texts.append((change, text(value)))
      }
      for number in ["-1", "9007199254740992", "1.5", "1e3"] {
        for (change, value) in numbers(of: manifest.jsonValue, at: "") {
          texts.append(
            ("\(change) \(number)", text(value).replacingOccurrences(of: "\"\(Self.mark)\"", with: number)))
        }
      }
    }
    #expect(texts.count > 1000)
    let verdicts = try judge(texts.map(\.text))
    try #require(verdicts.count == texts.count)
    for ((change, text), isValid) in zip(texts, verdicts) where reads(text) != isValid {
      // 1e3 is an integer to JSON Schema; in canonical form it is written 1000.
      if change.hasSuffix(" 1e3"), isValid { continue }
      Issue.record("\(change): the schema says \(isValid ? "valid" : "refused"), the reader otherwise")
    }
  }

  private static let mark = "a number goes here"

  private func others(than value: JSONValue) -> [JSONValue] {
    let all: [JSONValue] = [.string(""), JSONValue(UInt64(1)), .bool(true), .array([]), .object([:]), .null]
    return all.filter { Self.type($0) != Self.type(value) }
  }

  private static func type(_ value: JSONValue) -> Int {
    switch value {
    case .string: 0
    case .bool: 1
    case .array: 2
    case .object: 3
    case .null: 4
    default: 5
    }
  }

  private func changes(of value: JSONValue, at path: String) -> [(String, JSONValue)] {
    var all = path.isEmpty ? [] : others(than: value).map { ("\(path) of another type", $0) }
    switch value {
    case .object(let fields):
      var more = fields
      more["unknown"] = .string("")
      all.append(("\(path) with an unknown field", .object(more)))
      for (key, inner) in fields {
        var fewer = fields
        fewer[key] = nil
        all.append(("\(path).\(key) missing", .object(fewer)))
        for (change, replaced) in changes(of: inner, at: "\(path).\(key)") {
          var changed = fields
          changed[key] = replaced
          all.append((change, .object(changed)))
        }
      }
    case .array(let elements):
      for (index, inner) in elements.enumerated() {
        for (change, replaced) in changes(of: inner, at: "\(path)[\(index)]") {
          var changed = elements
          changed[index] = replaced
          all.append((change, .array(changed)))
        }
      }
    default: break
    }
    return all
  }

  /// The manifest with a mark in the place of each number in turn.
  private func numbers(of value: JSONValue, at path: String) -> [(String, JSONValue)] {
    switch value {
    case .object(let fields):
      return fields.flatMap { key, inner in
        numbers(of: inner, at: "\(path).\(key)").map { change, replaced in
          (change, .object(fields.merging([key: replaced]) { $1 }))
        }
      }
    case .array(let elements):
      return elements.enumerated().flatMap { index, inner in
        numbers(of: inner, at: "\(path)[\(index)]").map { change, replaced in
          var changed = elements
          changed[index] = replaced
          return (change, .array(changed))
        }
      }
    case .string, .bool, .null: return []
    default: return [(path, .string(Self.mark))]
    }
  }

  /// Names that would lead out of the folder, or stand for two files at once.
  @Test(arguments: [
    "/etc/passwd", "../001.raw", "..", ".", "a/b", "a\\b", "", "001.raw.", ".hidden", "a\u{0}b", "a\nb",
    "\u{e4}.raw", "a:b",
    "-a",
  ]) func namesAreRefusedByBoth(name: String) throws {
    let text = text(
      try JSONValue(
        parsing: try ManifestSamples.changed(["files", "2", "name"], .string(name)), name: "manifest"))
    #expect(!reads(text))
    #expect(try judge([text]) == [false])
  }
}
