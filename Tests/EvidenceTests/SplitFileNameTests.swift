import Evidence
import Testing

@Suite struct SplitFileNameTests {
  @Test func numbersOfThreeDigitsGrow() {
    #expect(SplitFileNames.numbered(base: "001", index: 1) == "001.001")
    #expect(SplitFileNames.numbered(base: "001", index: 999) == "001.999")
    #expect(SplitFileNames.numbered(base: "001", index: 1000) == "001.1000")
  }

  @Test(arguments: [
    ("d.001", ["d.001", "d.002", "d.003"]), ("d.002", ["d.001", "d.002", "d.003"]),
    ("d.000", ["d.000", "d.001"]),
    ("d.01", ["d.01", "d.02"]), ("d.aa", ["d.aa", "d.ab"]), ("d.ab", ["d.aa", "d.ab"]),
    ("d.aaa", ["d.aaa", "d.aab"]),
  ])
  func theWholeSetWhicheverIsNamed(name: String, files: [String]) {
    let others = ["e.001", "d.txt", "d.0001", "d.1", "D.004", "d.A", "d.001.txt"]
    #expect(
      SplitFileNames.set(containing: name, among: others + files.reversed()) == SplitFileSet(names: files))
  }

  @Test func a1000thFileBelongsToTheThreeDigits() {
    let names = (1...1001).map { SplitFileNames.numbered(base: "d", index: $0) }
    #expect(SplitFileNames.set(containing: "d.1001", among: names) == SplitFileSet(names: names))
    #expect(SplitFileNames.set(containing: "d.001", among: names).names.count == 1001)
  }

  @Test(arguments: [
    (["d.001", "d.003"], "d.001", "d.002"), (["d.002", "d.003"], "d.002", "d.001"),
    (["d.aa", "d.ac"], "d.aa", "d.ab"),
    (["d.aa", "d.ab", "d.ad"], "d.ad", "d.ac"),
  ])
  func namesTheGap(names: [String], asked: String, missing: String) {
    #expect(SplitFileNames.set(containing: asked, among: names).missing == missing)
  }

  /// Years beside a set are no parts of it.
  @Test func aNumberFarBehindASetIsAName() {
    let names = ["p.001", "p.2021", "e.0001", "e.2020", "e.2021"]
    for name in ["p.001", "p.2021", "e.0001", "e.2020"] {
      #expect(SplitFileNames.set(containing: name, among: names) == SplitFileSet(names: [name]))
    }
  }

  @Test(arguments: ["image.dd", "image.raw", "image", ".001", "disk.2024", "x.1", "x.1234567", "x.abcde", ""])
  func otherNamesAreAlone(name: String) {
    #expect(SplitFileNames.set(containing: name, among: [name, "other.001"]) == SplitFileSet(names: [name]))
  }
}
