"""The command ``doctor``: reads the facts about a stack, and adds the command to type to each finding."""
