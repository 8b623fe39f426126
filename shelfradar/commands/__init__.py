"""The command line's commands, by what a person wants to do. Heavy imports happen inside the commands."""
