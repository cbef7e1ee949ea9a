-- Version 3: another text of a view here is another version, for whoever verifies a file compares them. One file, one table of streams (a stream is a city), two of records, one of policy files.
CREATE TABLE stream (
  number INTEGER PRIMARY KEY,
  stream TEXT NOT NULL UNIQUE,
  format INTEGER NOT NULL,
  algorithm TEXT NOT NULL,
  charter_digest TEXT NOT NULL,
  charter TEXT NOT NULL,
  -- The ids of the records before this one stand in `answered`.
  answered INTEGER NOT NULL DEFAULT 0
) STRICT;
-- A record has nothing but what the chain covers: every commit writes it. The file's first stream, most often its only
-- one, has a table of its own, which needs no index: a record stands there by its number.
CREATE TABLE record (
  seq INTEGER PRIMARY KEY,
  request_id TEXT,
  body TEXT NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE TABLE record_of_others (
  stream INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  request_id TEXT,
  body TEXT NOT NULL,
  hash BLOB NOT NULL,
  UNIQUE (stream, seq)
) STRICT;
-- Which record answers a request id. It is brought up to date with each snapshot: what stands behind the last one is
-- read whenever the file is opened.
CREATE TABLE answered (
  stream INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (stream, request_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE policy_file (
  digest TEXT NOT NULL,
  path TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (digest, path)
) STRICT;
-- Every record under its stream's name, wherever it stands.
CREATE VIEW every_record AS
SELECT s.stream, r.seq, r.request_id, r.body, r.hash FROM stream s CROSS JOIN record r WHERE s.number = 1
UNION ALL SELECT s.stream, r.seq, r.request_id, r.body, r.hash
FROM stream s CROSS JOIN record_of_others r WHERE r.stream = s.number;
-- Every entry. What stands behind `hash` is read out of the body, so it can never say anything else than it does.
CREATE VIEW entry AS
SELECT r.stream, r.seq, r.request_id, r.body, lower(hex(r.hash)) AS hash,
  CASE
    WHEN r.body ->> '$.decided' IS NOT NULL THEN 'decided'
    WHEN r.body ->> '$.advanced' IS NOT NULL THEN 'advanced'
    ELSE 'opened' END AS kind,
  coalesce(r.body ->> '$.decided.date', r.body ->> '$.advanced.date', r.body ->> '$.opened.date') AS date,
  r.body ->> '$.decided.outcome' AS outcome
FROM every_record r;
-- Every answer: what was asked, by whom, and what came of it.
CREATE VIEW answer AS
SELECT e.stream, e.seq, e.date, e.body ->> '$.decided.request.id' AS request_id,
  (SELECT key FROM json_each(e.body, '$.decided.request')
   WHERE key NOT IN ('id', 'on', 'by', 'clerk', 'effective', 'facts')) AS verb,
  e.body ->> '$.decided.request.by' AS actor, e.body ->> '$.decided.request.clerk' AS clerk,
  e.outcome, e.body -> '$.decided.request' AS request, e.body ->> '$.decided.policies' AS policies
FROM entry e WHERE e.kind = 'decided';
-- Everything that happened to the books, event by event.
CREATE VIEW happened AS
SELECT e.stream, e.seq, e.date, h.key AS place,
  (SELECT key FROM json_each(h.value, '$.event')) AS event,
  (SELECT value FROM json_each(h.value, '$.event')) AS fields,
  h.value ->> '$.rule' AS rule
FROM entry e CROSS JOIN json_each(e.body, '$.' || e.kind || '.events') h;
-- Every reason of every answer that was no.
CREATE VIEW reason AS
SELECT e.stream, e.seq, e.date, e.outcome, coalesce(
    r.value ->> '$.policy.code', r.value ->> '$.law.code', r.value ->> '$.input.code') AS code,
  r.value ->> '$.policy.zh' AS zh, r.value ->> '$.policy.en' AS en, r.value ->> '$.policy.basis' AS basis,
  r.value ->> '$.law.node' AS node, r.value ->> '$.law.kind' AS kind
FROM entry e CROSS JOIN json_each(e.body, '$.decided.reasons') r WHERE e.kind = 'decided';
