import Evidence
import SystemIO
import SystemPackage

/// What became of a command.
package enum CommandOutcome: Hashable, Sendable {
  case answered(DeviceAnswer)
  /// The device or what lies before it did not do it, and why, as a sentence's part.
  case refused(String)
}

/// The parts of an answer that anybody looks at.
package struct DeviceAnswer: Hashable, Sendable {
  package let data: [UInt8]
  package let sense: [UInt8]

  package init(data: [UInt8], sense: [UInt8] = []) {
    self.data = data
    self.sense = sense
  }
}

/// Something commands can be put to: a device, the process that may send them, or in tests one that answers as
/// recorded.
package protocol CommandTarget: AnyObject {
  func send(_ command: DeviceCommand) -> CommandOutcome
  /// How often each kind was sent, by name.
  var counts: [String: Int] { get }
}

/// The one way by which commands reach a device, past the block layer.
///
/// It sends what the allow-list permits, nothing else, and counts what it sent. Only data from the device is ever
/// asked for.
package final class CommandGate: CommandTarget {
  private let device: OwnedDescriptor
  package private(set) var counts: [String: Int] = [:]

  /// Longest wait for an answer, in milliseconds.
  private static let patience: UInt32 = 10_000

  /// - Parameter path: of a block or character device; opened read-only, without waiting for a medium.
  package init(_ path: FilePath) throws(EvidenceError) {
    self.device = try OwnedDescriptor.openDevice(path)
  }

  package func send(_ command: DeviceCommand) -> CommandOutcome {
    let request = command.request
    guard AllowList.permits(request) else { return .refused("it is not on the list of allowed commands") }
    counts[command.kind, default: 0] += 1
    switch request {
    case .scsi(let block, let room):
      switch device.scsiReceive(block, room: room, milliseconds: Self.patience) {
      case .success(let reply): return Self.meaning(of: reply, hasData: room > 0)
      case .failure(let number): return .refused(number.description)
      }
    case .nvme(let opcode, let namespace, let words, let length):
      let outcome = device.nvmeReceive(
        opcode: opcode, namespace: namespace, words: words, length: length, milliseconds: Self.patience)
      switch outcome {
      case .success(let reply) where reply.status == 0: return .answered(DeviceAnswer(data: reply.data))
      case .success(let reply):
        return .refused("the controller answered with status 0x\(String(reply.status, radix: 16))")
      case .failure(let number): return .refused(number.description)
      }
    }
  }

  /// A command without data ends with a check condition that carries the registers, by design.
  package static func meaning(of reply: SCSIReply, hasData: Bool) -> CommandOutcome {
    guard reply.hostStatus == 0 else {
      return .refused("the transport failed with status 0x\(String(reply.hostStatus, radix: 16))")
    }
    let sense = SenseData(reply.sense)
    if hasData ? reply.status == 0 : sense?.registers != nil {
      return .answered(DeviceAnswer(data: reply.data, sense: reply.sense))
    }
    if let sense { return .refused(sense.description) }
    return .refused(
      reply.status == 0
        ? "the answer lacks the registers" : "SCSI status 0x\(String(reply.status, radix: 16))")
  }
}
