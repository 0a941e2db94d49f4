import Foundation
import SystemPackage

/// The text of `Docs/validation/devices-and-protection.md`: what the program says in a machine of its own.
enum ExampleDocument {
  static let path = (0..<3).reduce(FilePath(#filePath)) { path, _ in path.removingLastComponent() }
    .appending("Docs").appending("validation").appending("devices-and-protection.md")

  /// - Parameters:
  ///   - protection: `writeProtection` of a manifest.
  ///   - report: the page of the same item.
  static func text(devices: String, protection: Any?, report: String) -> String {
    """
    # Devices, and the protection of one, as seen in a machine of its own

    Written by `EXHIBIT_UPDATE_DOCS=1 swift test --filter AcquisitionInGuestTests`; an example, not edited by hand and not \
    compared. The machine is qemu's with the kernel of Debian 12 and one disk of each kind; what the test demands of it \
    stands in `Tests/SystemTests`.

    ## `exhibit devices`

    ```
    \(devices)
    ```

    ## Acquisition of the NVMe disk: the record of its protection

    In the manifest, `writeProtection`:

    ```json
    \(json(protection))
    ```

    In the report:

    | layer | state |
    | --- | --- |
    \(rows(of: report, caption: "What kept the medium from being changed"))

    | of the device | |
    | --- | --- |
    \(rows(of: report, caption: "Health of the device by its own account"))

    """
  }

  private static func json(_ value: Any?) -> String {
    let data = value.flatMap {
      try? JSONSerialization.data(
        withJSONObject: $0, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    }
    return String(decoding: data ?? Data(), as: UTF8.self)
  }

  /// The lines of a table of the report.
  private static func rows(of report: String, caption: String) -> String {
    guard let start = report.range(of: "<caption>\(caption)</caption>"),
      let end = report.range(of: "</table>", range: start.upperBound..<report.endIndex)
    else { return "" }
    return report[start.upperBound..<end.lowerBound].matches(
      of: /<tr><th scope="row">(.*?)<\/th><td>(?:<code>)?(.*?)(?:<\/code>)?<\/td><\/tr>/
    ).map { "| \($0.1) | \($0.2) |" }.joined(separator: "\n")
  }
}
