//! Charters: a city's opening books, read from files with all their faults found in one pass.
