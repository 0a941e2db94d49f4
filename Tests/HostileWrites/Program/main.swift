import CHostileWrites
import Glibc
import SystemIO
import SystemPackage

// Tries one way to change a device, without protection or behind one layer of it, and prints what came of it:
//
//     exhibit-hostile-writes LAYER DEVICE SCRATCH MODULE ATTEMPT
//
// LAYER is none, flag (the kernel's), sandbox (of an acquisition), or commands (the sandbox of the process that sends
// commands). The line is NAME, a tab, `done` or the error number's name, and `changed` where the device now holds other
// bytes. The device may be lost.

/// Where the device may be changed, and how much of it is looked at.
let offset: UInt64 = 64 << 10
let length = 64 << 10
let looked = 256 << 10

func fail(_ message: String) -> Never {
  _ = Syscalls.write(STDERR_FILENO, Array("\(message)\n".utf8)[...])
  exit(2)
}

let words = CommandLine.arguments
guard words.count == 6 else { fail("LAYER DEVICE SCRATCH MODULE ATTEMPT") }
let (layer, device, scratch, module, attempt) = (words[1], words[2], words[3], words[4], words[5])

// Every attempt finds the same.
guard hostile_set_read_only(device, 0) == 0, hostile_fill(device, offset, length, 0xa5) == 0 else {
  fail("\(device) cannot be prepared")
}
let held = open(device, O_RDONLY | O_CLOEXEC)
let direct = open(device, O_RDONLY | O_CLOEXEC | Syscalls.directFlag)
guard held >= 0, direct >= 0 else { fail("\(device) cannot be opened") }

switch layer {
case "none": break
case "flag":
  guard hostile_set_read_only(device, 1) == 0 else { fail("the flag cannot be set") }
case "sandbox", "commands":
  let commands: Sandbox.CommandSet = device.contains("nvme") ? .nvme : .scsi
  let pieces = Sandbox.enter(
    for: layer == "commands" ? .commands(commands) : .acquisition(writable: [FilePath(scratch)]))
  for piece in pieces where !piece.isActive { fail("\(piece.kind.rawValue): \(piece.detail)") }
default: fail("no layer \(layer)")
}

let before = hostile_checksum(direct, looked)
var target = hostile_target()
let outcome = device.withCString { device in
  scratch.withCString { scratch in
    module.withCString { module in
      target = hostile_target(device: device, held: held, scratch: scratch, module: module, offset: offset)
      return hostile_attempt(attempt, &target)
    }
  }
}
let after = hostile_checksum(direct, looked)
guard before != 0, after != 0 else { fail("\(device) cannot be read") }

let names: [Int32: String] = [
  EPERM: "EPERM", EACCES: "EACCES", EROFS: "EROFS", EBADF: "EBADF", EINVAL: "EINVAL", ENOTTY: "ENOTTY",
  EOPNOTSUPP: "EOPNOTSUPP", ENOENT: "ENOENT", EBUSY: "EBUSY", EIO: "EIO", ENODEV: "ENODEV", EEXIST: "EEXIST",
  EPROTO: "refused by the device",
]
guard outcome != -ENOSYS else { fail("no attempt \(attempt)") }
let result = outcome == 0 ? "done" : names[-outcome] ?? "error \(-outcome)"
print("\(attempt)\t\(result)\(before == after ? "" : "\tchanged")")
