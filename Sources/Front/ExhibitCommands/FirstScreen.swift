import Evidence

/// What `exhibit` says by itself: the everyday job, then the way of a case in the order it is gone, to be pasted.
enum FirstScreen {
  struct Step {
    let title: String
    /// Commands as they are typed; one that is long goes on, indented, on the next line.
    let commands: [String]
  }

  static let steps = [
    Step(title: "Everyday", commands: ["exhibit setup", "exhibit image /dev/sdb"]),
    Step(
      title: "Set up",
      commands: [
        #"exhibit case create 2026-0142 --number 2026-0142 --title "Theft" \"#,
        #"  --examiner "A. Examiner""#,
        #"exhibit item add --case 2026-0142 --number 001 \"#,
        #"  --description "USB stick""#,
      ]),
    Step(
      title: "Image",
      commands: ["exhibit devices", "exhibit acquire /dev/sdb --case 2026-0142 --item 001"]),
    Step(title: "Verify", commands: ["exhibit verify 2026-0142"]),
    Step(title: "Report", commands: ["exhibit report --case 2026-0142 --item 001 --format pdf"]),
    Step(
      title: "Hand over", commands: ["exhibit export --case 2026-0142 --item 001 --output 2026-0142-001"]),
  ]

  static var lines: [String] {
    ["exhibit \(ToolVersion.current): acquire storage media, sign the images, let anyone verify them.", ""]
      + steps.flatMap { step in
        step.commands.enumerated().map { index, command in
          "  " + (index == 0 ? step.title : "").padded(to: 11) + command
        }
      } + [
        "",
        "`exhibit help COMMAND` explains a command, `exhibit --help` lists all of them,",
        "`exhibit verify IMAGE` and `exhibit info IMAGE` need no case.",
      ]
  }
}
