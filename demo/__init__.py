"""The demo of the project: `hatch run demo`."""
