import EvidenceTestKit
import Foundation
import StrictTOML
import SystemPackage
import Testing

@Suite struct TOMLTests {
  private static func values(_ text: String) throws(TOMLProblem) -> [String: TOMLValue] {
    let entries = try TOMLDocument(parsing: Array(text.utf8)).entries
    return Dictionary(
      uniqueKeysWithValues: entries.map { ($0.table.isEmpty ? $0.key : "\($0.table).\($0.key)", $0.value) })
  }

  private static let sample = """
    # a profile
    top = 'C:\\path'
    [laboratory] # of the State
    organisation = "Digital \\"Lab\\" \\u00e4\\U0001F512\\t"
    empty = ""

    [acquisition]
    formats = [ "e01", # the first
      "raw", ]
    none = []
    retries = -3
    zero = 0
    fast = true
    slow=false
    """

  @Test func takesWhatSettingsNeed() throws {
    let values = try Self.values(Self.sample)
    #expect(values["top"] == .string("C:\\path"))
    #expect(values["laboratory.organisation"] == .string("Digital \"Lab\" ä🔒\t"))
    #expect(values["acquisition.formats"] == .array([.string("e01"), .string("raw")]))
    #expect(values["acquisition.none"] == .array([]))
    #expect(values["acquisition.retries"] == .integer(-3))
    #expect(values["acquisition.slow"] == .boolean(false))
    #expect(values.count == 9)
  }

  @Test func linesEndAsOnWindowsToo() throws {
    let values = try Self.values("a = 1\r\n# c\r\n[t]\r\nb = [\r\n 2,\r\n 3 ]\r\n")
    #expect(values == ["a": .integer(1), "t.b": .array([.integer(2), .integer(3)])])
  }

  /// Line and a word of the reason.
  static let refused: [(String, Int, String)] = [
    ("a = 1\na = 2", 2, "twice"), ("[t]\n[t]", 2, "twice"), ("a = 1 b = 2", 1, "more"), ("a", 1, "equals"),
    ("= 1", 1, "key"), ("a =", 1, "missing"), ("a = \"x", 1, "closed"), ("a = \"x\ny\"", 1, "closed"),
    ("a = \"\"\"x\"\"\"", 1, "several lines"), ("a = '''x'''", 1, "several lines"),
    ("a = \"\\x\"", 1, "escape"),
    ("a = \"\\ud800\"", 1, "hexadecimal"), ("a = \"\\u12\"", 1, "hexadecimal"), ("a = 01", 1, "whole number"),
    ("a = 1.5", 1, "whole number"), ("a = 1_000", 1, "whole number"), ("a = 0x10", 1, "whole number"),
    ("a = 99999999999999999999", 1, "whole number"), ("a = 1979-05-27", 1, "whole number"),
    ("a = {b = 1}", 1, "whole number"),
    ("a = yes", 1, "whole number"), ("a = [1, [2]]", 1, "arrays in arrays"), ("a = [1 2]", 1, "comma"),
    ("a = [1,\n", 2, "closed"),
    ("[[a]]", 1, "arrays of tables"), ("[a.b]", 1, "level"), ("[a", 1, "closed"), ("a.b = 1", 1, "equals"),
    ("\"a\" = 1", 1, "key"), ("a = \"\u{1}\"", 1, "control"), ("# \u{7}", 1, "control"),
    ("a = 1\r", 1, "carriage"),
    ("x = 1\ny = \"\u{0}\"", 2, "control"),
  ]

  @Test(arguments: refused)
  func whatGoesBeyondIsRefusedWithItsLine(text: String, line: Int, reason: String) {
    let problem = #expect(throws: TOMLProblem.self) { try Self.values(text) }
    #expect(problem?.line == line, "\(text)")
    #expect(problem?.reason.contains(reason) == true, "\(text): \(problem?.reason ?? "")")
  }

  @Test func sizesAreLimited() throws {
    func problem(_ bytes: [UInt8]) -> TOMLProblem? {
      #expect(throws: TOMLProblem.self) { try TOMLDocument(parsing: bytes) }
    }
    #expect(problem(Array("a = 1\nb = \"".utf8) + [UInt8](repeating: 0x61, count: 5000))?.line == 2)
    #expect(problem([UInt8](repeating: 0x0a, count: 1 << 17))?.reason.contains("bytes") == true)
    #expect(problem(Array("a = 1\n# ".utf8) + [0xff])?.line == 2)
    let list = [String](repeating: "1", count: 65).joined(separator: ",")
    #expect(problem(Array("a = [\(list)]".utf8))?.reason.contains("64") == true)
  }

  /// Python's own reader must read what is taken, and as the same values.
  @Test func whatIsTakenMeansTheSameToPython() throws {
    var generator = SeededGenerator(seed: 33)
    let folder = try TemporaryFolder()
    let alphabet = Array("ab=[]\"'\\#\n\r\t ,.-_01tru{}é\u{1}".utf8)
    var taken: [(text: [UInt8], values: String)] = []
    for _ in 0..<40_000 {
      var text = Array(Self.sample.utf8)
      for _ in 0...Int.random(in: 0...3, using: &generator) {
        let place = Int.random(in: 0..<text.count, using: &generator)
        let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
        switch Int.random(in: 0...2, using: &generator) {
        case 0: text[place] = byte
        case 1: text.insert(byte, at: place)
        default: text.remove(at: place)
        }
      }
      guard let entries = try? TOMLDocument(parsing: text).entries else { continue }
      taken.append(
        (text, entries.map { "\($0.table)|\($0.key)|\($0.value.text)" }.sorted().joined(separator: "\n")))
    }
    #expect(taken.count > 1000)
    let lines = taken.map {
      Data($0.text).base64EncodedString() + " " + Data($0.values.utf8).base64EncodedString()
    }
    try TestFiles.write(Array(lines.joined(separator: "\n").utf8), to: folder.appending("taken"))
    let result = try Tool.run("python3", ["-c", Self.check, folder.appending("taken").string])
    #expect(result.status == 0, "\(result.output)\(result.errors.suffix(2000))")
  }

  private static let check = #"""
    import base64, sys, tomllib
    def quoted(text):
        out = '"'
        for c in text:
            out += {'"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\t'}.get(c) or ('\\u%04x' % ord(c) if ord(c) < 32 or ord(c) == 127 else c)
        return out.replace('\t', '\\t') + '"'
    def text(value):
        if isinstance(value, bool): return 'true' if value else 'false'
        if isinstance(value, int): return str(value)
        if isinstance(value, str): return quoted(value)
        return '[' + ', '.join(text(v) for v in value) + ']'
    for line in open(sys.argv[1]):
        source, ours = (base64.b64decode(part).decode() for part in line.split())
        read = tomllib.loads(source)
        theirs = sorted('|%s|%s' % (k, text(v)) for k, v in read.items() if not isinstance(v, dict))
        theirs += ['%s|%s|%s' % (t, k, text(v)) for t, table in read.items() if isinstance(table, dict) for k, v in table.items()]
        assert '\n'.join(sorted(theirs, key=lambda s: s.encode())) == '\n'.join(sorted(ours.split('\n'), key=lambda s: s.encode())) or not theirs and not ours, (source, ours, theirs)
    """#
}
