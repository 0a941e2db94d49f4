internal import CLinux
import SystemPackage

/// What a SCSI device answered.
package struct SCSIReply: Hashable, Sendable {
  package var data: [UInt8]
  /// Status byte of SAM: 0 good, 2 check condition.
  package var status: UInt8
  /// Fixed or descriptor sense data; empty where there is none.
  package var sense: [UInt8]
  /// The transport's own complaint; 0 where there is none.
  package var hostStatus: UInt16 = 0

  package init(data: [UInt8] = [], status: UInt8 = 0, sense: [UInt8] = [], hostStatus: UInt16 = 0) {
    self.data = data
    self.status = status
    self.sense = sense
    self.hostStatus = hostStatus
  }
}

/// What an NVMe controller answered.
package struct NVMeReply: Hashable, Sendable {
  package var data: [UInt8]
  /// The controller's status field; 0 where the command succeeded.
  package var status: UInt32

  package init(data: [UInt8], status: UInt32 = 0) {
    self.data = data
    self.status = status
  }
}

// Which commands may be sent is decided in one place, `Devices/Commands/CommandGate.swift`; nothing else calls these.
extension OwnedDescriptor {
  /// SG_IO with data from the device, or none. Blocks until it answers or the time is over.
  /// - Parameters:
  ///   - command: the descriptor block, 6 to 16 bytes.
  ///   - room: most bytes to take, 0 for a command without data.
  package borrowing func scsiReceive(
    _ command: [UInt8], room: Int, milliseconds: UInt32
  ) -> Syscalls.Outcome<SCSIReply> {
    var data = [UInt8](repeating: 0, count: room)
    var sense = [UInt8](repeating: 0, count: 64)
    var reply = clinux_scsi_reply()
    let result = data.withUnsafeMutableBytes { data in
      clinux_scsi_receive(
        number, command, UInt8(clamping: command.count), data.baseAddress, UInt32(data.count), &sense,
        UInt8(sense.count), milliseconds, &reply)
    }
    return Syscalls.outcome(result).map { _ in
      SCSIReply(
        data: Array(data.prefix(Int(reply.received))), status: reply.status,
        sense: Array(sense.prefix(Int(reply.sense_length))), hostStatus: reply.host_status)
    }
  }

  /// An NVMe admin command with data from the controller. Blocks until it answers or the time is over.
  /// - Parameters:
  ///   - words: dwords 10 to 15 of the command.
  ///   - length: bytes the controller returns.
  package borrowing func nvmeReceive(
    opcode: UInt8, namespace: UInt32, words: [UInt32], length: Int, milliseconds: UInt32
  ) -> Syscalls.Outcome<NVMeReply> {
    precondition(words.count == 6)
    var data = [UInt8](repeating: 0, count: length)
    var status: UInt32 = 0
    let result = data.withUnsafeMutableBytes { data in
      clinux_nvme_admin_receive(
        number, opcode, namespace, words, data.baseAddress, UInt32(data.count), milliseconds, &status)
    }
    return Syscalls.outcome(result).map { _ in NVMeReply(data: data, status: status) }
  }
}
