import ExhibitCommands

ExhibitProgram.runAndExit()
