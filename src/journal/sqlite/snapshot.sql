-- Snapshots of the books. They are caches: whatever stands here can be taken anew from the entries.
CREATE TABLE IF NOT EXISTS snapshot (
  stream TEXT NOT NULL REFERENCES stream (stream),
  records INTEGER NOT NULL,
  format INTEGER NOT NULL,
  hash TEXT NOT NULL,
  digest TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (stream, records)
) STRICT;
