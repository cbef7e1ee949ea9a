-- A schema of its own in any database; every key leads with the stream (a city), so that cities spread over nodes.
-- Nothing here but tables: no sequence, trigger, function or lock of the server's own.
CREATE SCHEMA IF NOT EXISTS bianzhi;
CREATE TABLE IF NOT EXISTS bianzhi.form (
  place INT8 NOT NULL PRIMARY KEY,
  format INT8 NOT NULL
);
-- Who may write a stream, and where it ends. Whoever claims it raises the epoch and shuts out all before.
CREATE TABLE IF NOT EXISTS bianzhi.writer (
  stream TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL,
  epoch INT8 NOT NULL,
  records INT8 NOT NULL,
  hash TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS bianzhi.stream (
  stream TEXT NOT NULL PRIMARY KEY,
  format INT8 NOT NULL,
  algorithm TEXT NOT NULL,
  charter_digest TEXT NOT NULL,
  charter TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS bianzhi.entry (
  stream TEXT NOT NULL,
  seq INT8 NOT NULL,
  request_id TEXT,
  body TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (stream, seq),
  UNIQUE (stream, request_id)
);
CREATE TABLE IF NOT EXISTS bianzhi.policy_file (
  stream TEXT NOT NULL,
  digest TEXT NOT NULL,
  path TEXT NOT NULL,
  content BYTEA NOT NULL,
  PRIMARY KEY (stream, digest, path)
);
