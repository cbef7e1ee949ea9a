//! Documents: YAML and CSV as values with their file and line, and all faults found in them.
