-- Version 2, as builds before version 3 made it: files of it stay readable and writable.
-- One file, one table of streams (a stream is a city), one of records, one of policy files.
CREATE TABLE stream (
  number INTEGER PRIMARY KEY,
  stream TEXT NOT NULL UNIQUE,
  format INTEGER NOT NULL,
  algorithm TEXT NOT NULL,
  charter_digest TEXT NOT NULL,
  charter TEXT NOT NULL
) STRICT;
-- A record has nothing but what the chain covers, under its stream's number: every commit writes it.
CREATE TABLE record (
  stream INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  request_id TEXT,
  body TEXT NOT NULL,
  hash BLOB NOT NULL,
  UNIQUE (stream, seq)
) STRICT;
CREATE UNIQUE INDEX answered ON record (stream, request_id) WHERE request_id IS NOT NULL;
CREATE TABLE policy_file (
  digest TEXT NOT NULL,
  path TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (digest, path)
) STRICT;
-- Every entry. What stands behind `hash` is read out of the body, so it can never say anything else than it does.
CREATE VIEW entry AS
SELECT s.stream, r.seq, r.request_id, r.body, lower(hex(r.hash)) AS hash,
  CASE
    WHEN r.body ->> '$.decided' IS NOT NULL THEN 'decided'
    WHEN r.body ->> '$.advanced' IS NOT NULL THEN 'advanced'
    ELSE 'opened' END AS kind,
  coalesce(r.body ->> '$.decided.date', r.body ->> '$.advanced.date', r.body ->> '$.opened.date') AS date,
  r.body ->> '$.decided.outcome' AS outcome
FROM record r JOIN stream s ON s.number = r.stream;
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
FROM entry e, json_each(e.body, '$.' || e.kind || '.events') h;
-- Every reason of every answer that was no.
CREATE VIEW reason AS
SELECT e.stream, e.seq, e.date, e.outcome, coalesce(
    r.value ->> '$.policy.code', r.value ->> '$.law.code', r.value ->> '$.input.code') AS code,
  r.value ->> '$.policy.zh' AS zh, r.value ->> '$.policy.en' AS en, r.value ->> '$.policy.basis' AS basis,
  r.value ->> '$.law.node' AS node, r.value ->> '$.law.kind' AS kind
FROM entry e, json_each(e.body, '$.decided.reasons') r WHERE e.kind = 'decided';
PRAGMA application_id = 0x627A6869;
PRAGMA user_version = 2;
