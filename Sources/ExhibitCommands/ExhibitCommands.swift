// ExhibitCommands
