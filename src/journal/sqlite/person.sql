-- People who are kept apart from the entries. Key and salt are erased together; the reference stays.
CREATE TABLE IF NOT EXISTS person (
  stream TEXT NOT NULL REFERENCES stream (stream),
  reference TEXT NOT NULL,
  salt BLOB,
  key TEXT,
  PRIMARY KEY (stream, reference),
  CHECK ((salt IS NULL) = (key IS NULL))
) STRICT;
