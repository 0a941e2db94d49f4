/// The program, as it names itself in records.
package enum ToolVersion {
  package static let name = "exhibit"
  package static let current = "0.1.0"
}
