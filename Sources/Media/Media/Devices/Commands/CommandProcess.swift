import Evidence
import SystemIO
import SystemPackage

/// A device whose commands are sent by a process of their own.
///
/// The process that reads a medium takes the right to send commands away from itself. This one is forked before that: it
/// has the device open and can open nothing else, takes the names of commands and no bytes of them, and passes each
/// through a ``CommandGate``. So a device can be asked again after it was read.
package final class CommandProcess: CommandTarget, Sendable {
  private let service: ForkedService

  private enum Question {
    static let counts = "counts"
    static let confinement = "confinement"
  }

  /// - Parameter device: opened read-only.
  /// - Throws: `systemCall` where no process can be made, `sourceMissing`, `sourceNotReadable`, `permissionDenied`.
  package init(_ device: SysfsDevice) throws(EvidenceError) {
    let gate = try CommandGate(device.path)
    let commands: Sandbox.CommandSet = device.bus == .nvme ? .nvme : .scsi
    service = try ForkedService {
      let confinement = Sandbox.enter(for: .commands(commands))
      return { Self.answer($0, gate, confinement) }
    }
  }

  // MARK: In the process of its own

  /// What the process answers to a message: the name of a command, or one of two questions about itself.
  package static func answer(
    _ message: ArraySlice<UInt8>, _ target: some CommandTarget, _ confinement: [Sandbox.Piece]
  ) -> [UInt8] {
    let outcome: CommandOutcome
    switch String(decoding: message, as: UTF8.self) {
    case Question.counts:
      let lines = target.counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)\n" }
      outcome = .answered(DeviceAnswer(data: Array(lines.joined().utf8)))
    case Question.confinement:
      let lines = confinement.map { piece in
        "\(piece.kind.rawValue): \(piece.isActive ? piece.detail : "NOT IN FORCE, \(piece.detail)")"
      }
      outcome = .answered(DeviceAnswer(data: Array(lines.joined(separator: "; ").utf8)))
    case let name:
      outcome = DeviceCommand(name: name).map { target.send($0) } ?? .refused("there is no such command")
    }
    return encode(outcome)
  }

  /// 0 and a reason, or 1, the length of the data (2 bytes, low one first), the data and the sense data.
  private static func encode(_ outcome: CommandOutcome) -> [UInt8] {
    switch outcome {
    case .refused(let reason): return [0] + Array(reason.utf8)
    case .answered(let answer):
      let length = answer.data.count
      return [1, UInt8(length & 0xff), UInt8(length >> 8)] + answer.data + answer.sense
    }
  }

  private static func decode(_ bytes: [UInt8]) -> CommandOutcome? {
    switch bytes.first {
    case 0: return .refused(String(decoding: bytes.dropFirst(), as: UTF8.self))
    case 1 where bytes.count >= 3:
      let end = 3 + Int(bytes[1]) + Int(bytes[2]) << 8
      guard end <= bytes.count else { return nil }
      return .answered(DeviceAnswer(data: Array(bytes[3..<end]), sense: Array(bytes[end...])))
    default: return nil
    }
  }

  // MARK: In the process that asks

  private func ask(_ question: String) -> CommandOutcome {
    service.ask(Array(question.utf8)).flatMap(Self.decode)
      ?? .refused("the process that sends commands has ended")
  }

  package func send(_ command: DeviceCommand) -> CommandOutcome { ask(command.name) }

  package var counts: [String: Int] {
    guard case .answered(let answer) = ask(Question.counts) else { return [:] }
    var counts: [String: Int] = [:]
    for line in String(decoding: answer.data, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1)
      if parts.count == 2, let count = Int(parts[0]) { counts[String(parts[1])] = count }
    }
    return counts
  }

  /// How the process has restricted itself, piece by piece.
  package var confinement: String {
    switch ask(Question.confinement) {
    case .answered(let answer): String(decoding: answer.data, as: UTF8.self)
    case .refused(let reason): reason
    }
  }
}
