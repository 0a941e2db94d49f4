import CanonicalJSON
import Evidence
import EvidenceTestKit
import Testing

@Suite struct CanonicalWriterTests {
  /// RFC 8785 §3.2.3: keys are sorted by their UTF-16 units, which is neither UTF-8 nor scalar order.
  @Test func sortsKeysByUTF16() {
    let keys = ["\u{20ac}", "\r", "\u{fb33}", "1", "\u{1f600}", "\u{80}", "\u{f6}"]
    let object = JSONValue.object(Dictionary(uniqueKeysWithValues: keys.map { ($0, JSONValue.null) }))
    #expect(
      object.canonicalText
        == "{\"\\r\":null,\"1\":null,\"\u{80}\":null,\"\u{f6}\":null,\"\u{20ac}\":null,\"\u{1f600}\":null,"
        + "\"\u{fb33}\":null}")
  }

  /// RFC 8785 §3.2.2.2: the shortest escapes, everything else as it is.
  @Test func escapesOnlyWhatMustBe() {
    #expect(
      JSONValue.string("\u{20ac}$\u{f}\nA'B\"\\\\\"/").canonicalText
        == "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"")
    let controls = String(String.UnicodeScalarView((0..<32).compactMap { Unicode.Scalar($0) }))
    let escapes = [8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"]
    let expected = (0..<32).map { escapes[$0] ?? "\\u00" + Hex.encode([UInt8($0)]) }.joined()
    #expect(JSONValue.string(controls).canonicalText == "\"\(expected)\"")
    #expect(JSONValue.string("\u{7f}\u{2028}\u{2029}").canonicalText == "\"\u{7f}\u{2028}\u{2029}\"")
  }

  @Test func writesEveryKindOfValue() throws {
    let value = JSONValue.object([
      "b": [1, -1, 0, true, false, "x"], "a": .object([:]), "c": .array([]), "n": .null,
      "big": .integer(JSONValue.largestInteger), "small": .integer(-JSONValue.largestInteger),
    ])
    #expect(
      value.canonicalText
        == #"{"a":{},"b":[1,-1,0,true,false,"x"],"big":9007199254740991,"c":[],"n":null,"small":-9007199254740991}"#
    )
    #expect(try JSONValue(parsingCanonical: value.canonicalBytes, name: "value") == value)
  }

  @Test func theIndentedFormSaysTheSame() throws {
    let value = JSONValue.object(["b": [1, [], .object([:])], "a": .object(["x": "y"])])
    #expect(
      value.indentedText
        == "{\n  \"a\": {\n    \"x\": \"y\"\n  },\n  \"b\": [\n    1,\n    [],\n    {}\n  ]\n}")
    #expect(try JSONValue(parsing: Array(value.indentedText.utf8), name: "value") == value)
  }

  @Test func leavesOutWhatIsNil() {
    #expect(JSONValue.fields(["a": 1, "b": nil, "c": .null]) == .object(["a": 1, "c": .null]))
  }

  /// Python's own JSON reader understands what we write as we do.
  @Test func pythonReadsTheSame() throws {
    var generator = SeededGenerator(seed: 5)
    let value = JSONValue.array((0..<200).map { _ in randomValue(depth: 4, &generator) })
    let script = "import json,sys; d=json.load(sys.stdin); print(json.dumps(d,ensure_ascii=True))"
    let python = try Tool.run("python3", ["-c", script], input: .init(value.canonicalBytes))
    #expect(python.status == 0, "\(python.errors)")
    #expect(try JSONValue(parsing: Array(python.output.utf8), name: "python") == value)
  }
}

@Suite struct JSONParserTests {
  private func parse(_ text: String) throws -> JSONValue {
    try JSONValue(parsing: Array(text.utf8), name: "t")
  }

  @Test(
    arguments: [
      ("null", .null), (" \t\r\n true ", true), ("false", false), ("0", 0), ("-1", -1), ("\"\"", ""),
      ("9007199254740991", .integer(9_007_199_254_740_991)),
      ("-9007199254740991", .integer(-9_007_199_254_740_991)),
      ("\"\\u0041\\u00e9\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\\\"\\\\\"", "Aé😀/\u{8}\u{c}\n\r\t\"\\"),
      ("\"\\uFFFF\\u0000\"", "\u{ffff}\u{0}"), ("\"\\uD800\\uDC00\\udbff\\udfff\"", "\u{10000}\u{10ffff}"),
      ("[ ]", .array([])), ("{ }", .object([:])), ("[1 ,2]", [1, 2]), ("{ \"a\" : [ ] }", .object(["a": []])),
    ] as [(String, JSONValue)])
  func reads(text: String, value: JSONValue) throws { #expect(try parse(text) == value) }

  @Test(arguments: [
    "", " ", "nul", "nulll", "True", "tru", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{", "{\"a\"",
    "{\"a\":",
    "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{a:1}", "{\"a\" 1}", "{1:2}", "{\"a\":1}x", "1 2", "[]]",
    "\"",
    "\"a", "\"\\\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\u 123\"", "\"\n\"", "\"\t\"",
    "\"\u{0}\"",
    "'a'", "/* c */1", "// c\n1", "\u{feff}1", "\u{a0}1", "NaN", "Infinity", "-", "+1", "--1", "- 1", "0x1",
  ])
  func refusesWhatIsNoJSON(text: String) { #expect(throws: EvidenceError.self) { try parse(text) } }

  @Test(arguments: [
    "1.0", "1.", ".5", "1e3", "1E3", "1e-3", "-0", "00", "01", "-01", "0123", "9007199254740992",
    "-9007199254740992",
    "9223372036854775808", "99999999999999999999999999999999999999999999",
  ])
  func refusesOtherNumbers(text: String) { #expect(throws: EvidenceError.self) { try parse(text) } }

  @Test(arguments: [
    "\\ud800", "\\udc00", "\\udfff", "\\ud800x", "\\ud800\\n", "\\ud800\\ud800", "\\ud800\\u0041",
    "\\udc00\\ud800",
    "\\ud83d\\", "\\ud83d\\u", "\\ud83d\\ude0",
  ])
  func refusesHalfSurrogates(escape: String) {
    #expect(throws: EvidenceError.self) { try parse("\"\(escape)\"") }
  }

  @Test(
    arguments: [
      [0x80], [0xc3], [0xc0, 0xaf], [0xe0, 0x80, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
      [0xf8, 0x88, 0x80, 0x80, 0x80], [0xff], [0xfe], [0xe2, 0x82],
    ] as [[UInt8]])
  func refusesBadUTF8(sequence: [UInt8]) {
    #expect(throws: EvidenceError.self) {
      try JSONValue(parsing: [0x22] + sequence + [0x22], name: "t")
    }
  }

  @Test(arguments: [
    "{\"a\":1,\"a\":1}", "{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":1,\"\\u0061\":2}",
    "[{\"x\":{\"k\":1,\"k\":2}}]",
    // The same character in two spellings: a reader of Unicode text would take them for one key.
    "{\"\u{e9}\":1,\"e\u{301}\":2}",
  ])
  func refusesKeysThatStandTwice(text: String) {
    let error = #expect(throws: EvidenceError.self) { try parse(text) }
    #expect(error?.detail.contains("stands twice") == true)
  }

  @Test func nestsNoDeeperThan64() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(throws: Never.self) { try parse(nested(64)) }
    #expect(throws: EvidenceError.self) { try parse(nested(65)) }
    #expect(throws: EvidenceError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
    #expect(throws: EvidenceError.self) { try parse(String(repeating: "{\"a\":", count: 100_000)) }
  }

  @Test func namesThePlace() {
    let error = #expect(throws: EvidenceError.self) { try parse("[1,2,x]") }
    #expect(error == EvidenceError(.jsonMalformed, "t", "no value here at byte 5"))
  }

  @Test(arguments: [
    " 1", "1\n", "{\"b\":1,\"a\":2}", "[1, 2]", "\"\\u0041\"", "\"\\/\"", "\"\\u000A\"", "\"\\u001F\"",
  ])
  func onlyTheCanonicalFormIsCanonical(text: String) throws {
    _ = try parse(text)
    #expect(throws: EvidenceError.self) { try JSONValue(parsingCanonical: Array(text.utf8), name: "t") }
  }

  @Test func randomValuesGoThereAndBack() throws {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<500 {
      let value = randomValue(depth: 5, &generator)
      let bytes = value.canonicalBytes
      let again = try JSONValue(parsingCanonical: bytes, name: "t")
      #expect(again == value)
      #expect(again.canonicalBytes == bytes)
    }
  }

  /// A mutated text is refused or read, and what was read is written so that it reads the same again.
  @Test func mutationsNeverCrash() throws {
    var generator = SeededGenerator(seed: 11)
    var refused = 0
    for _ in 0..<4000 {
      var bytes = randomValue(depth: 4, &generator).canonicalBytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0...bytes.count, using: &generator)
        switch UInt8.random(in: 0..<4, using: &generator) {
        case 0: bytes.insert(.random(in: 0...255, using: &generator), at: place)
        case 1 where place < bytes.count: bytes.remove(at: place)
        case 2 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        default: bytes.removeLast(bytes.count - place)
        }
      }
      do {
        let value = try JSONValue(parsing: bytes, name: "t")
        #expect(try JSONValue(parsingCanonical: value.canonicalBytes, name: "t") == value)
      } catch { refused += 1 }
    }
    #expect(refused > 2000)
  }
}

private func randomValue(depth: Int, _ generator: inout SeededGenerator) -> JSONValue {
  switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &generator) {
  case 0: return .null
  case 1: return .bool(.random(using: &generator))
  case 2:
    return .integer(.random(in: -JSONValue.largestInteger...JSONValue.largestInteger, using: &generator))
  case 3, 4: return .string(randomText(&generator))
  case 5, 6:
    return .array(
      (0..<Int.random(in: 0..<4, using: &generator)).map { _ in randomValue(depth: depth - 1, &generator) })
  default:
    var object: [String: JSONValue] = [:]
    for _ in 0..<Int.random(in: 0..<5, using: &generator) {
      object[randomText(&generator)] = randomValue(depth: depth - 1, &generator)
    }
    return .object(object)
  }
}

private func randomText(_ generator: inout SeededGenerator) -> String {
  var text = String.UnicodeScalarView()
  for _ in 0..<Int.random(in: 0..<8, using: &generator) {
    let range: ClosedRange<UInt32> = [0...0x7f, 0...0x7f, 0x80...0xffff, 0x10000...0x10ffff][
      Int.random(in: 0..<4, using: &generator)]
    if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) { text.append(scalar) }
  }
  return String(text)
}
